"""Making a backup: the database as it is at one moment, and all files, each as one encrypted stream.

It is encrypted for the public keys in BACKUP_RECIPIENTS (age, C2SP.org/age): what the server writes it cannot read.
"""

import tarfile
from contextlib import suppress
from datetime import datetime
from typing import IO, Any

import obstore
import pyrage
from pyrage import x25519
from sqlalchemy import select, text

from webapp.config import settings
from webapp.db import db
from webapp.journal.models import JournalState
from webapp.privacy.backups import keeping, pipes, postgres
from webapp.storage import Store, open_store

DATABASE, FILES = "database.age", "files.age"
FORMAT = 1


class NoKey(Exception):
    """BACKUP_RECIPIENTS is not set, or is none of age."""


def make(*, now: datetime) -> str:
    """Answers the name of the backup. Raises NoKey, NoPlace and ProgramFailed, and leaves nothing behind then."""
    recipients, name = _recipients(), keeping.name_of(now)
    facts = {"format": FORMAT, "name": name, "made_at": now.isoformat(), **_position()}
    try:
        parts = {DATABASE: _database(name, recipients), FILES: _files(name, recipients)}
        keeping.finish(name, {**facts, "parts": parts})
    except BaseException:
        with suppress(Exception):
            keeping.delete(name)
        raise
    return name


def _recipients() -> list[x25519.Recipient]:
    try:
        recipients = [x25519.Recipient.from_str(key) for key in settings().backup_recipients]
    except pyrage.RecipientError as error:
        raise NoKey from error
    if not recipients:
        raise NoKey
    return recipients


def _position() -> dict[str, Any]:
    """How far the journal was when the backup began, at least, and which migration the tables are of."""
    state = db.session.scalars(select(JournalState)).first()
    revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    db.session.rollback()  # the backup may take hours: it needs no open transaction of ours
    return {"journal_batch": state.batch if state else 0, "revision": revision}


def _database(name: str, recipients: list[x25519.Recipient]) -> dict[str, Any]:
    program = postgres.dump()
    assert program.stdout
    try:
        written = _write(name, DATABASE, program.stdout, recipients)
    except BaseException:
        program.kill()
        raise
    postgres.finish(program)
    return written


def _files(name: str, recipients: list[x25519.Recipient]) -> dict[str, Any]:
    store = open_store(settings().storage_url)
    with pipes.Pipe(lambda out: _pack(store, out)) as packed:
        return _write(name, FILES, packed, recipients)


def _write(name: str, part: str, source: IO[bytes], recipients: list[x25519.Recipient]) -> dict[str, Any]:
    with pipes.Pipe(lambda out: pyrage.encrypt_io(source, out, recipients)) as encrypted:
        measured = pipes.Measured(pipes.pieces(encrypted))
        keeping.write(name, part, measured)
    return {"size": measured.size, "sha256": measured.sha256}


def _pack(store: Any, out: IO[bytes]) -> None:
    with tarfile.open(fileobj=out, mode="w|") as archive:
        for kind in Store:
            for page in obstore.list(store, kind):
                for file in page:
                    _add(archive, store, file["path"])


def _add(archive: tarfile.TarFile, store: Any, path: str) -> None:
    """One that was deleted meanwhile need not come back."""
    with suppress(FileNotFoundError):
        found = obstore.get(store, path)
        entry = tarfile.TarInfo(path)
        entry.size = found.meta["size"]
        archive.addfile(entry, pipes.as_file(bytes(piece) for piece in found.stream()))
