"""Whether an account has a second factor, and what happens when one comes or goes."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select

from webapp.accounts.factors.models import AuthenticatorApp, Passkey, RecoveryCode
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.db import db
from webapp.mail import messages
from webapp.subjects import trail


def has_second_factor(account: Account) -> bool:
    """Whether a password alone does not sign in. Recovery codes only stand in for a factor."""
    return bool(db.session.scalar(select(is_protected()).where(Account.subject_id == account.subject_id)))


def is_protected() -> ColumnElement[bool]:
    """The same, in a query of accounts."""
    app = exists().where(AuthenticatorApp.subject_id == Account.subject_id)
    return or_(app, exists().where(Passkey.subject_id == Account.subject_id))


def tell(action: Action, account: Account, *, now: datetime, name: str | None = None) -> None:
    """Writes a change into the person's log and sends it to them."""
    details = {"name": name} if name else {}
    trail.record(action, account.subject, now=now, actor_id=None, **details)
    messages.send("accounts/second_factor_changed", account.subject, now=now, action=action)


def removed(action: Action, account: Account, *, now: datetime, name: str | None = None) -> None:
    """Recovery codes go with the last factor that they could stand in for: alone they would only be a way in."""
    tell(action, account, now=now, name=name)
    _drop_lone_codes(account)


def drop_added(account: Account, *, since: datetime) -> None:
    """Takes away what was added since then, when it may have been somebody else who added it."""
    for added_at in (AuthenticatorApp.added_at, Passkey.added_at, RecoveryCode.made_at):
        factor = added_at.class_
        db.session.execute(delete(factor).where(factor.subject_id == account.subject_id, added_at >= since))
    _drop_lone_codes(account)


def turn_off(account: Account) -> None:
    """Takes all factors away."""
    for factor in (AuthenticatorApp, Passkey, RecoveryCode):
        db.session.execute(delete(factor).where(factor.subject_id == account.subject_id))


def _drop_lone_codes(account: Account) -> None:
    if not has_second_factor(account):
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.subject_id == account.subject_id))
