"""What a copy of a person's data consists of: a ZIP with JSON for programs and an overview for people."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from itertools import groupby
from pathlib import PurePath
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.language import speaking
from webapp.privacy import data_map, records
from webapp.privacy.data_map.purposes import USES
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.privacy.data_map.words import CATEGORIES, SOURCES
from webapp.subjects.models import Subject

TEMPLATES = ("privacy/copy/index.html", "privacy/copy/README.txt")
ROWS_IN_OVERVIEW = 200


@dataclass(frozen=True)
class Chapter:
    """What the overview tells of one table: its first rows, and how many there are."""

    table: SubjectTable
    rows: list[records.Record]
    count: int

    @property
    def file(self) -> str:
        return f"data/{self.table.name}.json"

    @property
    def purposes(self) -> list[str]:
        used = {purpose for what in self.table.exported.values() for purpose in what.purposes}
        return [str(use.title) for purpose, use in USES.items() if purpose in used]

    @property
    def sources(self) -> list[str]:
        used = {what.source for what in self.table.exported.values()}
        return [str(name) for source, name in SOURCES.items() if source in used]


def parts() -> list[LazyString]:
    """What `write` writes, by name: one part up to each of its yields."""
    return [*(table.title for table in data_map.exported_tables()), _l("The overview")]


def write(file: IO[bytes], subject: Subject, *, now: datetime) -> Iterator[None]:
    """Writes the ZIP. Only a few hundred rows are in memory at a time, however many there are."""
    chapters = []
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for table in data_map.exported_tables():
            chapters.append(_write_table(archive, table, subject, now=now))
            yield
        for name in TEMPLATES:
            template = current_app.jinja_env.get_template(name)
            with speaking(subject.language), _entry(archive, PurePath(name).name, now) as entry:
                entry.writelines(template.generate(_context(chapters, subject, now)))
        yield


def _write_table(archive: ZipFile, table: SubjectTable, subject: Subject, *, now: datetime) -> Chapter:
    chapter = Chapter(table, [], 0)
    with speaking(subject.language), _entry(archive, chapter.file, now) as entry:
        head = json.dumps(_description(table), ensure_ascii=False, indent=1)
        entry.write(head.removesuffix("\n}") + ',\n "rows": [')
        count = 0
        for record in records.records(table, subject):
            entry.write(",\n" if count else "\n")
            json.dump(record, entry, ensure_ascii=False, default=records.plain)
            count += 1
            if count <= ROWS_IN_OVERVIEW:
                chapter.rows.append(record)
        entry.write("\n ]\n}\n")
    return Chapter(table, chapter.rows, count)


def _description(table: SubjectTable) -> dict[str, Any]:
    columns = {
        name: {"label": str(what.label), "purposes": what.purposes, "source": what.source}
        for name, what in records.columns(table).items()
    }
    return {"table": table.name, "title": str(table.title), "category": table.category, "columns": columns}


def _context(chapters: Sequence[Chapter], subject: Subject, now: datetime) -> dict[str, Any]:
    by_category = groupby(chapters, key=lambda chapter: chapter.table.category)
    return {
        "subject": subject,
        "now": now,
        "chapters": chapters,
        "categories": [(category, list(group)) for category, group in by_category],
        "left_out": data_map.left_out(),
        "columns": records.columns,
        "readable": records.readable,
        "category_names": CATEGORIES,
        "shown": ROWS_IN_OVERVIEW,
    }


def _entry(archive: ZipFile, name: str, now: datetime) -> TextIOWrapper:
    info = ZipInfo(name, date_time=now.timetuple()[:6])
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return TextIOWrapper(archive.open(info, "w", force_zip64=True), "utf-8", newline="\n")
