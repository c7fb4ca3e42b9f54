"""Using another email address: wished with a fresh proof, confirmed from the new mailbox, told to the old one, which
can take it back for a week.

As with a sign-up, the link alone is not enough: the person must be signed in or know the password. Otherwise somebody
could get another person's address onto an account of their own by having that person sent a link.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from webapp import changes, links
from webapp.accounts.models import Account, EmailChange
from webapp.audit import Action
from webapp.changes import Change
from webapp.db import db
from webapp.links import InvalidLink, Link, Purpose, UsedLink
from webapp.mail import messages
from webapp.subjects import subjects, trail
from webapp.subjects.addresses import normalize
from webapp.subjects.models import Subject

MOST_A_DAY = 5
SHOWN = timedelta(hours=24)  # as long as its link lives


class TooManyWishes(Exception):
    """Each wish writes to an address that may be a stranger's."""


class AddressTaken(Exception):
    """The new address belongs to another data subject."""


@dataclass(frozen=True)
class Confirmation:
    """A link that can be used, and what it would confirm."""

    link: Link
    change: EmailChange
    account: Account


def ask(subject: Subject, address: str, *, now: datetime) -> None:
    """Says nothing about whether somebody has that address already. Raises InvalidAddress or TooManyWishes."""
    lately = select(func.count()).where(
        EmailChange.subject_id == subject.id, EmailChange.asked_at > now - timedelta(days=1)
    )
    if (db.session.scalar(lately) or 0) >= MOST_A_DAY:
        raise TooManyWishes
    change = EmailChange(subject_id=subject.id, old_email=subject.email, new_email=normalize(address), asked_at=now)
    db.session.add(change)
    db.session.flush()
    trail.record(Action.EMAIL_CHANGE_ASKED, subject, now=now, new=change.new_email)
    messages.send("accounts/confirm_new_email", subject, now=now, change=str(change.id))
    messages.send("accounts/email_change_notice", subject, now=now, change=str(change.id))


def waiting(account: Account, *, now: datetime) -> EmailChange | None:
    """The newest wish that can still be confirmed."""
    newest = (
        select(EmailChange)
        .where(EmailChange.subject_id == account.subject_id, EmailChange.asked_at > now - SHOWN)
        .order_by(EmailChange.asked_at.desc())
    )
    change = db.session.scalars(newest).first()
    return change if change and is_waiting(change, account) else None


def is_waiting(change: EmailChange, account: Account) -> bool:
    """Not after a new password either: it may have been chosen to shut out the one who wished."""
    unchanged = change.old_email == account.subject.email and change.asked_at > account.password_changed_at
    return unchanged and change.confirmed_at is None


def link_token(change: EmailChange, *, now: datetime) -> str:
    return links.sign(Purpose.CONFIRM_NEW_EMAIL, now=now, change=str(change.id))


def read(token: str, *, now: datetime) -> Confirmation:
    """Raises InvalidLink, ExpiredLink or UsedLink; used means also that the account changed otherwise."""
    link = links.read(Purpose.CONFIRM_NEW_EMAIL, token, now=now)
    change = db.session.get(EmailChange, UUID(link.data["change"]))
    account = db.session.get(Account, change.subject_id) if change else None
    if change is None or account is None:
        raise InvalidLink
    if not is_waiting(change, account):
        raise UsedLink
    return Confirmation(link, change, account)


def confirm(confirmation: Confirmation, *, now: datetime) -> None:
    """Raises UsedLink or AddressTaken."""
    change, subject = confirmation.change, confirmation.account.subject
    links.use_once(confirmation.link, now=now)
    _use(change.new_email, subject, now=now)
    change.confirmed_at = now
    trail.record(Action.EMAIL_CHANGED, subject, now=now, old=change.old_email, new=change.new_email)
    messages.send("accounts/email_changed", subject, now=now, change=str(change.id))


def undo_token(change: EmailChange, *, now: datetime) -> str:
    return links.sign(Purpose.UNDO_NEW_EMAIL, now=now, change=str(change.id))


def read_undo(token: str, *, now: datetime) -> Confirmation:
    """Raises InvalidLink, ExpiredLink or UsedLink; used means also that a change before this one was undone."""
    link = links.read(Purpose.UNDO_NEW_EMAIL, token, now=now)
    change = db.session.get(EmailChange, UUID(link.data["change"]))
    account = db.session.get(Account, change.subject_id) if change else None
    if change is None or account is None:
        raise InvalidLink
    if change.undone_at or links.was_used(link):
        raise UsedLink
    return Confirmation(link, change, account)


def restore(subject: Subject, *, since: datetime, now: datetime) -> None:
    """The address from before counts again, if it was changed since then. Raises AddressTaken."""
    mine = select(EmailChange).where(EmailChange.subject_id == subject.id, EmailChange.undone_at.is_(None))
    since_then = mine.where(EmailChange.confirmed_at >= since).order_by(EmailChange.confirmed_at)
    undone = db.session.scalars(since_then).all()
    if not undone:
        return
    _use(undone[0].old_email, subject, now=now)
    for change in undone:  # the mailboxes of later changes have no say any more
        change.undone_at = now
    trail.record(Action.EMAIL_CHANGE_UNDONE, subject, now=now, old=undone[-1].new_email, new=undone[0].old_email)
    messages.send("accounts/email_change_undone", subject, now=now, change=str(undone[-1].id))


def _use(address: str, subject: Subject, *, now: datetime) -> None:
    try:
        with db.session.begin_nested():
            subjects.change_address(subject, address)
    except IntegrityError as error:
        raise AddressTaken from error
    changes.record(Change.CUSTOMER_CHANGED, subject.id, now=now, fields="email")
