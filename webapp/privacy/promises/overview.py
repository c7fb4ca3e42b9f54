"""What the pages about the promises say: each promise with its figures as they were measured last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from flask_babel import format_date
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from webapp.db import db
from webapp.privacy.promises import alerts
from webapp.privacy.promises.figures import STALE_AFTER, WEEK, Figure, figures
from webapp.privacy.promises.models import Alert, PromiseFigure
from webapp.privacy.promises.registry import PROMISES
from webapp.privacy.promises.vocabulary import GROUPS, Promise


class Standing(StrEnum):
    """How a figure stands, the worst first."""

    BEYOND = "beyond"
    STALE = "stale"
    WITHIN = "within"
    TELLS = "tells"  # it has no limit


@dataclass(frozen=True)
class Shown:
    """A figure and what was found; None before it was measured for the first time."""

    figure: Figure
    found: PromiseFigure | None
    now: datetime

    @property
    def value(self) -> str:
        return self.figure.in_words(self.found.value) if self.found else "–"

    @property
    def cases(self) -> str | None:
        cases = self.found.cases if self.found else None
        return self.figure.cases(cases) if self.figure.cases and cases else None

    @property
    def series(self) -> list[float]:
        """Only when it shows something."""
        series = (self.found.series if self.found else None) or []
        return series if self.figure.series_title and any(series) else []

    @property
    def weeks(self) -> list[str]:
        """When each value of the series began."""
        first = self.now - len(self.series) * WEEK
        return [format_date(first + number * WEEK, "short") for number in range(len(self.series))]

    @property
    def standing(self) -> Standing:
        if self.found is None or self.found.measured_at < self.now - STALE_AFTER * self.figure.every:
            return Standing.STALE
        if self.figure.is_beyond(self.found.value):
            return Standing.BEYOND
        return Standing.WITHIN if self.figure.has_limit else Standing.TELLS


@dataclass(frozen=True)
class Row:
    promise: Promise
    figures: list[Shown]

    @property
    def is_beyond(self) -> bool:
        return any(shown.standing is Standing.BEYOND for shown in self.figures)


@dataclass(frozen=True)
class Part:
    title: LazyString
    lead: LazyString
    rows: list[Row]


@dataclass(frozen=True)
class Overview:
    parts: list[Part]

    @cached_property
    def rows(self) -> list[Row]:
        return [row for part in self.parts for row in part.rows]

    @property
    def measured_at(self) -> datetime | None:
        """When the newest figure was."""
        times = [shown.found.measured_at for row in self.rows for shown in row.figures if shown.found]
        return max(times, default=None)

    def count(self, keeping: str) -> int:
        return sum(row.promise.keeping == keeping for row in self.rows)

    @property
    def by_standing(self) -> list[tuple[Promise, Shown]]:
        """Every figure, those that need somebody first."""
        everything = [(row.promise, shown) for row in self.rows for shown in row.figures]
        return sorted(everything, key=lambda pair: list(Standing).index(pair[1].standing))


@dataclass(frozen=True)
class Alarm:
    """An alert with the figure that it is about, which the program may have forgotten."""

    alert: Alert
    figure: Figure | None

    @property
    def label(self) -> str:
        return str(self.figure.label) if self.figure else self.alert.figure

    @property
    def value(self) -> str:
        return self.figure.in_words(self.alert.value) if self.figure else str(self.alert.value)


def overview(*, now: datetime) -> Overview:
    measured = {row.name: row for row in db.session.scalars(select(PromiseFigure))}
    rows = [_row(promise, measured, now=now) for promise in PROMISES]
    grouped = groupby(rows, key=lambda row: row.promise.group)
    return Overview([Part(*GROUPS[group], list(members)) for group, members in grouped])


def open_alarms() -> list[Alarm]:
    return _alarms(alerts.open_ones())


def past_alarms() -> list[Alarm]:
    return _alarms(alerts.past_ones())


def _row(promise: Promise, measured: dict[str, PromiseFigure], *, now: datetime) -> Row:
    own = [figure for figure in figures.values() if figure.promise == promise.number]
    return Row(promise, [Shown(figure, measured.get(figure.name), now) for figure in own])


def _alarms(found: Sequence[Alert]) -> list[Alarm]:
    return [Alarm(alert, figures.get(alert.figure)) for alert in found]
