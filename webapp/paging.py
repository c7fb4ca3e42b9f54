"""Pages of a list, the newest first, that go on from a place in it: they stay right while rows come and go."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

Row = TypeVar("Row")
Place = TypeVar("Place")


class Cut(NamedTuple, Generic[Row, Place]):
    """The rows of a page, and the places at its ends beyond which there is more."""

    rows: list[Row]
    newer_than: Place | None
    older_than: Place | None


def cut(
    found: Sequence[Row], place: Callable[[Row], Place], *, size: int, older_than: object, newer_than: object
) -> Cut[Row, Place]:
    """`found` are the rows next to the place that was asked for, newest first, and one more if there are more."""
    forward, more = newer_than is not None, len(found) > size
    rows = list(found[-size:] if forward else found[:size])
    has_newer = more if forward else older_than is not None
    has_older = more or forward
    return Cut(
        rows,
        newer_than=place(rows[0]) if rows and has_newer else None,
        older_than=place(rows[-1]) if rows and has_older else None,
    )
