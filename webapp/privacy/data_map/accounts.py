"""Contact details, sign-in and devices."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.accounts.models import Account, DeviceSession, EmailChange, Guesses, KnownDevice, Profile, SignUp
from webapp.privacy.data_map.retention import PROOF_OF_EVENT, SIGN_INS, WHILE_CUSTOMER, Clock, for_days
from webapp.privacy.data_map.subjects import SECRET, SERVICE
from webapp.privacy.data_map.vocabulary import (
    ANY,
    AS_IT_WAS,
    NUMBER,
    Category,
    OtherTable,
    Part,
    People,
    Personal,
    Purpose,
    Source,
    SubjectTable,
    spoken,
)
from webapp.privacy.data_map.words import DOORS, country_name
from webapp.staff.words import ROLES
from webapp.subjects.models import Subject

SECURITY = [Purpose.PROVISION, Purpose.LAW]
CONTACT, ACCESS, INTERACTION = Category.CONTACT, Category.ACCESS, Category.INTERACTION
PROVIDED, OBSERVED = Source.PROVIDED, Source.OBSERVED


def _unconfirmed(label: LazyString, parts: Mapping[str, Part] | None = None) -> Personal:
    """Somebody entered it with an address that may not be theirs, so it may be about somebody else than its owner."""
    reason = _l("Nobody has shown yet that these entries are yours. What is not confirmed is deleted after 14 days.")
    return Personal(label, CONTACT, SERVICE, PROVIDED, withheld=reason, parts=parts)


TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Profile,
        _l("Profile"),
        reach=Profile.subject_id,
        since=Profile.changed_at,
        keep=WHILE_CUSTOMER,
        correct_at="accounts.profile",
        attributes={
            Profile.given_name: Personal(_l("First name"), CONTACT, SERVICE, PROVIDED),
            Profile.family_name: Personal(_l("Last name"), CONTACT, SERVICE, PROVIDED),
            Profile.organization: Personal(_l("Company"), CONTACT, SERVICE, PROVIDED),
            Profile.phone: Personal(_l("Mobile phone"), CONTACT, SERVICE, PROVIDED),
            Profile.street_address: Personal(_l("Street and number"), CONTACT, SERVICE, PROVIDED),
            Profile.postal_code: Personal(_l("Postal code"), CONTACT, SERVICE, PROVIDED),
            Profile.city: Personal(_l("City"), CONTACT, SERVICE, PROVIDED),
            Profile.country: Personal(_l("Country"), CONTACT, SERVICE, PROVIDED, words=country_name),
            Profile.changed_at: Personal(_l("Last changed"), CONTACT, SERVICE, OBSERVED),
            Profile.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        EmailChange,
        _l("Changes of your email address"),
        reach=EmailChange.subject_id,
        order=EmailChange.asked_at,
        keep=PROOF_OF_EVENT,
        fixed=AS_IT_WAS,
        attributes={
            EmailChange.old_email: Personal(_l("Address before"), CONTACT, SECURITY, PROVIDED),
            EmailChange.new_email: Personal(_l("New address"), CONTACT, SECURITY, PROVIDED),
            EmailChange.asked_at: Personal(_l("Asked for"), CONTACT, SECURITY, OBSERVED),
            EmailChange.confirmed_at: Personal(_l("Confirmed"), CONTACT, SECURITY, OBSERVED),
            EmailChange.undone_at: Personal(_l("Undone"), CONTACT, SECURITY, OBSERVED),
            EmailChange.id: NUMBER,
            EmailChange.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        Account,
        _l("Account"),
        reach=Account.subject_id,
        since=Account.created_at,
        keep=WHILE_CUSTOMER,
        about=[People.CUSTOMERS, People.STAFF],
        attributes={
            Account.created_at: Personal(_l("Signed up"), ACCESS, SERVICE, OBSERVED),
            Account.confirmed_at: Personal(_l("Address confirmed"), ACCESS, SERVICE, OBSERVED),
            Account.password_changed_at: Personal(_l("Password last changed"), ACCESS, SECURITY, OBSERVED),
            Account.password_reminded_at: Personal(_l("Reminded of an old password"), ACCESS, SECURITY, OBSERVED),
            Account.password_kept_at: Personal(
                _l("Decided to keep the password"), ACCESS, SECURITY, PROVIDED, fixed=AS_IT_WAS
            ),
            Account.short_password: Personal(_l("Short password"), ACCESS, SECURITY, OBSERVED, withheld=SECRET),
            Account.role: Personal(_l("Role"), ACCESS, SECURITY, Source.DERIVED, words=spoken(ROLES)),
            Account.password_hash: Personal(_l("Password"), ACCESS, SECURITY, PROVIDED, withheld=SECRET),
            Account.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        SignUp,
        _l("Sign-ups that wait to be confirmed"),
        reach=SignUp.subject_id,
        since=SignUp.asked_at,
        keep=for_days(Clock.RECORDED, 14),
        about=[People.VISITORS],
        attributes={
            SignUp.given_name: _unconfirmed(_l("First name")),
            SignUp.family_name: _unconfirmed(_l("Last name")),
            SignUp.organization: _unconfirmed(_l("Company")),
            SignUp.phone: _unconfirmed(_l("Mobile phone")),
            SignUp.street_address: _unconfirmed(_l("Street and number")),
            SignUp.postal_code: _unconfirmed(_l("Postal code")),
            SignUp.city: _unconfirmed(_l("City")),
            SignUp.country: _unconfirmed(_l("Country")),
            SignUp.language: _unconfirmed(_l("Language")),
            SignUp.topics: _unconfirmed(_l("Topics"), parts={ANY: Part(_l("Words that you read"))}),
            SignUp.asked_at: _unconfirmed(_l("Signed up")),
            SignUp.link_sent_at: _unconfirmed(_l("Link sent")),
            SignUp.browser: _unconfirmed(_l("Fingerprint of the browser")),
            SignUp.password_hash: Personal(_l("Password"), ACCESS, SECURITY, PROVIDED, withheld=SECRET),
            SignUp.id: NUMBER,
            SignUp.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        DeviceSession,
        _l("Devices you signed in with"),
        reach=DeviceSession.subject_id,
        order=DeviceSession.signed_in_at,
        starts=DeviceSession.ended_at,
        keep=SIGN_INS,
        fixed=AS_IT_WAS,
        about=[People.CUSTOMERS, People.STAFF],
        attributes={
            DeviceSession.user_agent: Personal(_l("Browser and device"), INTERACTION, SECURITY, OBSERVED),
            DeviceSession.network: Personal(_l("Network address"), INTERACTION, SECURITY, OBSERVED),
            DeviceSession.signed_in_at: Personal(_l("Signed in"), INTERACTION, SECURITY, OBSERVED),
            DeviceSession.seen_at: Personal(_l("Last used"), INTERACTION, SECURITY, OBSERVED),
            DeviceSession.shared: Personal(_l("Shared computer"), INTERACTION, SECURITY, PROVIDED),
            DeviceSession.proved_at: Personal(_l("Password or code last entered"), INTERACTION, SECURITY, OBSERVED),
            DeviceSession.ended_at: Personal(_l("Signed out"), INTERACTION, SECURITY, OBSERVED),
            DeviceSession.token_hash: Personal(
                _l("Fingerprint of the sign-in"), ACCESS, SECURITY, Source.DERIVED, withheld=SECRET
            ),
            DeviceSession.id: NUMBER,
            DeviceSession.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        Guesses,
        _l("Sign-ins that failed"),
        reach=Guesses.address_hash,
        of=Subject.address_hash,
        order=Guesses.last_at,
        keep=for_days(Clock.RECORDED, 2),  # nobody gets new tries at midnight
        about=[People.CUSTOMERS, People.STAFF, People.VISITORS],
        attributes={
            Guesses.last_at: Personal(_l("Last try"), INTERACTION, SECURITY, OBSERVED),
            Guesses.wrong: Personal(_l("Tries"), INTERACTION, SECURITY, OBSERVED),
            Guesses.next_at: Personal(_l("Next try possible"), INTERACTION, SECURITY, Source.DERIVED),
            Guesses.door: Personal(_l("What was tried"), INTERACTION, SECURITY, OBSERVED, words=spoken(DOORS)),
            Guesses.device: Personal(
                _l("Fingerprint of the device"), INTERACTION, SECURITY, Source.DERIVED, withheld=SECRET
            ),
            Guesses.address_hash: Personal(
                _l("Fingerprint of the email address"), INTERACTION, SECURITY, Source.DERIVED, withheld=SECRET
            ),
            Guesses.id: NUMBER,
        },
    ),
    SubjectTable(
        KnownDevice,
        _l("Browsers we know you by"),
        reach=KnownDevice.subject_id,
        order=KnownDevice.first_seen_at,
        starts=KnownDevice.seen_at,
        keep=for_days(Clock.LAST_USED, 400),
        about=[People.CUSTOMERS, People.STAFF],
        attributes={
            KnownDevice.first_seen_at: Personal(_l("First sign-in"), INTERACTION, SECURITY, OBSERVED),
            KnownDevice.seen_at: Personal(_l("Last sign-in"), INTERACTION, SECURITY, OBSERVED),
            KnownDevice.fingerprint: Personal(
                _l("Fingerprint of the browser"), ACCESS, SECURITY, Source.DERIVED, withheld=SECRET
            ),
            KnownDevice.subject_id: NUMBER,
        },
    ),
]
