"""What a copy tells of a table, whoever it is about: made once per language, or it would take longer than few rows."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from flask_babel import gettext as _

from webapp.language import current_language
from webapp.privacy import records
from webapp.privacy.copy.schemas import schema_of
from webapp.privacy.data_map.vocabulary import Personal, SubjectTable

Cell = Callable[[Any], Any]


@dataclass(frozen=True)
class Guide:
    """`columns` and `labels` are by the names that columns have in a copy; `cells` make a row of a spreadsheet."""

    title: str
    columns: dict[str, Personal]
    labels: dict[str, str]
    cells: list[Cell]
    schema: str


def guide_of(table: SubjectTable) -> Guide:
    """In the language of the moment."""
    return _guide(table, current_language())


@cache
def _guide(table: SubjectTable, language: str) -> Guide:
    columns = records.columns(table)
    return Guide(
        title=str(table.title),
        columns=columns,
        labels={name: str(what.label) for name, what in columns.items()},
        cells=[_cell(what) for what in columns.values()],
        schema=json_text(schema_of(table)),
    )


def _cell(what: Personal) -> Cell:
    """How a value stands in a spreadsheet: codes in words, times as spreadsheets know them (UTC)."""
    words = lru_cache(what.words) if what.words else str
    yes, no = str(_("yes")), str(_("no"))

    def cell(value: Any) -> Any:
        if isinstance(value, str):
            return words(value)
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        if isinstance(value, bool):
            return yes if value else no
        return json_line(value) if isinstance(value, dict | list) else value

    return cell


def json_text(value: Any) -> str:
    """For files that people look into, too."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


json_line = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=records.plain).encode
