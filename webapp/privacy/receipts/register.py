"""What staff see of all erasures: which are under way, by when they must be done, and how quickly it goes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Interval, Select, cast, func, or_, select

from webapp import partitions
from webapp.db import db
from webapp.integrations.webhooks.models import Confirmation
from webapp.paging import AtTime, cut, next_to
from webapp.privacy import deadlines
from webapp.privacy.erasure.models import DONE, OPEN, Erasure, ErasureState
from webapp.privacy.receipts.models import Receipt

PAGE = 20
MONTHS = 12
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Listed:
    """`unconfirmed`: how many of the company's systems did not confirm yet."""

    erasure: Erasure
    unconfirmed: int
    trouble: str

    @property
    def answer_by(self) -> datetime:
        return deadlines.answer_by(self.erasure.asked_at)

    @property
    def is_open(self) -> bool:
        """Whether the person still waits for something."""
        return self.erasure.state in OPEN or (self.erasure.state is ErasureState.EXECUTED and not self.trouble)


@dataclass(frozen=True)
class Page:
    rows: list[Listed]
    newer_than: AtTime | None
    older_than: AtTime | None


@dataclass(frozen=True)
class Overview:
    """`per_month`: how many were carried out in each of the last twelve months, the oldest first."""

    running: int
    untold: int
    soon: int
    longest: timedelta | None
    per_month: list[tuple[date, int]]


def page(*, only_open: bool, older_than: AtTime | None = None, newer_than: AtTime | None = None) -> Page:
    """The newest, or those next to a place."""
    order = (Erasure.asked_at, Erasure.id)
    query = _listed().where(_is_open()) if only_open else _listed()
    query = next_to(query, order, size=PAGE, older_than=older_than, newer_than=newer_than)
    found = [Listed(*row) for row in db.session.execute(query)]
    return Page(*cut(found, _place, size=PAGE, older_than=older_than, newer_than=newer_than))


def overview(*, now: datetime) -> Overview:
    rows = db.session.execute(select(Erasure.state, Erasure.asked_at).where(_is_open())).all()
    waiting = [row.asked_at for row in rows if row.state is not ErasureState.PLANNED]
    return Overview(
        running=sum(row.state in OPEN and row.state is not ErasureState.PLANNED for row in rows),
        untold=sum(row.state is ErasureState.EXECUTED for row in rows),
        soon=sum(deadlines.is_soon(asked_at, now=now) for asked_at in waiting),
        longest=_longest(now=now),
        per_month=_per_month(now=now),
    )


def _listed() -> Select[Erasure, int, str]:
    unconfirmed = select(func.count()).where(
        Confirmation.reference == Erasure.id, Confirmation.confirmed_at.is_(None), Erasure.state.in_(DONE)
    )
    trouble = select(Receipt.trouble).where(Receipt.erasure_id == Erasure.id)
    return select(Erasure, unconfirmed.scalar_subquery(), func.coalesce(trouble.scalar_subquery(), ""))


def _is_open() -> ColumnElement[bool]:
    untold = (Erasure.state == ErasureState.EXECUTED) & Erasure.recipient.is_not(None)
    return or_(Erasure.state.in_(OPEN), untold)


def _longest(*, now: datetime) -> timedelta | None:
    """From the request to the deletion, of those of the last year; the days in which it can be stopped included."""
    lately = Erasure.executed_at > now - YEAR
    longest = func.max(cast(Erasure.executed_at - Erasure.asked_at, Interval))
    return db.session.scalar(select(longest).where(lately))


def _per_month(*, now: datetime) -> list[tuple[date, int]]:
    month = func.date_trunc("month", Erasure.executed_at)
    counts = select(month, func.count()).where(Erasure.executed_at > now - YEAR).group_by(month)
    found = {at.date(): count for at, count in db.session.execute(counts)}
    months = [partitions.month_of(now)]
    while len(months) < MONTHS:
        months.append(partitions.month_of(datetime.combine(months[-1] - timedelta(days=1), now.timetz())))
    return [(each, found.get(each, 0)) for each in reversed(months)]


def _place(listed: Listed) -> AtTime:
    return AtTime(listed.erasure.asked_at, listed.erasure.id)
