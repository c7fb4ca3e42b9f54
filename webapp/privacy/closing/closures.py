"""Closing an account (P15): asked for, confirmed by mailbox and owner. It can be opened again, or kept longer (P18)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from webapp import changes, links
from webapp.accounts import sessions
from webapp.accounts.models import Account, DeviceSession
from webapp.audit import Action
from webapp.changes import Change
from webapp.config import settings
from webapp.db import db
from webapp.journal import entries as journal
from webapp.journal.models import Event
from webapp.links import InvalidLink, Link, Purpose, UsedLink
from webapp.mail import messages
from webapp.privacy import deadlines
from webapp.privacy.closing import obstacles
from webapp.privacy.closing.models import Closure
from webapp.privacy.closing.obstacles import Obstructed
from webapp.privacy.data_map.retention import Period
from webapp.subjects import trail
from webapp.subjects.models import Subject

SENT_AGAIN_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Confirmation:
    """What a genuine link leads to."""

    link: Link
    closure: Closure


def of(subject: Subject) -> Closure | None:
    """The one that is asked for or done, and not taken back."""
    return db.session.scalars(select(Closure).where(Closure.subject_id == subject.id, _is_open())).first()


def ask(account: Account, *, now: datetime) -> None:
    """Sends a link to the mailbox. Pressed often, it sends one. Raises Obstructed."""
    subject = account.subject
    if obstacles.of(account):
        raise Obstructed
    wish = insert(Closure).values(subject_id=subject.id, asked_at=now).on_conflict_do_nothing()
    if db.session.scalar(wish.returning(Closure.id)) is not None:
        trail.record(Action.CLOSURE_ASKED, subject, now=now)
    closure = of(subject)
    lately = messages.sent_recently("closing/confirm_closure", subject, within=SENT_AGAIN_AFTER, now=now)
    if closure and closure.confirmed_at is None and not lately:
        messages.send("closing/confirm_closure", subject, now=now, closure=str(closure.id))


def link_token(closure: Closure, *, now: datetime) -> str:
    return links.sign(Purpose.CONFIRM_CLOSURE, now=now, closure=str(closure.id))


def read(token: str, *, now: datetime) -> Confirmation:
    """Raises InvalidLink, ExpiredLink, or UsedLink when it was confirmed or taken back."""
    link = links.read(Purpose.CONFIRM_CLOSURE, token, now=now)
    closure = db.session.get(Closure, UUID(link.data["closure"]))
    if closure is None:
        raise InvalidLink
    if closure.confirmed_at or closure.ended_at:
        raise UsedLink
    return Confirmation(link, closure)


def confirm(confirmation: Confirmation, account: Account, *, device: DeviceSession, now: datetime) -> None:
    """The account is closed. Raises UsedLink, or Obstructed when something became active in between."""
    links.use_once(confirmation.link, now=now)
    closure, subject = confirmation.closure, account.subject
    db.session.refresh(closure, with_for_update={"of": Closure})
    if closure.ended_at:
        raise UsedLink
    if obstacles.of(account):
        raise Obstructed
    _close(closure, at=now)
    sessions.end_others(subject, but=device, now=now)
    trail.record(Action.ACCOUNT_CLOSED, subject, now=now)
    changes.record(Change.ACCOUNT_CLOSED, subject.id, now=now)
    messages.send("closing/closed", subject, now=now, closure=str(closure.id))


def take_back(closure: Closure, *, now: datetime) -> None:
    """Before it was confirmed. The link in the email leads nowhere then."""
    db.session.refresh(closure, with_for_update={"of": Closure})
    if closure.confirmed_at is None and closure.ended_at is None:
        closure.ended_at = now
        trail.record(Action.CLOSURE_TAKEN_BACK, closure.subject, now=now)


def reopen(closure: Closure, *, now: datetime) -> None:
    """Everything is as it was, as long as the deletion has not begun. Repeated, it does nothing."""
    db.session.refresh(closure, with_for_update={"of": Closure})
    if closure.confirmed_at is None or closure.ended_at or closure.begun_at:
        return
    subject = closure.subject
    open_again(closure, at=now)
    trail.record(Action.ACCOUNT_REOPENED, subject, now=now)
    changes.record(Change.ACCOUNT_REOPENED, subject.id, now=now)
    messages.send("closing/reopened", subject, now=now, closure=str(closure.id))


def keep(closure: Closure, *, now: datetime) -> None:
    """For another year; then the person is asked again (P18)."""
    db.session.refresh(closure, with_for_update={"of": Closure})
    if closure.confirmed_at is None or closure.ended_at or closure.begun_at:
        return
    closure.delete_at = closure.subject.kept_until = _midnight_after(now, deadlines.ASKED_AGAIN_AFTER)
    closure.kept_at, closure.noticed_days, closure.noticed_at = now, None, None
    trail.record(Action.DELETION_POSTPONED, closure.subject, now=now)


def close_again(subject: Subject, *, at: datetime) -> None:
    """After an older database was put back, by what the journal knows. Nobody is told a second time."""
    closure = of(subject)
    if closure is None:
        closure = Closure(subject_id=subject.id, subject=subject, asked_at=at)
        db.session.add(closure)
    _close(closure, at=at)


def open_again(closure: Closure, *, at: datetime) -> None:
    closure.ended_at, closure.subject.ended_at, closure.subject.kept_until = at, None, None
    journal.record(Event.ACCOUNT_REOPENED, closure.subject_id, now=at)


def to_be_deleted_at(now: datetime) -> datetime:
    """When it would be deleted if it were closed now."""
    return _midnight_after(now, deadlines.DELETED_AFTER)


def _close(closure: Closure, *, at: datetime) -> None:
    closure.confirmed_at = closure.subject.ended_at = at
    closure.delete_at = _midnight_after(at, deadlines.DELETED_AFTER)
    journal.record(Event.ACCOUNT_CLOSED, closure.subject_id, now=at)


def _is_open() -> ColumnElement[bool]:
    return Closure.ended_at.is_(None)


def _midnight_after(start: datetime, period: Period) -> datetime:
    return deadlines.midnight_after(start, period, ZoneInfo(settings().time_zone))
