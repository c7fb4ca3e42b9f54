"""Making of a row what the API would have been sent, or saying why that cannot be done."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from webapp.card_numbers import holds_card_number
from webapp.config import settings
from webapp.imports import cells
from webapp.imports.cells import Manner, Unreadable
from webapp.imports.columns import COLUMNS, Column
from webapp.imports.models import Import
from webapp.imports.reading import Row
from webapp.integrations.intake.kinds import KINDS
from webapp.integrations.intake.types import Item

Reason = list[str]  # the field, if it is about one, and a code

CODES = {  # by the type of an error of pydantic
    "missing": "missing",
    "string_too_short": "missing",
    "string_too_long": "too_long",
    "string_unicode": "characters",
    "enum": "not_a_choice",
    "greater_than_equal": "negative",
    "less_than_equal": "too_large",
}
CODES_BY_FIELD = {
    "currency": "currency",
    "country": "country",
    "email": "email",
    "phone": "not_a_phone",
    "external_id": "id",
    "customer": "id",
    "payment_method": "id",
    "last_four": "last_four",
    "language": "language",
}
CODES_BY_WORDS = {
    "payment card": "card_number",
    "control characters": "control_characters",
    "belong together": "price_and_currency",
    "unless it is a draft": "number_needed",
    "out of range": "not_a_day",
}


class Refused(Exception):
    """Its argument are the reasons."""

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__(reasons)
        self.reasons = reasons


class Maker:
    """For all the rows of one file."""

    def __init__(self, found: Import) -> None:
        by_field = {column.field: column for column in COLUMNS[found.kind]}
        chosen = [(place, by_field[field]) for field, place in found.mapping.items()]
        self._item = KINDS[found.kind].item
        self._header = found.header
        self._plain = [(place, column) for place, column in chosen if not column.money]
        self._money = [(place, column) for place, column in chosen if column.money]
        guarded = {place for place, column in chosen if column.guarded}
        self._unguarded = [place for place in range(len(found.header)) if place not in guarded]
        zone = ZoneInfo(settings().time_zone)
        self._manner = Manner(found.dates, found.decimal, zone, settings().default_country)
        self._changed_at = found.received_at.astimezone(UTC).isoformat()

    def item(self, row: Row) -> Item:
        """Raises Refused."""
        values = self._values(self._cells(row))
        values.setdefault("changed_at", self._changed_at)
        try:
            return self._item.model_validate(values)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            raise Refused([_reason(detail) for detail in found]) from None

    def _cells(self, row: Row) -> list[str]:
        if row.cells is None:
            raise Refused([["", row.problem or ""]])
        width = len(self._header)
        if len(row.cells) < width or any(row.cells[width:]):
            raise Refused([["", "too_many_columns" if len(row.cells) > width else "too_few_columns"]])
        if [cell.strip() for cell in row.cells] == self._header:
            raise Refused([["", "header_again"]])
        if cards := [place for place in self._unguarded if holds_card_number(row.cells[place])]:
            raise Refused([[self._header[cards[0]] or str(cards[0] + 1), "card_number"]])
        return row.cells

    def _values(self, row: list[str]) -> dict[str, Any]:
        """Empty cells say nothing: what is here stays."""
        values: dict[str, Any] = {}
        wrong = [reason for place, column in self._plain if (reason := self._read(column, row[place], values))]
        wrong += [reason for place, column in self._money if (reason := self._read(column, row[place], values))]
        if wrong:
            raise Refused(wrong)
        return values

    def _read(self, column: Column, cell: str, values: dict[str, Any]) -> Reason | None:
        try:
            text = cells.plain(cell)
            if text and column.money:
                values[column.field] = cells.amount(text, values.get("currency", ""), self._manner)
            elif text:
                _put(values, column.field, column.read(text, self._manner))
        except Unreadable as error:
            return [column.field, str(error)]
        return None


def _put(values: dict[str, Any], field: str, value: Any) -> None:
    """A field within another is written with a full stop between the two."""
    outer, _, inner = field.rpartition(".")
    if outer:
        values.setdefault(outer, {})[inner] = value
    else:
        values[field] = value


def _reason(detail: ErrorDetails) -> Reason:
    field = ".".join(str(step) for step in detail["loc"])
    return [field, next(_codes(detail, str(field).rpartition(".")[2]))]


def _codes(detail: ErrorDetails, field: str) -> Iterator[str]:
    """The most telling comes first."""
    yield from (code for words, code in CODES_BY_WORDS.items() if words in detail["msg"])
    yield from _known(CODES, detail["type"])
    yield from _known(CODES_BY_FIELD, field)
    yield "missing" if detail["type"] == "string_pattern_mismatch" else "not_valid"


def _known(codes: Mapping[str, str], name: str) -> Iterator[str]:
    if name in codes:
        yield codes[name]
