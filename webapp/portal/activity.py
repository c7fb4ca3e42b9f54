"""What happened on an account, in plain words: the person's own view of the audit log, the newest first."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from webapp.accounts.devices import name_of
from webapp.audit import Action, AuditEntry
from webapp.db import db
from webapp.paging import Numbered, cut, next_to
from webapp.subjects import trail
from webapp.subjects.models import Subject

PAGE = 20

SENTENCES: dict[str, LazyString] = {
    Action.SIGNED_UP: _l("Your email address was entered on our sign-up page."),
    Action.SIGN_UP_CONFIRMED: _l("You confirmed your email address, and your account was made."),
    Action.SIGNED_IN: _l("You signed in."),
    Action.SIGN_IN_REFUSED: _l("Somebody tried to sign in with a wrong password. They did not get in."),
    Action.SIGNED_OUT: _l("You signed out."),
    Action.PROFILE_CHANGED: _l("You changed your profile."),
    Action.DETAILS_RECEIVED: _l("Your details were changed in another of our systems, and so here, too."),
    Action.EMAIL_CHANGE_ASKED: _l("You asked to use another email address."),
    Action.EMAIL_CHANGED: _l("Your email address was changed."),
    Action.EMAIL_CHANGE_UNDONE: _l("A change of your email address was taken back."),
    Action.ACCOUNT_SECURED: _l("You told us that something was not you: everybody was signed out."),
    Action.PASSWORD_RESET_ASKED: _l("Somebody asked for a link to choose a new password. It went to your mailbox."),
    Action.PASSWORD_CHANGED: _l("Your password was changed."),
    Action.PROOF_REFUSED: _l("Somebody who was signed in could not show that it is you, and was held back."),
    Action.PASSWORD_KEPT: _l("You decided to keep your password."),
    Action.LANGUAGE_CHANGED: _l("You chose another language."),
    Action.AUTHENTICATOR_ADDED: _l("An authenticator app was added."),
    Action.AUTHENTICATOR_REMOVED: _l("The authenticator app was removed."),
    Action.PASSKEY_ADDED: _l("A passkey was added."),
    Action.PASSKEY_REMOVED: _l("A passkey was removed."),
    Action.RECOVERY_CODES_MADE: _l("New recovery codes were made. The ones before do not work any more."),
    Action.RECOVERY_CODE_USED: _l("A recovery code was used to sign in."),
    Action.SECOND_FACTOR_REFUSED: _l("Somebody knew your password, but not the code. They did not get in."),
    Action.RECOVERY_STARTED: _l("Our staff started to recover your account."),
    Action.RECOVERY_CANCELLED: _l("The recovery of your account was stopped."),
    Action.RECOVERY_FINISHED: _l("Your account was recovered."),
    Action.CONSENT_GIVEN: _l("You agreed to get emails about a topic."),
    Action.CONSENT_WITHDRAWN: _l("You ended emails about a topic."),
    Action.MARKETING_STOPPED: _l("You turned all marketing off."),
    Action.TRACKING_ALLOWED: _l("You agreed that we record data about your use."),
    Action.TRACKING_STOPPED: _l("You ended that we record data about your use."),
    Action.NEWSLETTER_ASKED: _l("Your email address was entered on our newsletter page."),
    Action.EXPORT_REQUESTED: _l("You asked for a copy of your data."),
    Action.EXPORT_BUILT: _l("The copy of your data was made."),
    Action.EXPORT_DOWNLOADED: _l("The copy of your data was downloaded."),
    Action.EXPORT_DELETED: _l("The copy of your data was deleted."),
    Action.EXPORT_STARTED: _l("Our staff noted that you want a copy of your data."),
    Action.EXPORT_CONFIRMED: _l("You confirmed that you want a copy of your data."),
    Action.EXPORT_WITHDRAWN: _l("Our staff took back a request for a copy of your data."),
    Action.EXPORT_RETRIED: _l("Our staff had a copy of your data tried again."),
    Action.EXPORT_LINK_SENT: _l("The link to the copy of your data was sent again."),
    Action.COPY_CODE_REFUSED: _l("Somebody entered a wrong code for the copy of your data. They did not get it."),
    Action.COPY_SHARED: _l("You made a link to the copy of your data for somebody else."),
    Action.COPY_SHARE_REVOKED: _l("You took back a link to the copy of your data."),
    Action.COPY_SHARE_USED: _l("Somebody downloaded your data with a link that you made."),
    Action.CLOSURE_ASKED: _l("You asked to close your account. A link to confirm it went to your mailbox."),
    Action.CLOSURE_TAKEN_BACK: _l("You decided not to close your account."),
    Action.ACCOUNT_CLOSED: _l("You closed your account."),
    Action.ACCOUNT_REOPENED: _l("You opened your account again."),
    Action.DELETION_POSTPONED: _l("You asked us to keep your closed account for another year."),
    Action.DELETION_BEGUN: _l("The time of your closed account was over, and we began to delete it."),
    Action.RESTRICTION_ASKED: _l("You objected to a use of your data, or had it restricted."),
    Action.RESTRICTION_LIFTED: _l("You lifted an objection, or a restriction."),
    Action.RESTRICTION_UPHELD: _l("We agreed to what you asked us not to do with your data."),
    Action.RESTRICTION_REFUSED: _l("We did not agree to what you asked us not to do with your data, and told you why."),
    Action.RESTRICTION_EXTENDED: _l("We took more time for our answer to you, and told you why."),
    Action.ERASURE_ASKED: _l("You asked us to delete all your data."),
    Action.ERASURE_WRITTEN_DOWN: _l("Our staff noted that you want all your data deleted."),
    Action.ERASURE_CONFIRMED: _l("You confirmed that all your data is deleted."),
    Action.ERASURE_ASKED_AGAIN: _l("We asked you again about the deletion, because we have to keep more than planned."),
    Action.ERASURE_CANCELLED: _l("The deletion of your data was stopped."),
    Action.ERASURE_CODE_REFUSED: _l("Somebody entered a wrong code to have your data deleted. Nothing happened."),
    Action.ERASURE_STARTED: _l("The deletion of your data began."),
    Action.ERASURE_EXECUTED: _l("Your data was deleted, except what a law or a product of yours needs."),
    Action.ERASURE_COMPLETED: _l("What a product of yours had needed was deleted, too."),
    Action.CAMPAIGN_WRITTEN: _l("You wrote or changed a campaign."),
    Action.CAMPAIGN_TESTED: _l("You sent yourself a test of a campaign."),
    Action.CAMPAIGN_SENT: _l("You sent a campaign."),
    Action.CAMPAIGN_PAUSED: _l("You paused a campaign."),
    Action.CAMPAIGN_BROKEN_OFF: _l("A campaign of yours was paused by itself, because something went wrong."),
    Action.CAMPAIGN_RESUMED: _l("You let a paused campaign go on."),
    Action.CAMPAIGN_STOPPED: _l("You stopped a campaign."),
    Action.CAMPAIGN_DELETED: _l("You deleted a campaign."),
    Action.OPERATOR_CREATED: _l("Your account was made by whoever runs this site."),
    Action.STAFF_INVITED: _l("You were invited to work here."),
    Action.INVITATION_ACCEPTED: _l("You accepted the invitation to work here."),
    Action.INVITATION_WITHDRAWN: _l("The invitation to work here was withdrawn."),
    Action.ROLE_CHANGED: _l("What you may do here was changed."),
    Action.API_KEY_CREATED: _l("You made a key for another system."),
    Action.API_KEY_REVOKED: _l("You revoked the key of another system."),
    Action.ERASURE_TOLD: _l("The receipt of the deletion was sent."),
    Action.JOURNAL_REPLAYED: _l("An older database was put back, and everybody was signed out."),
    Action.SENDS_RESUMED: _l("You let emails go out again after an older database had been put back."),
    Action.IMPORT_RECEIVED: _l("You uploaded a file to be imported."),
    Action.IMPORT_STARTED: _l("You imported a file."),
    Action.IMPORT_CANCELLED: _l("You stopped the import of a file."),
    Action.IMPORT_REFUSALS_DOWNLOADED: _l("You downloaded the refused rows of a file."),
    Action.ACTIVATION_PROPOSED: _l("You proposed to invite customers to their accounts."),
    Action.ACTIVATION_STARTED: _l("You started to invite customers to their accounts."),
    Action.ACTIVATION_STOPPED: _l("You stopped inviting customers to their accounts."),
    Action.ACTIVATION_REFUSED: _l("Somebody opened the link to your account without knowing you. They did not get in."),
    Action.ACTIVATION_UNLOCKED: _l("Our staff opened the way to your account again."),
    Action.ACCOUNT_ACTIVATED: _l("You made your account with the link that we sent you."),
    Action.ADDRESS_REFUSED: _l("Your email address was taken off, because it led to somebody else."),
    Action.PRODUCT_CANCELLED: _l("You cancelled a product."),
    Action.PRODUCT_KEPT: _l("You took the cancellation of a product back."),
    Action.PAYMENT_METHOD_REMOVED: _l("You removed a way to pay."),
    Action.BILLING_ADDRESS_CHANGED: _l("You changed your billing address."),
    Action.CUSTOMERS_SEARCHED: _l("You looked for a customer."),
    Action.CUSTOMER_VIEWED: _l("Our staff looked at your data."),
    Action.DISCLOSURE_RECORDED: _l("You wrote down that data was given to somebody else."),
    Action.WEBHOOK_CREATED: _l("You entered a system that is told of changes."),
    Action.WEBHOOK_CHANGED: _l("You changed what a system is told, or where."),
    Action.WEBHOOK_SECRET_CHANGED: _l("You made a new secret for a system that is told of changes."),
    Action.WEBHOOK_PAUSED: _l("You paused a system that is told of changes."),
    Action.WEBHOOK_RESUMED: _l("You let a system be told of changes again."),
    Action.WEBHOOK_ENDED: _l("You switched off a system that was told of changes."),
    Action.WEBHOOK_REPLAYED: _l("You told a system of changes once more."),
    Action.CONFIRMATION_SETTLED: _l("You noted that a system did what it had not confirmed."),
    Action.POLICY_WRITTEN: _l("You wrote or changed the privacy policy."),
    Action.POLICY_DISCARDED: _l("You threw a draft of the privacy policy away."),
    Action.POLICY_PROPOSED: _l("You proposed a version of the privacy policy."),
    Action.POLICY_WITHDRAWN: _l("You withdrew the proposal of a privacy policy."),
    Action.POLICY_PUBLISHED: _l("You published a version of the privacy policy."),
    Action.SUPPRESSION_LIFTED: _l("Our staff found that your mailbox works again, and let emails go to it."),
    Action.HOLD_SET: _l("Some of your data was put under a legal hold: it must not be deleted yet."),
    Action.HOLD_REVIEWED: _l("A legal hold on your data was looked at again, and is still needed."),
    Action.HOLD_RELEASED: _l("A legal hold on your data was ended."),
}
# What somebody who got in would do. After the others there is nothing to make safe.
SUSPICIOUS = {
    Action.SIGNED_IN,
    Action.PROFILE_CHANGED,
    Action.EMAIL_CHANGE_ASKED,
    Action.EMAIL_CHANGED,
    Action.PASSWORD_CHANGED,
    Action.PROOF_REFUSED,
    Action.AUTHENTICATOR_ADDED,
    Action.AUTHENTICATOR_REMOVED,
    Action.PASSKEY_ADDED,
    Action.PASSKEY_REMOVED,
    Action.RECOVERY_CODES_MADE,
    Action.RECOVERY_CODE_USED,
    Action.SECOND_FACTOR_REFUSED,
    Action.PRODUCT_CANCELLED,
    Action.PAYMENT_METHOD_REMOVED,
    Action.BILLING_ADDRESS_CHANGED,
    Action.EXPORT_REQUESTED,
    Action.EXPORT_DOWNLOADED,
    Action.COPY_SHARED,
    Action.CLOSURE_ASKED,
    Action.ACCOUNT_CLOSED,
    Action.API_KEY_CREATED,
    Action.WEBHOOK_CREATED,
    Action.WEBHOOK_CHANGED,
}


@dataclass(frozen=True)
class Happening:
    id: int
    at: datetime
    sentence: LazyString
    details: list[str]
    by_staff: bool
    suspicious: bool


@dataclass(frozen=True)
class Page:
    happenings: list[Happening]
    newer_than: Numbered | None
    older_than: Numbered | None


def page(subject: Subject, *, older_than: Numbered | None = None, newer_than: Numbered | None = None) -> Page:
    """The newest entries, or those next to one. It stays right while entries come in, unlike a page number."""
    mine = select(AuditEntry).where(AuditEntry.subject_id == subject.id)
    query = next_to(mine, (AuditEntry.id,), size=PAGE, older_than=older_than, newer_than=newer_than)
    found = db.session.scalars(query).all()
    shown = cut(found, lambda entry: Numbered(entry.id), size=PAGE, older_than=older_than, newer_than=newer_than)
    return Page([_happening(entry, subject) for entry in shown.rows], shown.newer_than, shown.older_than)


def find(subject: Subject, entry_id: int) -> Happening | None:
    """One that somebody who got in may have done, and not another person's."""
    entry = db.session.get(AuditEntry, entry_id)
    happening = _happening(entry, subject) if entry and entry.subject_id == subject.id else None
    return happening if happening and happening.suspicious else None


def _happening(entry: AuditEntry, subject: Subject) -> Happening:
    return Happening(
        id=entry.id,
        at=entry.at,
        sentence=SENTENCES[entry.action],
        details=_details(trail.details_of(entry, subject)),
        by_staff=entry.actor_id not in {None, subject.id},
        suspicious=entry.action in SUSPICIOUS,
    )


def _details(recorded: dict[str, str]) -> list[str]:
    """Those that say something to the person."""
    device = [name_of(recorded["user_agent"])] if "user_agent" in recorded else []
    return device + [
        recorded[name] for name in ("network", "old", "new", "topic", "name", "reason") if name in recorded
    ]
