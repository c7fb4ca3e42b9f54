"""The rows of a file that were refused: for people to look at, and as a file to be corrected and uploaded again."""

import csv
from collections.abc import Iterator, Sequence
from typing import IO

from flask_babel import gettext as _
from sqlalchemy import select

from webapp.db import db
from webapp.imports.models import Import, ImportRefusal
from webapp.imports.reading import LONGEST_LINE
from webapp.imports.words import reason_words
from webapp.spreadsheets import SafeWriter

SHOWN = 25
AT_ONCE = 1_000


def some(found: Import, *, after: int = 0, most: int = SHOWN) -> Sequence[ImportRefusal]:
    """Those behind that line, in the order of the file."""
    refused = select(ImportRefusal).where(ImportRefusal.import_id == found.id, ImportRefusal.line > after)
    return db.session.scalars(refused.order_by(ImportRefusal.line).limit(most)).all()


def most_frequent(found: Import) -> list[tuple[str, int]]:
    """Reasons in words, with how many rows were refused for them first of all."""
    counted = sorted(found.reasons.items(), key=lambda reason: -reason[1])
    return [(reason_words(found.kind, *reason.split("\t", 1)), count) for reason, count in counted]


def reasons(found: Import, refusal: ImportRefusal) -> list[str]:
    return [reason_words(found.kind, field, code) for field, code in refusal.reasons]


def write(found: Import, file: IO[bytes], out: IO[str]) -> Iterator[None]:
    """All of them as CSV, with their line and the reasons behind their own columns. `file` stands at its first row.

    It yields now and then, so that what is written can be sent on.
    """
    writer, place, line = SafeWriter(out), found.starts, 0
    writer.write([*found.header, _("Line"), _("Why it was refused")])
    while refused := some(found, after=line, most=AT_ONCE):
        for refusal in refused:
            _skip(file, refusal.start - place)
            cells = _cells(found, file, refusal)
            writer.write([*cells, refusal.line, " ".join(reasons(found, refusal))])
            place = refusal.end
        line = refused[-1].line
        yield


def _cells(found: Import, file: IO[bytes], refusal: ImportRefusal) -> list[str]:
    """As many as there are columns, however the row was broken."""
    size = refusal.end - refusal.start
    raw = file.read(min(size, LONGEST_LINE))
    _skip(file, size - len(raw))
    lines = raw.decode(found.encoding, "replace").splitlines(keepends=True)
    cells = next(csv.reader(lines, delimiter=found.separator), [])
    width = len(found.header)
    return [*cells[:width], *[""] * (width - len(cells))]


def _skip(file: IO[bytes], count: int) -> None:
    while count > 0 and (skipped := file.read(min(count, LONGEST_LINE))):
        count -= len(skipped)
