"""Pages of a list, the newest first, that go on from a place in it: they stay right while rows come and go."""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, Self, TypeVar, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import QueryableAttribute

LARGEST = 2**63 - 1  # the database numbers no further

Row = TypeVar("Row")
Where = TypeVar("Where")
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class Place:
    """Where a page begins or ends: the values of the columns that order the rows, in their order."""


@dataclass(frozen=True)
class AtTime(Place):
    """Among rows in the order of a time and then of their id."""

    at: datetime
    id: UUID

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError."""
        at, _separator, key = text.partition("_")
        return cls(datetime.fromisoformat(at), UUID(key))

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.id.hex}"


@dataclass(frozen=True)
class OnDay(Place):
    """Among rows in the order of a day and then of the number that another system gave them."""

    day: date
    external_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError."""
        day, _separator, external_id = text.partition("_")
        return cls(date.fromisoformat(day), external_id)

    def __str__(self) -> str:
        return f"{self.day.isoformat()}_{self.external_id}"


@dataclass(frozen=True)
class Numbered(Place):
    """Among rows in the order of the numbers that the database gave them."""

    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError, also for a number that the database does not know how to write."""
        if not 0 <= int(text) <= LARGEST:
            raise ValueError(f"{text} is beyond all rows")
        return cls(int(text))

    def __str__(self) -> str:
        return str(self.number)


class Cut(NamedTuple, Generic[Row, Where]):
    """The rows of a page, and the places at its ends beyond which there is more."""

    rows: list[Row]
    newer_than: Where | None
    older_than: Where | None


def next_to(
    query: Select[*Columns],
    order: Sequence[QueryableAttribute[Any]],
    *,
    size: int,
    older_than: Place | None,
    newer_than: Place | None,
) -> Select[*Columns]:
    """The rows next to a place, and one more if there are more. Those that are newer than it come the oldest first."""
    query = query.limit(size + 1)
    if newer_than is not None:
        return query.where(tuple_(*order) > astuple(newer_than)).order_by(*order)
    if older_than is not None:
        query = query.where(tuple_(*order) < astuple(older_than))
    return query.order_by(*(column.desc() for column in order))


def cut(
    found: Sequence[Row], place: Callable[[Row], Where], *, size: int, older_than: object, newer_than: object
) -> Cut[Row, Where]:
    """`found` are the rows from the place onwards, in the order of `next_to`, and one more if there are more."""
    forward, more = newer_than is not None, len(found) > size
    rows = list(found[:size][::-1] if forward else found[:size])
    has_newer = more if forward else older_than is not None
    has_older = more or forward
    return Cut(
        rows,
        newer_than=place(rows[0]) if rows and has_newer else None,
        older_than=place(rows[-1]) if rows and has_older else None,
    )
