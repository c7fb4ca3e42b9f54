"""Figures that show whether a promise is being kept: each is measured by a function, every few minutes.

    def longest_wait(*, now: datetime) -> Measurement: ...

    register(Figure("longest_wait", "P20", _l("Longest wait …"), Kind.DURATION, longest_wait, at_most=timedelta(30)))

The function reads the database by an index, so that it is quick however many customers there are, and changes nothing.
Its module is one of `webapp/privacy/promises/measured`. A value beyond the limit is red for staff and raises an alert.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf
from typing import Protocol

from flask_babel import format_decimal, format_percent, format_timedelta
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

EVERY = timedelta(minutes=5)
DAY = 86_400
WEEK = timedelta(days=7)  # between the values of a series
HOURLY = timedelta(hours=1)  # for what has to count all customers
STALE_AFTER = 3  # times the figure's own period: then its job does not run

Value = float | timedelta


class Kind(StrEnum):
    """How a value is said."""

    DURATION = "duration"  # seconds
    COUNT = "count"
    SHARE = "share"  # 0 to 1
    ANSWER = "answer"  # yes or no


@dataclass(frozen=True)
class Measurement:
    """A value, or None when there was nothing to measure.

    `cases` says on how many; `series` are the values of the last weeks, the oldest first.
    """

    value: Value | None
    cases: int | None = None
    series: list[float] | None = None


class Measure(Protocol):
    def __call__(self, *, now: datetime) -> Measurement: ...


@dataclass(frozen=True)
class Figure:
    """`cases` says on how many it was measured ("on 12 copies"); `none` what it means that there were none."""

    name: str
    promise: str
    label: LazyString
    kind: Kind
    measure: Measure
    at_most: Value | None = None
    at_least: Value | None = None
    every: timedelta = EVERY
    cases: Callable[[int], str] | None = None
    none: LazyString | None = None
    series_title: LazyString | None = None

    def is_beyond(self, value: float | None) -> bool:
        """Whether a value breaks the promise."""
        if value is None:
            return False
        too_high = self.at_most is not None and value > as_number(self.at_most)
        return too_high or (self.at_least is not None and value < as_number(self.at_least))

    def in_words(self, value: float | None) -> str:
        if value is None:
            return str(self.none or _("nothing to measure yet"))
        return _WORDS[self.kind](value)

    @property
    def has_limit(self) -> bool:
        return self.at_most is not None or self.at_least is not None

    @property
    def limit(self) -> str | None:
        """In words; None when it only tells."""
        if self.at_least is not None:
            words = self.in_words(as_number(self.at_least))
            must = _("it must be %(answer)s", answer=words)
            return str(must if self.kind is Kind.ANSWER else _("at least %(value)s", value=words))
        if self.at_most is None:
            return None
        words = self.in_words(as_number(self.at_most))
        return str(_("none allowed") if words == "0" else _("at most %(value)s", value=words))


figures: dict[str, Figure] = {}


def register(*measured: Figure) -> None:
    figures.update({figure.name: figure for figure in measured})


def as_number(value: Value) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def _duration(seconds: float) -> str:
    if seconds < 1:
        return str(_("less than a second"))
    if seconds < DAY:
        return str(format_timedelta(timedelta(seconds=seconds), threshold=1))
    return str(format_timedelta(timedelta(seconds=seconds), "day", threshold=inf))  # 30 days are not "a month"


def _count(number: float) -> str:
    return str(format_decimal(round(number)))


def _share(share: float) -> str:
    return str(format_percent(share, "0.#%"))


def _answer(value: float) -> str:
    return str(_("yes") if value else _("no"))


_WORDS: dict[Kind, Callable[[float], str]] = {
    Kind.DURATION: _duration,
    Kind.COUNT: _count,
    Kind.SHARE: _share,
    Kind.ANSWER: _answer,
}
