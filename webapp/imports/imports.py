"""The life of an imported file: received, its columns confirmed, checked, taken in, and deleted in time.

One state leads to the next by one statement that looks at the state before, so two clicks at once count once.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import SEEK_END
from itertools import islice
from typing import IO, Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update

from webapp import queue, storage
from webapp.audit import Action
from webapp.config import settings
from webapp.crypto import key_ring, new_key
from webapp.db import db
from webapp.imports import encodings, sealed_files
from webapp.imports.encodings import NotACsv, Writing
from webapp.imports.models import FINISHED, Import, ImportRefusal, ImportState, Kind
from webapp.imports.reading import BrokenFile, rows
from webapp.storage import Store
from webapp.subjects import trail
from webapp.subjects.models import Subject

SHOWN = 50
SAMPLE_ROWS = 3
MOST_COLUMNS = 200
FRESH: dict[str, Any] = {"position": 0, "line": 1, "counts": {}, "reasons": {}, "problem": None, "finished_at": None}


def receive(file: IO[bytes], kind: Kind, *, name: str, by: Subject, now: datetime) -> Import:
    """Commit before `keep` puts the file away: so no file is ever without the row that says when it goes.

    Raises NotACsv.
    """
    received = describe(file, kind, encodings.guess(file), name=name, now=now)
    received.wrapped_key = key_ring().wrap(new_key(), context=received.id.bytes)
    received.delete_after = now + settings().import_lifetime
    received.started_by = by.id
    db.session.add(received)
    trail.record(Action.IMPORT_RECEIVED, by, now=now, name=name)
    return received


def keep(received: Import, file: IO[bytes]) -> None:
    file.seek(0)
    sealed_files.put(Store.IMPORTS, received.id, file, key=_key(received))


def describe(file: IO[bytes], kind: Kind, writing: Writing, *, name: str, now: datetime) -> Import:
    """A file that is known to be written like that. Raises NotACsv."""
    size = file.seek(0, SEEK_END)
    file.seek(writing.starts)
    return Import(
        id=uuid4(),
        kind=kind,
        state=ImportState.RECEIVED,
        file_name=name,
        size=size,
        received_at=now,
        header=header_of(file, writing),
        encoding=writing.encoding,
        separator=writing.separator,
        starts=writing.starts,
        **FRESH,
    )


def header_of(file: IO[bytes], writing: Writing) -> list[str]:
    """The names of the columns, where the file stands. Raises NotACsv when they do not tell them apart."""
    try:
        first = next(rows(file, writing, start=writing.starts, line=1), None)
    except BrokenFile as error:
        raise NotACsv("encoding") from error
    if first is None or first.cells is None:
        raise NotACsv("no_header")
    names = [name.strip() for name in first.cells]
    named = [name.casefold() for name in names if name]
    if len(set(named)) < len(named):
        raise NotACsv("names_twice")
    if len(names) > MOST_COLUMNS:
        raise NotACsv("too_wide")
    return names


def open_file(found: Import, *, start: int) -> IO[bytes]:
    """The uploaded file from a byte on. Raises FileNotFoundError when it was deleted."""
    if not found.has_file:
        raise FileNotFoundError
    return sealed_files.read(Store.IMPORTS, found.id, key=_key(found), size=found.size, start=start)


def first_rows(file: IO[bytes], writing: Writing) -> list[list[str]]:
    """A few, for people to see which column is what. The file stands where its columns are named."""
    reading = rows(file, writing, start=writing.starts, line=1)
    try:
        return [row.cells for row in islice(reading, 1, 1 + SAMPLE_ROWS) if row.cells]
    except BrokenFile:
        return []


def rewrite(found: Import, writing: Writing) -> None:
    """Reads the names of the columns again, in another encoding or with another separator. Raises NotACsv."""
    file = open_file(found, start=writing.starts)
    found.header = header_of(file, writing)
    found.encoding, found.separator = writing.encoding, writing.separator


def check(found: Import, mapping: Mapping[str, int], *, dates: str, decimal: str, now: datetime) -> bool:
    """Tries everything and keeps nothing. Says whether it could be started."""
    columns = {"mapping": dict(mapping), "dates": dates, "decimal": decimal}
    return _start(found, ImportState.CHECKING, (ImportState.RECEIVED, ImportState.CHECKED, *FINISHED), columns, now=now)


def start(found: Import, *, by: Subject, now: datetime) -> bool:
    """Takes it in; what was taken in before once more, which changes nothing twice."""
    started = _start(found, ImportState.RUNNING, (ImportState.CHECKED, *FINISHED), {}, now=now)
    if started:
        trail.record(Action.IMPORT_STARTED, by, now=now, name=found.file_name)
    return started


def find(import_id: UUID) -> Import | None:
    return db.session.get(Import, import_id)


def newest() -> Sequence[Import]:
    return db.session.scalars(select(Import).order_by(Import.received_at.desc()).limit(SHOWN)).all()


def cancel(found: Import, *, by: Subject, now: datetime) -> None:
    """What was taken in stays; the rest is left, and the file is deleted. Repeated, it does nothing."""
    stopping = (
        update(Import)
        .where(Import.id == found.id, Import.state.not_in(FINISHED))
        .values(state=ImportState.STOPPED, finished_at=now)
        .returning(Import.id)
    )
    if db.session.scalar(stopping) is not None:
        trail.record(Action.IMPORT_CANCELLED, by, now=now, name=found.file_name)
    delete_file(found)


def delete_file(found: Import) -> None:
    """With its key, and with where in it refused rows stand."""
    storage.delete(Store.IMPORTS, found.id)
    db.session.execute(delete(ImportRefusal).where(ImportRefusal.import_id == found.id))
    db.session.execute(update(Import).where(Import.id == found.id).values(wrapped_key=None))


def delete_expired(*, now: datetime) -> Iterator[None]:
    """The caller commits at each yield. What is at work is left in peace until it is done."""
    expired = select(Import).where(Import.delete_after <= now, Import.wrapped_key.is_not(None))
    for found in db.session.scalars(expired).all():
        if not found.working:
            delete_file(found)
            yield


def _start(
    found: Import, state: ImportState, before: Sequence[ImportState], more: dict[str, Any], *, now: datetime
) -> bool:
    starting = (
        update(Import)
        .where(Import.id == found.id, Import.state.in_(before), Import.wrapped_key.is_not(None))
        .values(state=state, working_since=now, **FRESH, **more)
        .returning(Import.id)
    )
    if db.session.scalar(starting) is None:
        return False
    db.session.execute(delete(ImportRefusal).where(ImportRefusal.import_id == found.id))
    queue.later(queue.Job.RUN_IMPORT, import_id=str(found.id))
    return True


def _key(found: Import) -> bytes:
    assert found.wrapped_key is not None
    return key_ring().unwrap(found.wrapped_key, context=found.id.bytes)
