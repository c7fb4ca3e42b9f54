"""Telling everybody concerned of a new version, some at a time.

How far it has come is a row, written together with the emails: killed anywhere, nobody is told twice or left out.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select

from webapp.accounts.models import Account
from webapp.consents.models import Subscription, Suppression, SuppressionReason
from webapp.db import db
from webapp.mail import messages
from webapp.privacy.policy.models import PolicyNotice
from webapp.subjects.models import Subject

AT_ONCE = 1_000


def write_some(version: int, *, now: datetime) -> bool:
    """Writes to the next ones; returns whether there are more. The caller commits."""
    notice = db.session.get(PolicyNotice, version, with_for_update=True, populate_existing=True)
    if notice is None or notice.finished_at:
        return False
    next_ones = select(Subject.id).where(_concerned()).order_by(Subject.id).limit(AT_ONCE)
    if notice.reached:
        next_ones = next_ones.where(Subject.id > notice.reached)
    people = db.session.scalars(next_ones).all()
    messages.send_to_many("privacy/policy_changed", people, now=now, version=str(version))
    notice.written += len(people)
    if len(people) < AT_ONCE:
        notice.finished_at = now
    else:
        notice.reached = people[-1]
    return notice.finished_at is None


def count() -> int:
    """How many people would be told now."""
    return db.session.scalar(select(func.count()).select_from(Subject).where(_concerned())) or 0


def _concerned() -> ColumnElement[bool]:
    """Who has an account or reads a newsletter, with a mailbox that exists."""
    account = exists().where(Account.subject_id == Subject.id, Account.confirmed_at.is_not(None))
    reader = exists().where(Subscription.subject_id == Subject.id, Subscription.subscribed)
    no_mailbox = exists().where(
        Suppression.address_hash == Subject.address_hash, Suppression.reason == SuppressionReason.HARD_BOUNCE
    )
    return (account | reader) & ~no_mailbox
