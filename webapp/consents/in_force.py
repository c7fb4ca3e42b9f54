"""Whether somebody objected to a use of their data, or had it restricted (P35). What uses data asks this first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from webapp.consents.models import Restriction, Use
from webapp.db import db
from webapp.subjects.models import Subject


def restricted(subject_id: ColumnElement[UUID] | InstrumentedAttribute[UUID], *uses: Use) -> ColumnElement[bool]:
    """For a query: whether any of these uses is stopped for the person."""
    not_over = or_(Restriction.ends_at.is_(None), Restriction.ends_at > func.now())
    return exists().where(Restriction.subject_id == subject_id, Restriction.use.in_(uses), not_over)


def of(subject: Subject, *, now: datetime) -> Sequence[Restriction]:
    """What this person does not want us to do, the newest first."""
    not_over = or_(Restriction.ends_at.is_(None), Restriction.ends_at > now)
    theirs = select(Restriction).where(Restriction.subject_id == subject.id, not_over)
    return db.session.scalars(theirs.order_by(Restriction.asked_at.desc())).all()


def ended_by_a_yes(subject: Subject, use: Use, *, now: datetime) -> None:
    """The person themselves agrees to what they objected to before."""
    objections = update(Restriction).where(
        Restriction.subject_id == subject.id, Restriction.use == use, Restriction.ends_at.is_(None)
    )
    db.session.execute(objections.values(ends_at=now))
