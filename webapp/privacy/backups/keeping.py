"""Where backups lie and how long: a folder each, whose manifest is written last."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

import obstore
from obstore.store import ObjectStore

from webapp import signatures
from webapp.config import settings
from webapp.storage import open_store

MANIFEST = "manifest.json"
NAMES = "%Y%m%dT%H%M%SZ"
TOLERANCE = timedelta(hours=3)  # the job runs every hour: none is older than allowed, also if it missed a turn
UNFINISHED_FOR = timedelta(days=1)  # then nobody is at it any more


class NoPlace(Exception):
    """BACKUP_URL is not set."""


class NotThere(Exception):
    """No backup has this name."""


@dataclass(frozen=True)
class Backup:
    name: str
    made_at: datetime
    size: int
    complete: bool

    @property
    def expires_at(self) -> datetime:
        return self.made_at + settings().backup_lifetime


def name_of(made_at: datetime) -> str:
    return made_at.astimezone(UTC).strftime(NAMES)


def every() -> list[Backup]:
    """The newest first. Raises NoPlace."""
    found = [(_folder(file["path"]), file) for page in obstore.list(_place()) for file in page]
    by_name = groupby(sorted(found, key=lambda pair: pair[0]), key=lambda pair: pair[0])
    backups = [_backup(name, [file for _name, file in files]) for name, files in by_name if _made_at(name)]
    return backups[::-1]


def delete_old(*, now: datetime) -> Iterator[Backup]:
    """Those whose time is over, and what is left of those that were never finished. Raises NoPlace."""
    for backup in every():
        if now + TOLERANCE >= backup.expires_at or (not backup.complete and now > backup.made_at + UNFINISHED_FOR):
            delete(backup.name)
            yield backup


def delete(name: str) -> None:
    """The manifest first: what is half there is no backup."""
    paths = [file["path"] for page in obstore.list(_place(), name) for file in page]
    for path in sorted(paths, key=lambda path: not path.endswith(MANIFEST)):
        obstore.delete(_place(), path)


def write(name: str, part: str, pieces: Iterable[bytes]) -> None:
    obstore.put(_place(), f"{name}/{part}", iter(pieces))


def read(name: str, part: str) -> Iterator[bytes]:
    """Raises FileNotFoundError."""
    return (bytes(piece) for piece in obstore.get(_place(), f"{name}/{part}").stream())


def finish(name: str, manifest: dict[str, Any]) -> None:
    content = json.dumps(signatures.sign(manifest), indent=2).encode()
    obstore.put(_place(), f"{name}/{MANIFEST}", content)


def manifest_of(name: str) -> dict[str, Any]:
    """Raises NotThere, and NotOurs for one that was changed or is that of another backup."""
    try:
        content = bytes(obstore.get(_place(), f"{name}/{MANIFEST}").bytes())
    except FileNotFoundError as error:
        raise NotThere(name) from error
    try:
        manifest = signatures.verified(json.loads(content))
    except ValueError as error:
        raise signatures.NotOurs from error
    if manifest["name"] != name:
        raise signatures.NotOurs
    return manifest


def _backup(name: str, files: list[Any]) -> Backup:
    made_at = _made_at(name)
    assert made_at
    complete = any(file["path"].endswith(MANIFEST) for file in files)
    return Backup(name, made_at, sum(file["size"] for file in files), complete)


def _made_at(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, NAMES).replace(tzinfo=UTC)
    except ValueError:
        return None  # something else that lies there


def _folder(path: str) -> str:
    return PurePosixPath(path).parts[0]


def _place() -> ObjectStore:
    url = settings().backup_url
    if not url:
        raise NoPlace
    return open_store(url)
