"""Who works here, in which role, and how that ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from webapp.access import Role
from webapp.accounts import sessions
from webapp.accounts.factors.enrolment import is_protected
from webapp.accounts.models import Account, DeviceSession, Profile
from webapp.audit import Action
from webapp.db import db
from webapp.mail import messages
from webapp.staff import invitations
from webapp.staff.models import Invitation
from webapp.subjects import trail


class OwnRole(Exception):
    """So that an administrator is left, nobody changes their own role."""


class NoAdministrator(Exception):
    """Another administrator changed the role of the one who wants to change roles."""


@dataclass(frozen=True)
class Colleague:
    account: Account
    has_second_factor: bool
    seen_at: datetime | None


def colleagues() -> Sequence[Colleague]:
    """By name."""
    last_seen = (
        select(func.max(DeviceSession.seen_at))
        .where(DeviceSession.subject_id == Account.subject_id)
        .correlate(Account)
        .scalar_subquery()
    )
    working = (
        select(Account, is_protected(), last_seen)
        .join(Profile, Profile.subject_id == Account.subject_id)
        .where(Account.role != Role.CUSTOMER)
        .order_by(Profile.family_name, Profile.given_name, Account.subject_id)
    )
    return [Colleague(*row) for row in db.session.execute(working)]


def change_role(account: Account, role: Role, *, by: Account, now: datetime) -> None:
    """Holds from the next request on. As a customer somebody works here no longer, and is signed out everywhere.

    Raises OwnRole or NoAdministrator.
    """
    if account.subject_id == by.subject_id:
        raise OwnRole
    _hold_administrators(by)
    if account.role is role:
        return
    if account.role is Role.ADMINISTRATOR:
        invitations.withdraw_all_of(account)
    if role is Role.CUSTOMER:
        sessions.end_all(account.subject, now=now)
    account.role = role
    db.session.execute(delete(Invitation).where(Invitation.subject_id == account.subject_id))
    trail.record(Action.ROLE_CHANGED, account.subject, actor_id=by.subject_id, now=now, role=role)
    messages.send("staff/role_changed", account.subject, now=now, role=role)


def _hold_administrators(by: Account) -> None:
    """Two who end each other's access at the same moment must not leave nobody: the second one is none any more."""
    held = select(Account.subject_id).where(Account.role == Role.ADMINISTRATOR).order_by(Account.subject_id)
    if by.subject_id not in db.session.scalars(held.with_for_update(of=Account)).all():
        raise NoAdministrator
