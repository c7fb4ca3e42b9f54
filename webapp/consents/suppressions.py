"""Addresses that get no marketing: put on the list by what happened, and taken off it.

What we found out about a mailbox may be lifted by people who work here, a wish only by a yes of the person, a complaint
only by a yes from the mailbox itself, by double opt-in.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.postgresql import insert

from webapp import audit
from webapp.audit import Action
from webapp.consents import subscriptions, wordings
from webapp.consents.ledger import by_words
from webapp.consents.models import Method, Suppression, SuppressionReason
from webapp.db import db
from webapp.subjects import trail
from webapp.subjects.models import Subject

ABOUT_THE_MAILBOX = (SuppressionReason.HARD_BOUNCE, SuppressionReason.SOFT_BOUNCE)
HARDEST_TO_END_FIRST = (
    SuppressionReason.COMPLAINT,
    SuppressionReason.ERASED,
    SuppressionReason.HARD_BOUNCE,
    SuppressionReason.SOFT_BOUNCE,
    SuppressionReason.EVERYTHING_OFF,
)


def add(subject_ids: Collection[UUID], reason: SuppressionReason, *, now: datetime) -> None:
    """The addresses that these people have now."""
    theirs = select(Subject.address_hash, literal(reason.value), literal(now)).where(Subject.id.in_(subject_ids))
    adding = insert(Suppression).from_select(["address_hash", "reason", "at"], theirs)
    db.session.execute(adding.on_conflict_do_nothing())


def complained(subject: Subject, *, now: datetime) -> None:
    """They told their mail provider that it was spam: all marketing ends at once."""
    add([subject.id], SuppressionReason.COMPLAINT, now=now)
    shown = wordings.COMPLAINT.shown(subject.language)
    statement = by_words(shown, method=Method.COMPLAINT, language=subject.language, now=now)
    subscriptions.stop_everything(subject, **statement)


def of(address_hash: bytes) -> list[Suppression]:
    """What is hardest to end first."""
    found = db.session.scalars(select(Suppression).where(Suppression.address_hash == address_hash))
    return sorted(found, key=lambda suppression: HARDEST_TO_END_FIRST.index(suppression.reason))


def may_be_lifted(reason: SuppressionReason) -> bool:
    """By people who work here: what is known about a mailbox may be wrong, but a no is a no."""
    return reason in ABOUT_THE_MAILBOX


def lift(address_hash: bytes, *, by: Subject, now: datetime) -> bool:
    """Returns whether anything changed."""
    lifting = delete(Suppression).where(
        Suppression.address_hash == address_hash, Suppression.reason.in_(ABOUT_THE_MAILBOX)
    )
    if db.session.scalar(lifting.returning(Suppression.address_hash)) is None:
        return False
    subject = db.session.scalars(select(Subject).where(Subject.address_hash == address_hash)).first()
    if subject:
        trail.record(Action.SUPPRESSION_LIFTED, subject, now=now, actor_id=by.id)
    else:
        audit.append(Action.SUPPRESSION_LIFTED, actor_id=by.id, subject_id=None, details=None, now=now)
    return True
