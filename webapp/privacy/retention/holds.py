"""Legal holds: what nobody may delete yet, for a claim or an authority. Only people set them and end them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select

from webapp.audit import Action
from webapp.consents import in_force
from webapp.consents.models import Use
from webapp.db import db
from webapp.privacy.data_map.clocks import day_of
from webapp.privacy.data_map.retention import Period
from webapp.privacy.data_map.vocabulary import Category, SubjectTable
from webapp.privacy.retention.models import LegalHold
from webapp.subjects import trail
from webapp.subjects.models import Subject, SubjectKey

A_YEAR = Period(years=1)
LONGEST_LIST = 100
# Without these nothing that is held leads to anybody, or can be read.
NEEDED_BY_ALL = (Subject, SubjectKey)


class Terms(TypedDict):
    """What is held, why, and until when that is expected to last. No category means all of them."""

    reason: str
    reference: str
    categories: Sequence[Category]
    expected_until: date | None


@dataclass(frozen=True)
class Overview:
    in_force: Sequence[LegalHold]
    released: Sequence[LegalHold]


def on(subject_id: UUID) -> Sequence[LegalHold]:
    """Those in force that keep data of this person."""
    mine = select(LegalHold).where(LegalHold.subject_id == subject_id, LegalHold.released_at.is_(None))
    return db.session.scalars(mine.order_by(LegalHold.set_at)).all()


def covers(hold: LegalHold, table: SubjectTable) -> bool:
    return not hold.categories or table.model in NEEDED_BY_ALL or not _kinds(table).isdisjoint(hold.categories)


def held(table: SubjectTable) -> ColumnElement[bool]:
    """For a query over a table: whether a hold keeps the row, or the wish of the person that it is only stored."""
    owner = table.reach if table.of is Subject.id else _whose(table)
    covered = [] if table.model in NEEDED_BY_ALL else [_covering(table)]
    by_law = exists().where(LegalHold.released_at.is_(None), LegalHold.subject_id == owner, *covered)
    return by_law | in_force.restricted(owner, Use.EVERYTHING)


def find(hold_id: UUID) -> LegalHold | None:
    return db.session.get(LegalHold, hold_id)


def overview() -> Overview:
    """Those to be reviewed first come first; the last that were released."""
    released = LegalHold.released_at
    return Overview(
        in_force=db.session.scalars(select(LegalHold).where(released.is_(None)).order_by(LegalHold.review_by)).all(),
        released=db.session.scalars(
            select(LegalHold).where(released.is_not(None)).order_by(released.desc()).limit(LONGEST_LIST)
        ).all(),
    )


def people_of(hold: LegalHold) -> dict[UUID, str]:
    """The addresses of those who decided about it, as far as they are known."""
    ids = [hold.set_by, hold.reviewed_by, hold.released_by]
    return dict(db.session.execute(select(Subject.id, Subject.email).where(Subject.id.in_(ids))).all())


def set_on(subject: Subject, terms: Terms, *, by: Subject, now: datetime) -> LegalHold:
    """From this moment nothing that it covers is deleted, also by an erasure that is being carried out."""
    db.session.execute(select(Subject.id).where(Subject.id == subject.id).with_for_update())
    hold = LegalHold(
        subject_id=subject.id,
        categories=[category.value for category in terms["categories"]],
        reason=terms["reason"],
        reference=terms["reference"],
        expected_until=terms["expected_until"],
        set_by=by.id,
        set_at=now,
        review_by=_review_by(terms["expected_until"], now=now),
    )
    db.session.add(hold)
    db.session.flush()
    trail.record(Action.HOLD_SET, subject, now=now, actor_id=by.id, reason=terms["reason"])
    return hold


def review(hold: LegalHold, *, expected_until: date | None, by: Subject, now: datetime) -> None:
    """Somebody looked at it and found that it is still needed."""
    if hold.released_at is not None:
        return
    hold.expected_until, hold.review_by = expected_until, _review_by(expected_until, now=now)
    hold.reviewed_by, hold.reviewed_at = by.id, now
    _note(Action.HOLD_REVIEWED, hold, hold.reason, by=by, now=now)


def release(hold: LegalHold, *, reason: str, by: Subject, now: datetime) -> None:
    """What it kept goes with the next sweep, or with the erasure that waits for it."""
    if hold.released_at is not None:
        return
    hold.released_by, hold.released_at, hold.release_reason = by.id, now, reason
    _note(Action.HOLD_RELEASED, hold, reason, by=by, now=now)


def to_review(*, now: datetime) -> Sequence[LegalHold]:
    """Those that nobody looked at for a year, or that were expected to be over."""
    waiting = select(LegalHold).where(LegalHold.released_at.is_(None), LegalHold.review_by <= day_of(now))
    return db.session.scalars(waiting.order_by(LegalHold.review_by)).all()


def _review_by(expected_until: date | None, *, now: datetime) -> date:
    in_a_year = A_YEAR.after(day_of(now))
    return min(expected_until, in_a_year) if expected_until else in_a_year


def _note(action: Action, hold: LegalHold, reason: str, *, by: Subject, now: datetime) -> None:
    """In the log of the person, as long as there is a key to write it with."""
    if hold.subject.key is not None:
        trail.record(action, hold.subject, now=now, actor_id=by.id, reason=reason)


def _whose(table: SubjectTable) -> ScalarSelect[UUID]:
    owner = select(Subject.id).where(table.of == table.reach)
    return owner.correlate(table.model).scalar_subquery()


def _covering(table: SubjectTable) -> ColumnElement[bool]:
    everything = func.cardinality(LegalHold.categories) == 0
    return or_(everything, LegalHold.categories.overlap(sorted(_kinds(table))))


def _kinds(table: SubjectTable) -> set[str]:
    return {what.category.value for what in table.personal.values()}
