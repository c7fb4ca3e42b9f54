"""Inviting somebody to work here: an administrator chooses address and role, the person accepts by the emailed link.

The link alone makes nobody who has an account: they must be signed in to it. Everybody else chooses name and password
on the page behind the link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from webapp import links
from webapp.access import Role
from webapp.accounts import operators, passwords
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.db import db
from webapp.links import Link, LinkProblem, Purpose, UsedLink
from webapp.mail import messages
from webapp.staff.models import Invitation
from webapp.subjects import subjects, trail
from webapp.subjects.models import Subject

LIFETIME = timedelta(days=7)  # as long as its link lives


class WorksHere(Exception):
    """Whoever has a role already gets another one in the list of people."""


class Withdrawn(LinkProblem):
    """Taken back, or replaced by a newer one."""


@dataclass(frozen=True)
class Offer:
    """A link that can be used, and the account that the invited person has already."""

    link: Link
    invitation: Invitation
    account: Account | None


def invite(address: str, role: Role, *, by: Subject, now: datetime) -> Invitation:
    """Sends a link; one that was sent before stops working. Raises InvalidAddress or WorksHere."""
    subject = subjects.find_or_create(address, language=by.language)
    account = db.session.get(Account, subject.id)
    if account and account.role is not Role.CUSTOMER:
        raise WorksHere
    db.session.execute(delete(Invitation).where(Invitation.subject_id == subject.id))
    invitation = Invitation(subject=subject, role=role, invited_by=by.id, invited_at=now)
    db.session.add(invitation)
    db.session.flush()
    trail.record(Action.STAFF_INVITED, subject, actor_id=by.id, now=now, role=role)
    messages.send("staff/invitation", subject, now=now, invitation=str(invitation.id))
    return invitation


def withdraw(invitation: Invitation, *, by: Subject, now: datetime) -> None:
    db.session.delete(invitation)
    trail.record(Action.INVITATION_WITHDRAWN, invitation.subject, actor_id=by.id, now=now, role=invitation.role)


def withdraw_all_of(inviter: Account) -> None:
    """What somebody offered who may not offer it any more."""
    db.session.execute(delete(Invitation).where(Invitation.invited_by == inviter.subject_id))


def waiting(*, now: datetime) -> Sequence[Invitation]:
    """The newest first."""
    usable = select(Invitation).where(Invitation.invited_at > now - LIFETIME)
    return db.session.scalars(usable.order_by(Invitation.invited_at.desc())).all()


def link_token(invitation: Invitation, *, now: datetime) -> str:
    return links.sign(Purpose.STAFF_INVITATION, now=now, invitation=str(invitation.id))


def read(token: str, *, now: datetime) -> Offer:
    """Raises InvalidLink, ExpiredLink, UsedLink or Withdrawn."""
    link = links.read(Purpose.STAFF_INVITATION, token, now=now)
    if links.was_used(link):
        raise UsedLink
    invitation = db.session.get(Invitation, UUID(link.data["invitation"]))
    if invitation is None:
        raise Withdrawn
    return Offer(link, invitation, db.session.get(Account, invitation.subject_id))


def accept(offer: Offer, account: Account, *, now: datetime) -> None:
    """For somebody who is signed in. Raises UsedLink or Withdrawn."""
    _close(offer, now=now)
    account.role = offer.invitation.role
    messages.send("staff/role_changed", account.subject, now=now, role=account.role)


def accept_as_newcomer(offer: Offer, names: Mapping[str, str], password: str, *, now: datetime) -> None:
    """Raises UsedLink, Withdrawn, or AccountExists when one was made meanwhile."""
    password_hash = passwords.hashed(password)
    _close(offer, now=now)
    invitation = offer.invitation
    operators.open_account(invitation.subject, invitation.role, names, password_hash=password_hash, now=now)


def _close(offer: Offer, *, now: datetime) -> None:
    links.use_once(offer.link, now=now)
    this = Invitation.id == offer.invitation.id
    still_open = db.session.scalar(select(Invitation.id).where(this).with_for_update())
    if still_open is None:
        raise Withdrawn
    db.session.delete(offer.invitation)
    trail.record(Action.INVITATION_ACCEPTED, offer.invitation.subject, now=now, role=offer.invitation.role)
