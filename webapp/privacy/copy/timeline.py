"""The plot of what is held over time: a column per month, or per year when the months would be too many."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from flask_babel import format_date

from webapp.language import current_language
from webapp.privacy.copy.tables import Month
from webapp.privacy.data_map.vocabulary import Category

MOST_MONTHS = 36
WIDTH, HEIGHT, GAP = 1000.0, 200.0, 0.25
LABELS = 6

Months = Mapping[Category, Counter[Month]]


@dataclass(frozen=True)
class Piece:
    """What came of one category, as a part of a column."""

    category: Category
    count: int
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    label: str
    x: float
    width: float
    pieces: list[Piece]

    @property
    def count(self) -> int:
        return sum(piece.count for piece in self.pieces)

    def count_of(self, category: Category) -> int:
        return sum(piece.count for piece in self.pieces if piece.category is category)


@dataclass(frozen=True)
class Timeline:
    columns: list[Column]
    categories: list[Category]
    most: int

    @property
    def labelled_every(self) -> int:
        return -(-len(self.columns) // LABELS)


def timeline_of(months: Months) -> Timeline | None:
    """In the language of the moment. One month alone is no course of time."""
    days = sorted({day for counted in months.values() for day in counted})
    if len(days) < 2:
        return None
    spans = list(_months(days[0], days[-1])) if _number(days[-1]) - _number(days[0]) < MOST_MONTHS else None
    if spans is None:
        months = {category: _by_year(counted) for category, counted in months.items()}
        spans = [(year, 0) for year in range(days[0][0], days[-1][0] + 1)]
    most = max(sum(counted[span] for counted in months.values()) for span in spans)
    columns = [_column(months, span, number, len(spans), most) for number, span in enumerate(spans)]
    return Timeline(columns, [category for category, counted in months.items() if counted], most)


def _column(months: Months, span: Month, number: int, of: int, most: int) -> Column:
    band, pieces, top = WIDTH / of, [], HEIGHT
    for category, counted in months.items():
        if count := counted[span]:
            height = HEIGHT * count / most
            top -= height
            pieces.append(Piece(category, count, top, height))
    return Column(_label(span, current_language()), (number + GAP / 2) * band, band * (1 - GAP), pieces)


@cache
def _label(span: Month, language: str) -> str:
    year, month = span
    return str(format_date(date(year, month, 1), "MMM y")) if month else str(year)


def _by_year(counted: Counter[Month]) -> Counter[Month]:
    years: Counter[Month] = Counter()
    for (year, _month), count in counted.items():
        years[year, 0] += count
    return years


def _months(first: Month, last: Month) -> Iterator[Month]:
    for number in range(_number(first), _number(last) + 1):
        yield number // 12, number % 12 + 1


def _number(month: Month) -> int:
    return month[0] * 12 + month[1] - 1
