"""A figure that leaves its limit: those who answer for privacy are told once, and staff sees it until it is back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from webapp.access import Role
from webapp.accounts.models import Account
from webapp.db import db
from webapp.mail import messages
from webapp.privacy.promises.figures import Figure, figures
from webapp.privacy.promises.models import Alert

TOLD = (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR)
QUIET = timedelta(hours=6)  # a figure that goes to and fro does not fill mailboxes
LONGEST_LIST = 20


def settle(figure: Figure, value: float | None, *, now: datetime) -> None:
    """Raises or resolves the alert of a figure that was just measured."""
    if value is not None and figure.is_beyond(value):
        _raise(figure, value, now=now)
    else:
        _resolve(Alert.figure == figure.name, now=now)


def forget_unknown(*, now: datetime) -> None:
    """A figure that the program does not know any more is never measured again."""
    _resolve(Alert.figure.not_in(figures), now=now)


def open_ones() -> Sequence[Alert]:
    return db.session.scalars(select(Alert).where(Alert.resolved_at.is_(None)).order_by(Alert.raised_at)).all()


def past_ones() -> Sequence[Alert]:
    """The latest first."""
    past = select(Alert).where(Alert.resolved_at.is_not(None)).order_by(Alert.raised_at.desc())
    return db.session.scalars(past.limit(LONGEST_LIST)).all()


def _raise(figure: Figure, value: float, *, now: datetime) -> None:
    alert = {"figure": figure.name, "value": value, "raised_at": now}
    new = db.session.scalar(insert(Alert).values(alert).on_conflict_do_nothing().returning(Alert.id))
    if new is not None and not _just_resolved(figure, now=now):
        for account in db.session.scalars(select(Account).where(Account.role.in_(TOLD))):
            messages.send("privacy/promise_alert", account.subject, now=now, alert=str(new))


def _resolve(which: ColumnElement[bool], *, now: datetime) -> None:
    open_now = update(Alert).where(which, Alert.resolved_at.is_(None))
    db.session.execute(open_now.values(resolved_at=now))


def _just_resolved(figure: Figure, *, now: datetime) -> bool:
    lately = select(Alert.id).where(Alert.figure == figure.name, Alert.resolved_at > now - QUIET)
    return db.session.scalar(lately.limit(1)) is not None
