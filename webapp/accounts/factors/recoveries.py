"""The way back for somebody who lost password, phone and codes alike. Staff can start it, and do no more than that.

Three days pass, in which the owner is written to at the address on file and can stop it with one click. Then that
address gets a link with which a password is chosen; the second factors are gone with it. Who only talked our staff
into it reads none of these emails.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from webapp import links
from webapp.access import Role
from webapp.accounts import credentials, sessions
from webapp.accounts.factors import enrolment
from webapp.accounts.factors.models import AccountRecovery
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.config import settings
from webapp.db import db
from webapp.links import InvalidLink, Link, Purpose, UsedLink
from webapp.mail import messages
from webapp.subjects import trail
from webapp.subjects.models import Subject

BATCH = 100


class NotAllowed(Exception):
    """Nobody recovers their own account, and only an administrator that of somebody who works here."""


class UnderWay(Exception):
    """There is a recovery of this account already."""


@dataclass(frozen=True)
class Confirmation:
    """A link that can be used, and what it would finish."""

    link: Link
    recovery: AccountRecovery


def start(account: Account, *, reason: str, by: Account, now: datetime) -> AccountRecovery:
    """Raises NotAllowed or UnderWay."""
    if account is by or (account.role is not Role.CUSTOMER and by.role is not Role.ADMINISTRATOR):
        raise NotAllowed
    db.session.get_one(
        Account, account.subject_id, with_for_update={"of": Account}
    )  # two colleagues at the same moment
    if of(account, now=now):
        raise UnderWay
    due_at = now + settings().recovery_wait
    recovery = AccountRecovery(account=account, started_by=by.subject_id, reason=reason, started_at=now, due_at=due_at)
    db.session.add(recovery)
    db.session.flush()
    trail.record(Action.RECOVERY_STARTED, account.subject, now=now, actor_id=by.subject_id, reason=reason)
    _write("accounts/recovery_waiting", recovery, now=now)
    return recovery


def under_way(*, now: datetime) -> Sequence[AccountRecovery]:
    return db.session.scalars(
        select(AccountRecovery).where(*_is_open(now)).order_by(AccountRecovery.started_at.desc()).limit(BATCH)
    ).all()


def of(account: Account, *, now: datetime) -> AccountRecovery | None:
    mine = select(AccountRecovery).where(AccountRecovery.subject_id == account.subject_id, *_is_open(now))
    return db.session.scalars(mine).first()


def find(recovery_id: UUID) -> AccountRecovery | None:
    return db.session.get(AccountRecovery, recovery_id)


def send_due(*, now: datetime) -> bool:
    """Writes the email of half-time and that with the link; says whether there may be more to do."""
    half_over = now - AccountRecovery.started_at >= AccountRecovery.due_at - now
    reminding = select(AccountRecovery).where(AccountRecovery.reminded_at.is_(None), half_over)
    finishing = select(AccountRecovery).where(AccountRecovery.link_sent_at.is_(None), AccountRecovery.due_at <= now)
    waiting = [
        db.session.scalars(
            query.where(*_is_open(now)).limit(BATCH).with_for_update(of=AccountRecovery, skip_locked=True)
        ).all()
        for query in (finishing, reminding)
    ]
    for recovery in waiting[0]:
        recovery.reminded_at = recovery.link_sent_at = now
        _write("accounts/recovery_ready", recovery, now=now)
    for recovery in waiting[1]:
        if recovery.reminded_at is None:
            recovery.reminded_at = now
            _write("accounts/recovery_waiting", recovery, now=now)
    return any(waiting)


def cancel(recovery: AccountRecovery, *, by: Subject, now: datetime) -> None:
    """Harmless when it is over already, or is just being finished."""
    _hold(recovery)
    if not recovery.is_open:
        return
    recovery.cancelled_at = now
    trail.record(Action.RECOVERY_CANCELLED, recovery.account.subject, now=now, actor_id=by.id)
    _write("accounts/recovery_cancelled", recovery, now=now)


def link_token(purpose: Purpose, recovery: AccountRecovery, *, now: datetime) -> str:
    return links.sign(purpose, now=now, recovery=str(recovery.id))


def read(purpose: Purpose, token: str, *, now: datetime) -> Confirmation:
    """Raises InvalidLink, ExpiredLink or UsedLink; used means also that the recovery was stopped."""
    link = links.read(purpose, token, now=now)
    recovery = find(UUID(link.data["recovery"]))
    if recovery is None:
        raise InvalidLink
    if not recovery.is_open:
        raise UsedLink
    return Confirmation(link, recovery)


def finish(confirmation: Confirmation, password: str, *, now: datetime) -> None:
    """The password is the person's own choice; everything else that signed them in before is gone. Raises UsedLink."""
    links.use_once(confirmation.link, now=now)
    recovery = confirmation.recovery
    _hold(recovery)
    if not recovery.is_open:
        raise UsedLink
    recovery.finished_at = now
    enrolment.turn_off(recovery.account)
    credentials.replace_password(recovery.account, password, now=now)
    sessions.end_all(recovery.account.subject, now=now)
    trail.record(Action.RECOVERY_FINISHED, recovery.account.subject, now=now)


def _hold(recovery: AccountRecovery) -> None:
    """Of those who stop and finish it at the same moment, each sees what the one before did."""
    db.session.refresh(recovery, with_for_update={"of": AccountRecovery})


def _is_open(now: datetime) -> list[ColumnElement[bool]]:
    lifetime = Purpose.RECOVER_ACCOUNT.lifetime
    assert lifetime
    link_lives = or_(AccountRecovery.link_sent_at.is_(None), AccountRecovery.link_sent_at > now - lifetime)
    return [AccountRecovery.cancelled_at.is_(None), AccountRecovery.finished_at.is_(None), link_lives]


def _write(email: str, recovery: AccountRecovery, *, now: datetime) -> None:
    messages.send(email, recovery.account.subject, now=now, recovery=str(recovery.id))
