"""The files of one table: JSON Lines for programs with their schema, and CSV for spreadsheets, in one pass."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from webapp.privacy import records
from webapp.privacy.copy.archive import Archive
from webapp.privacy.copy.guides import Guide, guide_of, json_line
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.spreadsheets import SafeWriter
from webapp.subjects.models import Subject

ROWS_IN_OVERVIEW = 20
CHARACTERS_IN_MEMORY = 100_000

Month = tuple[int, int]


@dataclass
class Chapter:
    """What the overview tells of one table: its newest rows, how many there are, and how many came in which month."""

    table: SubjectTable
    guide: Guide
    rows: list[records.Record] = field(default_factory=list)
    months: Counter[Month] = field(default_factory=Counter)
    count: int = 0

    @property
    def telling(self) -> list[str]:
        """The columns to show. Where there are many rows, those that are empty in all of them only take room."""
        columns = self.guide.columns
        return [name for name in columns if self.count == 1 or any(row[name] not in (None, "") for row in self.rows)]

    @property
    def lines(self) -> str:
        return f"data/{self.table.name}.jsonl"

    @property
    def schema(self) -> str:
        return f"data/{self.table.name}.schema.json"

    @property
    def sheet(self) -> str:
        return f"data/{self.table.name}.csv"


def write_table(archive: Archive, table: SubjectTable, subject: Subject, count: int) -> Chapter:
    """In the language of the moment. Only a few hundred rows are in memory, however many there are."""
    chapter = Chapter(table, guide_of(table))
    with SpooledTemporaryFile(CHARACTERS_IN_MEMORY, "w+", encoding="utf-8", newline="") as sheet:
        with archive.text(chapter.lines) as lines:
            _write_rows(chapter, records.records(table, subject, about=count), lines, cast(IO[str], sheet))
        sheet.seek(0)
        with archive.text(chapter.sheet) as entry:
            copyfileobj(sheet, entry)
    with archive.text(chapter.schema) as entry:
        entry.write(chapter.guide.schema)
    return chapter


def _write_rows(chapter: Chapter, found: Iterator[records.Record], lines: IO[str], sheet: IO[str]) -> None:
    guide, held_since = chapter.guide, chapter.table.held_since
    since = held_since.key if held_since is not None and held_since.key in guide.columns else None
    rows = SafeWriter(sheet)
    rows.write(guide.labels.values())
    for record in found:
        lines.write(f"{json_line(record)}\n")
        rows.write(cell(value) for cell, value in zip(guide.cells, record.values(), strict=True))
        if chapter.count < ROWS_IN_OVERVIEW:
            chapter.rows.append(record)
        chapter.count += 1
        if since and (at := record[since]):
            chapter.months[at.year, at.month] += 1
