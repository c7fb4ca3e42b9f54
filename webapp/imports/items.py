"""Making of a row what the API would have been sent, or saying why that cannot be done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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

REMEMBERED = 5_000
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


@dataclass(frozen=True)
class _Field:
    """A column of the file. What its cells mean is looked up where it was read before: days and states recur."""

    place: int
    column: Column
    known: dict[str, Any] = field(default_factory=dict)


class Maker:
    """For all the rows of one file."""

    def __init__(self, found: Import) -> None:
        by_field = {column.field: column for column in COLUMNS[found.kind]}
        fields = [_Field(place, by_field[name]) for name, place in found.mapping.items()]
        self._item = KINDS[found.kind].item
        self._header = found.header
        self._words = [(one.place, one.column.field) for one in fields if one.column.is_words]
        coded = [one for one in fields if not one.column.is_words]
        self._coded = sorted(coded, key=lambda one: one.column.money)  # amounts last: they need the currency
        guarded = {one.place for one in fields if one.column.guarded}
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
        if len(row.cells) != width and (len(row.cells) < width or any(row.cells[width:])):
            raise Refused([["", "too_many_columns" if len(row.cells) > width else "too_few_columns"]])
        if row.cells[0].strip() == self._header[0] and [cell.strip() for cell in row.cells] == self._header:
            raise Refused([["", "header_again"]])
        for place in self._unguarded:
            if holds_card_number(row.cells[place]):
                raise Refused([[self._header[place] or str(place + 1), "card_number"]])
        return row.cells

    def _values(self, row: list[str]) -> dict[str, Any]:
        """Empty cells say nothing: what is here stays."""
        values: dict[str, Any] = {}
        wrong: list[Reason] = []
        for place, name in self._words:  # most cells are plain words, and there are millions
            if text := row[place].strip():
                values[name] = text if text[0] not in cells.ODD_STARTS else self._plain(text, name, wrong)
        for one in self._coded:
            text = row[one.place].strip()
            if text in one.known:
                values[one.column.field] = one.known[text]
            elif text:
                self._read(values, one, text, wrong)
        if wrong:
            raise Refused(wrong)
        return values

    def _plain(self, text: str, name: str, wrong: list[Reason]) -> str:
        try:
            return cells.plain(text)
        except Unreadable as error:
            wrong.append([name, str(error)])
            return ""

    def _read(self, values: dict[str, Any], one: _Field, text: str, wrong: list[Reason]) -> None:
        column = one.column
        try:
            plain = cells.plain(text) if text[0] in cells.ODD_STARTS else text
            if column.money:
                values[column.field] = cells.amount(plain, values.get("currency", ""), self._manner)
            elif column.within:
                values.setdefault(column.within, {})[column.name_within] = column.read(plain, self._manner)
            else:
                values[column.field] = self._remember(one, text, column.read(plain, self._manner))
        except Unreadable as error:
            wrong.append([column.field, str(error)])

    def _remember(self, one: _Field, text: str, value: Any) -> Any:
        if len(one.known) > REMEMBERED:
            one.known.clear()
        one.known[text] = value
        return value


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
