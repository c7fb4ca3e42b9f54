"""A place in the order of somebody's rows, as an address carries it: sealed, for it is made of internal numbers."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, DateTime, LargeBinary, Tuple, Uuid, literal, tuple_
from sqlalchemy.types import TypeEngine

from webapp.crypto import CannotDecrypt, open_sealed, permanent_key_for, seal
from webapp.subjects.models import Subject

# How a value that JSON has no type for is read back, by the type of its column.
READ: dict[type[TypeEngine[Any]], Callable[[str], Any]] = {
    DateTime: datetime.fromisoformat,
    Date: date.fromisoformat,
    LargeBinary: lambda text: bytes.fromhex(text.removeprefix("\\x")),
    Uuid: UUID,
}


@dataclass(frozen=True)
class Place:
    """The values of the columns that a table is ordered by, in a form that JSON knows."""

    values: tuple[str | int, ...]

    def older(self, order: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
        return tuple_(*order).__lt__(self._bound(order))

    def newer(self, order: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
        return tuple_(*order).__gt__(self._bound(order))

    def sealed(self, subject: Subject) -> str:
        sealed = seal(_key(), json.dumps(self.values).encode(), context=subject.id.bytes)
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def _bound(self, order: Sequence[ColumnElement[Any]]) -> Tuple:
        pairs = zip(order, self.values, strict=True)
        return tuple_(*(literal(read(column.type, value), column.type) for column, value in pairs))


def place(values: Iterable[Any]) -> Place:
    return Place(tuple(_plain(value) for value in values))


def opened(text: str, subject: Subject) -> Place | None:
    """None for an address that was mistyped, or that is another person's."""
    try:
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return Place(tuple(json.loads(open_sealed(_key(), sealed, context=subject.id.bytes))))
    except (ValueError, CannotDecrypt):
        return None


def read(kind: TypeEngine[Any], value: Any) -> Any:
    """A value as JSON brought it, as its column has it."""
    reader = next((reader for of, reader in READ.items() if isinstance(kind, of)), None)
    return reader(value) if reader and isinstance(value, str) else value


def _plain(value: Any) -> str | int:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, int) else str(value)


def _key() -> bytes:
    return permanent_key_for("place in my data")
