"""Everywhere a secret could be left lying about: logs, database, Redis, queue, files, copies, and pages."""

import io
import json
import logging
import zipfile
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import text

from webapp import logs, queue
from webapp.config import Settings
from webapp.db import db


@contextmanager
def recorded_log(settings: Settings) -> Iterator[list[str]]:
    """What the loggers of a real installation write meanwhile, tracebacks included."""
    logs.configure(settings)
    lines, handler = io.StringIO(), logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    usual = handler.setStream(lines)
    written: list[str] = []
    try:
        yield written
    finally:
        handler.setStream(usual or handler.stream)
        written += lines.getvalue().splitlines()


def in_database() -> dict[str, str]:
    """Every table as text; binary columns are in hexadecimal there."""
    db.session.commit()
    tables = db.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    return {
        f"table {table}": "\n".join(db.session.scalars(text(f'SELECT t::text FROM "{table}" t')).all())
        for table in tables
    }


def in_redis() -> dict[str, str]:
    connection = queue.connection()
    return {f"Redis key {key.decode()}": _content(key) for key in connection.scan_iter()}


def in_files(settings: Settings) -> dict[str, str]:
    """The copies of people's data, unpacked, and whatever else is stored."""
    found: dict[str, str] = {}
    for path in Path(unquote(urlsplit(settings.storage_url).path)).rglob("*"):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                found |= {f"copy {path.name} {name}": archive.read(name).decode() for name in archive.namelist()}
        elif path.is_file():
            found[f"file {path.name}"] = path.read_bytes().decode("latin-1")
    return found


def disguises(secret: str) -> set[str]:
    """The ways in which it could be written."""
    raw = secret.encode()
    encoded = {b64encode(raw).decode().rstrip("="), urlsafe_b64encode(raw).decode().rstrip("="), raw.hex()}
    return encoded | {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1], secret.replace(" ", "+")}


def found(secrets: Sequence[str], places: dict[str, str]) -> list[str]:
    """Which secret lies where."""
    return [
        f"{secret!r} in {place}"
        for secret in secrets
        for place, content in places.items()
        if any(disguise in content for disguise in disguises(secret))
    ]


def _content(key: bytes) -> str:
    connection = queue.connection()
    readers: dict[Any, Callable[[], Iterable[Any]]] = {
        b"string": lambda: [connection.get(key)],
        b"hash": lambda: [piece for pair in connection.hgetall(key).items() for piece in pair],
        b"list": lambda: connection.lrange(key, 0, -1),
        b"set": lambda: connection.smembers(key),
        b"zset": lambda: connection.zrange(key, 0, -1),
        b"stream": lambda: [repr(connection.xrange(key)).encode()],
    }
    return "\n".join(_plain(value) for value in readers[connection.type(key)]())


def _plain(value: bytes) -> str:
    with suppress(zlib.error):
        value = zlib.decompress(value)  # RQ compresses what a job is called with
    return value.decode(errors="replace")
