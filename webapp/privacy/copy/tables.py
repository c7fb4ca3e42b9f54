"""The files of one table: JSON Lines for programs with their schema, and CSV for spreadsheets, in one pass."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask_babel import gettext as _

from webapp.privacy import records
from webapp.privacy.copy import schemas
from webapp.privacy.copy.archive import Archive
from webapp.privacy.data_map.vocabulary import Personal, SubjectTable
from webapp.spreadsheets import SafeWriter
from webapp.subjects.models import Subject

ROWS_IN_OVERVIEW = 200
CHARACTERS_IN_MEMORY = 100_000

Month = tuple[int, int]
Cell = Callable[[Any], Any]


@dataclass
class Chapter:
    """What the overview tells of one table: its newest rows, how many there are, and how many came in which month."""

    table: SubjectTable
    rows: list[records.Record] = field(default_factory=list)
    months: Counter[Month] = field(default_factory=Counter)
    count: int = 0

    @property
    def lines(self) -> str:
        return f"data/{self.table.name}.jsonl"

    @property
    def schema(self) -> str:
        return f"data/{self.table.name}.schema.json"

    @property
    def sheet(self) -> str:
        return f"data/{self.table.name}.csv"


def write_table(archive: Archive, table: SubjectTable, subject: Subject) -> Chapter:
    """In the language of the moment. Only a few hundred rows are in memory, however many there are."""
    chapter = Chapter(table)
    with SpooledTemporaryFile(CHARACTERS_IN_MEMORY, "w+", encoding="utf-8", newline="") as sheet:
        with archive.text(chapter.lines) as lines:
            _write_rows(chapter, subject, lines, cast(IO[str], sheet))
        sheet.seek(0)
        with archive.text(chapter.sheet) as entry:
            copyfileobj(sheet, entry)
    with archive.text(chapter.schema) as entry:
        entry.write(json_text(schemas.schema_of(table)))
    return chapter


def _write_rows(chapter: Chapter, subject: Subject, lines: IO[str], sheet: IO[str]) -> None:
    columns = records.columns(chapter.table)
    cells = [_cell(what) for what in columns.values()]
    held_since = chapter.table.held_since
    since = held_since.key if held_since is not None and held_since.key in columns else None
    rows = SafeWriter(sheet)
    rows.write(str(what.label) for what in columns.values())
    for record in records.records(chapter.table, subject):
        lines.write(f"{_json(record)}\n")
        rows.write(cell(value) for cell, value in zip(cells, record.values(), strict=True))
        if chapter.count < ROWS_IN_OVERVIEW:
            chapter.rows.append(record)
        chapter.count += 1
        if since and (at := record[since]):
            chapter.months[at.year, at.month] += 1


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
        return _json(value) if isinstance(value, dict | list) else value

    return cell


def json_text(value: Any) -> str:
    """For files that people look into, too."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=records.plain).encode
