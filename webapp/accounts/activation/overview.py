"""How far customers are on their way to an account, and who got stuck."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from webapp.accounts.activation.models import Activation
from webapp.db import db
from webapp.products.models import CustomerRecord

DAYS = 30
LONGEST_LIST = 50
MANY = 100_000  # counted no further for a page


@dataclass(frozen=True)
class Figures:
    """`waiting` were not invited yet."""

    waiting: int
    invited: int
    activated: int
    stuck: int


def figures(*, waiting: int) -> Figures:
    counted = select(
        func.count().filter(Activation.activated_at.is_(None), ~_is_stuck(), Activation.settled_at.is_(None)),
        func.count().filter(Activation.activated_at.is_not(None)),
        func.count().filter(_is_stuck()),
    ).select_from(Activation)
    return Figures(waiting, *db.session.execute(counted).one())


def per_day(*, now: datetime) -> list[tuple[date, int]]:
    """How many made their account on each of the last days."""
    first = (now - timedelta(days=DAYS - 1)).date()
    day = func.date(func.timezone("UTC", Activation.activated_at))
    counted = select(day, func.count()).where(Activation.activated_at >= first).group_by(day)
    found: dict[date, int] = {row[0]: row[1] for row in db.session.execute(counted)}
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return [(each, found.get(each, 0)) for each in days]


def stuck() -> list[tuple[Activation, list[str]]]:
    """Who tried too often, or said that they are somebody else, with their numbers; the newest first."""
    theirs = CustomerRecord.subject_id == Activation.subject_id
    numbers = select(func.array_agg(aggregate_order_by(CustomerRecord.external_id, CustomerRecord.external_id)))
    known = select(Activation, numbers.where(theirs).scalar_subquery())
    rows = db.session.execute(known.where(_is_stuck()).order_by(Activation.invited_at.desc()).limit(LONGEST_LIST))
    return [(row[0], row[1] or []) for row in rows]


def _is_stuck() -> ColumnElement[bool]:
    return Activation.settled_at.is_(None) & (Activation.locked_at.is_not(None) | Activation.refused_at.is_not(None))
