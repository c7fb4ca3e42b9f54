"""How much becomes due in each of the next twelve months: counted once a day, so that nobody waits for it."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, delete, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from webapp.db import Base, db
from webapp.partitions import next_month
from webapp.privacy import data_map
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.retention import WHILE_CUSTOMER
from webapp.privacy.data_map.vocabulary import Category
from webapp.privacy.erasure.models import Treatment
from webapp.privacy.retention import work
from webapp.privacy.retention.models import RetentionForecast
from webapp.privacy.retention.words import KINDS
from webapp.privacy.retention.work import Work
from webapp.subjects.models import Subject

log = logging.getLogger(__name__)

MONTHS = 12
LONGEST_QUERY = "20s"

Counts = Counter[tuple[Category, date]]


@dataclass(frozen=True)
class Ahead:
    """Rows by category, in the order in which people are shown them, for each of the months."""

    months: list[date]
    rows: dict[Category, list[int]]
    counted_at: datetime | None

    @property
    def totals(self) -> list[int]:
        """Of all categories together."""
        return [sum(month) for month in zip(*self.rows.values(), strict=True)] or [0] * len(self.months)

    @property
    def titles(self) -> dict[Category, str]:
        return {category: str(KINDS[category]) for category in self.rows}


def ahead(*, now: datetime) -> Ahead:
    """As it was counted last."""
    months = _months(now)
    found = db.session.scalars(select(RetentionForecast).where(RetentionForecast.month.in_(months))).all()
    counts = {(line.category, line.month): line.rows for line in found}
    shown = [category for category in Category if any(line.category == category for line in found)]
    rows = {category: [counts.get((category, month), 0) for month in months] for category in shown}
    return Ahead(months, rows, counted_at=max((line.counted_at for line in found), default=None))


def count(*, now: datetime) -> Iterator[None]:
    """Commit at each yield, and at the end. A rule that takes too long is left out, and the log says so."""
    counts: Counts = Counter()
    for one in work.all_of(now=_in_a_year(now)):
        if len(one.rules) == 1 and one.treatment is not Treatment.BLANK:
            counts.update(_counted(one, now=now))
            yield
    counts.update({(Category.CONTACT, month): rows for month, rows in _people(now).items()})
    lines = [
        {"category": category, "month": month, "rows": rows, "counted_at": now}
        for (category, month), rows in counts.items()
    ]
    db.session.execute(delete(RetentionForecast))
    if lines:
        db.session.execute(insert(RetentionForecast), lines)


def _counted(one: Work, *, now: datetime) -> Counts:
    until = clocks.kept_until(one.table, one.rules[0].retention)
    category = one.table.main.category
    months: Counts = Counter()
    try:
        for condition in one.conditions:
            found = _by_month(one.table.model, until, condition, now=now)
            months.update({(category, month): rows for month, rows in found.items()})
    except SQLAlchemyError:
        log.exception("what will be due of %s could not be counted", one.table.name)
    return months


def _by_month(
    model: type[Base], until: ColumnElement[Any], which: ColumnElement[bool], *, now: datetime
) -> dict[date, int]:
    """What should be gone already counts for this month."""
    month = func.greatest(cast(func.date_trunc("month", until), Date), clocks.day_of(now).replace(day=1))
    with db.session.begin_nested():
        db.session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_QUERY}'"))
        found = select(month, func.count()).select_from(model).where(which).group_by(month)
        return dict(db.session.execute(found).all())


def _people(now: datetime) -> dict[date, int]:
    """Those who closed their account, or whom nothing connects with us. Each counts once."""
    people = data_map.table_of(Subject)
    [rule] = clocks.rules(people, WHILE_CUSTOMER)
    ended, *_erased = clocks.due(rule, now=_in_a_year(now))
    until = clocks.kept_until(people, WHILE_CUSTOMER)
    return _by_month(Subject, until, ended & Subject.erased_at.is_(None), now=now)


def _months(now: datetime) -> list[date]:
    months = [clocks.day_of(now).replace(day=1)]
    while len(months) < MONTHS:
        months.append(next_month(months[-1]))
    return months


def _in_a_year(now: datetime) -> datetime:
    """When the last of these months is over."""
    last_day = next_month(_months(now)[-1]) - timedelta(days=1)
    return clocks.end_of(last_day) - timedelta(seconds=1)
