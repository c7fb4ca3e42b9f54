"""The person, and what was written down about them."""

from flask_babel import lazy_gettext as _l

from webapp.audit import AuditAnchor, AuditEntry
from webapp.privacy.data_map.actions import ACTIONS
from webapp.privacy.data_map.retention import PROOF_OF_EVENT, WHILE_CUSTOMER
from webapp.privacy.data_map.vocabulary import (
    NUMBER,
    Category,
    Erasure,
    NotPersonal,
    OtherTable,
    Part,
    People,
    Personal,
    Purpose,
    Source,
    SubjectTable,
    spoken,
)
from webapp.privacy.data_map.words import METHODS, RESTRICTED_USES, WAYS, language_name
from webapp.staff.words import ROLES
from webapp.subjects.models import Subject, SubjectKey

SECRET = _l("A secret that protects you: it never leaves our systems.")
SERVICE = [Purpose.CONTRACT, Purpose.PROVISION, Purpose.SUPPORT]
PROOF = [Purpose.LAW, Purpose.SUPPORT]

# What the entries of the log say besides what was done.
DETAILS = {
    "user_agent": Part(_l("Browser and device")),
    "network": Part(_l("Network address")),
    "fields": Part(_l("What was changed")),
    "old": Part(_l("Before")),
    "new": Part(_l("After")),
    "language": Part(_l("Language"), words=language_name),
    "topic": Part(_l("Topic")),
    "method": Part(_l("How"), words=spoken(METHODS)),
    "campaign": Part(_l("Number of the campaign")),
    "name": Part(_l("Name")),
    "way": Part(_l("How"), words=spoken(WAYS)),
    "role": Part(_l("Role"), words=spoken(ROLES)),
    "reason": Part(_l("Reason")),
    "use": Part(_l("For what"), words=spoken(RESTRICTED_USES)),
    "scope": Part(_l("What the key may do")),
    "version": Part(_l("Version of the privacy policy")),
    "content": Part(_l("Checksum of the text")),
    "address": Part(_l("Address of the system")),
    "since": Part(_l("Since")),
}

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Subject,
        _l("Address and language"),
        reach=Subject.id,
        since=Subject.created_at,
        keep=WHILE_CUSTOMER,
        on_erasure=Erasure.BLANK,
        about=[People.CUSTOMERS, People.READERS, People.STAFF],
        attributes={
            Subject.email: Personal(
                _l("Email address"), Category.CONTACT, SERVICE, Source.PROVIDED, correct_at="accounts.edit_email"
            ),
            Subject.language: Personal(
                _l("Language"),
                Category.INTERACTION,
                SERVICE,
                Source.PROVIDED,
                words=language_name,
                correct_at="accounts.edit_language",
            ),
            Subject.created_at: Personal(_l("Known to us since"), Category.CONTACT, SERVICE, Source.DERIVED),
            Subject.ended_at: Personal(_l("Account closed on"), Category.CONTACT, SERVICE, Source.DERIVED),
            Subject.kept_until: Personal(_l("Kept on your wish until"), Category.CONTACT, SERVICE, Source.DERIVED),
            Subject.erased_at: NotPersonal("when all was deleted that said something about the person"),
            Subject.address_hash: Personal(
                _l("Fingerprint of the email address"),
                Category.CONTACT,
                SERVICE,
                Source.DERIVED,
                withheld=_l("It is made of the address with a secret key, and says nothing that the address does not."),
            ),
            Subject.id: NUMBER,
        },
    ),
    SubjectTable(
        SubjectKey,
        _l("Your own key"),
        reach=SubjectKey.subject_id,
        since=SubjectKey.created_at,
        keep=WHILE_CUSTOMER,
        about=[People.CUSTOMERS, People.READERS, People.STAFF],
        attributes={
            SubjectKey.wrapped: Personal(
                _l("The key that encrypts your history"), Category.ACCESS, SERVICE, Source.DERIVED, withheld=SECRET
            ),
            SubjectKey.subject_id: NUMBER,
            SubjectKey.created_at: NotPersonal("when the key was made, which is when the subject was"),
        },
    ),
    SubjectTable(
        AuditEntry,
        _l("What was done"),
        reach=AuditEntry.subject_id,
        order=AuditEntry.at,
        keep=PROOF_OF_EVENT,
        on_erasure=Erasure.KEEP,
        about=[People.CUSTOMERS, People.READERS, People.STAFF],
        attributes={
            AuditEntry.at: Personal(_l("When"), Category.HISTORY, PROOF, Source.OBSERVED),
            AuditEntry.action: Personal(_l("What"), Category.HISTORY, PROOF, Source.OBSERVED, words=spoken(ACTIONS)),
            AuditEntry.details: Personal(
                _l("Details"),
                Category.HISTORY,
                PROOF,
                Source.OBSERVED,
                sealed=True,
                parts=DETAILS,
                on_erasure=Erasure.SHRED,
            ),
            AuditEntry.actor_id: Personal(
                _l("Who did it"),
                Category.HISTORY,
                PROOF,
                Source.OBSERVED,
                withheld=_l("A number, which is yours or that of a member of our staff."),
            ),
            AuditEntry.subject_id: NUMBER,
            AuditEntry.id: NotPersonal("the order of the log"),
            AuditEntry.position: NotPersonal("the place in the chain of seals"),
            AuditEntry.seal: NotPersonal("what shows whether the log was changed"),
        },
    ),
    OtherTable(
        AuditAnchor,
        "where the chain of the log goes on behind what was deleted",
        attributes={
            AuditAnchor.position: NotPersonal("the place in the chain of seals"),
            AuditAnchor.seal: NotPersonal("what shows whether the log was changed"),
            AuditAnchor.signature: NotPersonal("that we cut it there ourselves"),
        },
    ),
]
