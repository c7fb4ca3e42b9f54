"""Whether a copy is still what it was when it was made: by its manifest, without the database and without a network."""

import csv
import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from webapp.privacy.copy.contents import MANIFEST
from webapp.privacy.copy.manifest import SCHEMA

PIECE = 1 << 16
EXAMPLES = 3  # of what is wrong in one file

formats = FormatChecker(formats=("date",))
formats.checks("date-time", raises=ValueError)(lambda text: not isinstance(text, str) or datetime.fromisoformat(text))


class BrokenCopy(Exception):
    """So wrong that nothing more can be said about it."""


def problems(file: Path) -> Iterator[str]:
    """What is wrong with a copy; nothing if it is whole."""
    try:
        with ZipFile(file) as archive:
            manifest = _manifest(archive)
            yield from _names(archive, manifest)
            for listed in manifest["files"]:
                yield from _file(archive, listed)
            for table in manifest["tables"]:
                if table["rows"]:
                    yield from _table(archive, table)
    except (BrokenCopy, BadZipFile, zlib.error, OSError, EOFError, KeyError) as error:
        yield f"cannot be read: {error}"


def _manifest(archive: ZipFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        _validator(SCHEMA).validate(manifest)
    except (ValueError, RecursionError, ValidationError) as error:
        raise BrokenCopy(f"{MANIFEST}: {_first_line(error)}") from error
    return manifest


def _names(archive: ZipFile, manifest: dict[str, Any]) -> Iterator[str]:
    there = archive.namelist()
    listed = {file["path"] for file in manifest["files"]} | {MANIFEST}
    yield from (f"{name}: there more than once" for name in sorted(set(there)) if there.count(name) > 1)
    yield from (f"{name}: not in the manifest" for name in sorted(set(there) - listed))
    yield from (f"{name}: leads out of the copy" for name in sorted({*there, *listed}) if not _stays_inside(name))
    named = [document["path"] for document in manifest["documents"]]
    yield from (f"{path}: a document that is not there" for path in named if path not in listed)


def _file(archive: ZipFile, listed: dict[str, Any]) -> Iterator[str]:
    path, digest, size = listed["path"], hashlib.sha256(), 0
    if path not in archive.namelist():
        yield f"{path}: missing"
        return
    with archive.open(path) as file:
        while size <= listed["size"] and (piece := file.read(PIECE)):  # a bomb is not unpacked to its end
            digest.update(piece)
            size += len(piece)
    if size != listed["size"] or digest.hexdigest() != listed["sha256"]:
        yield f"{path}: changed since it was made"


def _table(archive: ZipFile, table: dict[str, Any]) -> Iterator[str]:
    try:
        schema = json.loads(archive.read(table["schema"]))
        Draft202012Validator.check_schema(schema)
    except (ValueError, RecursionError, SchemaError) as error:
        yield f"{table['schema']}: {_first_line(error)}"
        return
    yield from _lines(archive, table, _validator(schema))
    with _text(archive, table["sheet"]) as sheet:
        rows = sum(1 for _row in csv.reader(sheet)) - 1  # the first has the names of the columns
    yield from _count(table["sheet"], rows, table["rows"])


def _lines(archive: ZipFile, table: dict[str, Any], validator: Draft202012Validator) -> Iterator[str]:
    path, count, wrong = table["lines"], 0, 0
    with _text(archive, path) as lines:
        for count, line in enumerate(lines, start=1):
            if wrong < EXAMPLES and (reason := _why_invalid(line, validator)):
                wrong += 1
                yield f"{path}, line {count}: {reason}"
    yield from _count(path, count, table["rows"])


def _why_invalid(line: str, validator: Draft202012Validator) -> str:
    try:
        validator.validate(json.loads(line))
    except (ValueError, RecursionError, ValidationError, Unresolvable) as error:
        return _first_line(error)
    return ""


def _count(path: str, count: int, expected: int) -> Iterator[str]:
    if count != expected:
        yield f"{path}: {count} rows, but the manifest says {expected}"


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    """With no registry of its own, it would ask the network for schemas that this one refers to."""
    return Draft202012Validator(schema, format_checker=formats, registry=Registry())


@contextmanager
def _text(archive: ZipFile, path: str) -> Iterator[IO[str]]:
    with archive.open(path) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
        yield text


def _stays_inside(name: str) -> bool:
    return not (name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts)


def _first_line(error: Exception) -> str:
    """Without the data that it is about, which comes after it."""
    return str(error).partition("\n")[0]
