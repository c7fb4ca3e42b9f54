"""The address to which an email comes back: one of its own for each (VERP), so that we know whose it was.

    bounces+640142000000002d800b2c9f1e3a775d04@mail.example.org

It is signed, for whoever could invent one could have somebody else taken off the list. The signature of where bounces
go covers the address of the reader, too: what comes back from an address that they have left says nothing about the
one they have now. The mark is short (RFC 5321 allows 64 bytes before the @) and written in digits that survive a mail
server that changes their case.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from uuid import UUID

from pydantic import SecretStr

from webapp.config import settings

SIGNATURE = 8
DELIVERY_ID, MONTH = 6, 2  # bytes
FIRST_YEAR = 2000


class Kind(Enum):
    """What a mark stands for, by its first byte."""

    DELIVERY = b"d"
    MESSAGE = b"m"
    UNSUBSCRIBE = b"u"  # by email, instead of by the link


@dataclass(frozen=True)
class Mark:
    """What an address of ours says. Nothing of it is true before one of the two checks."""

    kind: Kind
    body: bytes
    signature: bytes

    @property
    def delivery(self) -> tuple[date, int]:
        """The month of its partition, and its number. Not of a message."""
        months = int.from_bytes(self.body[:MONTH])
        month = date(FIRST_YEAR + months // 12, months % 12 + 1, 1)
        return month, int.from_bytes(self.body[MONTH:])

    @property
    def message(self) -> UUID:
        return UUID(bytes=self.body)

    def is_genuine(self, *, to: str) -> bool:
        """Whether we wrote it for an email to this address. A request to unsubscribe holds wherever it went to."""
        signed = "" if self.kind is Kind.UNSUBSCRIBE else to
        return any(
            hmac.compare_digest(self.signature, _signature(key, self.kind.value + self.body, signed)) for key in _keys()
        )


class ReturnPaths:
    """Writes the addresses of an installation that has one for what comes back."""

    def __init__(self, address: str, key: bytes) -> None:
        self._local, self._separator, self._domain = _parted(address)
        self._key = key

    def for_delivery(self, month: date, key: int, *, to: str) -> str:
        """The sender of a campaign's email."""
        return self._address(Kind.DELIVERY, _delivery(month, key), to)

    def for_message(self, key: UUID, *, to: str) -> str:
        """The sender of a service email."""
        return self._address(Kind.MESSAGE, key.bytes, to)

    def to_unsubscribe(self, month: date, key: int) -> str:
        """Where a mail program may write to, for a reader of this email."""
        return self._address(Kind.UNSUBSCRIBE, _delivery(month, key), "")

    def _address(self, kind: Kind, body: bytes, to: str) -> str:
        mark = kind.value + body
        raw = mark + _signature(self._key, mark, to)
        return f"{self._local}{self._separator}{raw.hex()}@{self._domain}"


def ours() -> ReturnPaths | None:
    """None where nobody looks at what comes back."""
    address = settings().bounce_address
    return ReturnPaths(address, _keys()[0]) if address else None


def marks_in(text: str) -> Iterator[Mark]:
    """Of every address of ours in a text."""
    local, separator, domain = _parted(settings().bounce_address)
    folded, end = text.lower(), f"@{domain.lower()}"
    start = 0
    while (found := folded.find(end, start)) >= 0:
        word = folded[max(0, found - 64) : found]
        mark = word.rpartition(f"{local.lower()}{separator}")[2] if local else _last_word(word)
        if read := _read(mark):
            yield read
        start = found + len(end)


@cache
def _parted(address: str) -> tuple[str, str, str]:
    local, _, domain = address.rpartition("@")
    return local, "+" if local else "", domain


def _delivery(month: date, key: int) -> bytes:
    months = (month.year - FIRST_YEAR) * 12 + month.month - 1
    return months.to_bytes(MONTH) + key.to_bytes(DELIVERY_ID)


def _read(mark: str) -> Mark | None:
    try:
        raw = bytes.fromhex(mark)
        kind = Kind(raw[:1])
    except ValueError:
        return None
    expected = 16 if kind is Kind.MESSAGE else MONTH + DELIVERY_ID
    if len(raw) != 1 + expected + SIGNATURE:
        return None
    return Mark(kind, raw[1:-SIGNATURE], raw[-SIGNATURE:])


def _last_word(text: str) -> str:
    at = len(text)
    while at and text[at - 1].isalnum():
        at -= 1
    return text[at:]


def _signature(key: bytes, mark: bytes, to: str) -> bytes:
    return hmac.digest(key, mark + to.lower().encode(), "sha256")[:SIGNATURE]


def _keys() -> tuple[bytes, ...]:
    return _derived(tuple(settings().secret_keys))


@cache
def _derived(newest_first: tuple[SecretStr, ...]) -> tuple[bytes, ...]:
    return tuple(
        hmac.digest(key.get_secret_value().encode(), b"candor.return-paths", hashlib.sha256) for key in newest_first
    )
