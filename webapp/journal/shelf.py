"""The journal itself, outside the database: a file for each batch, and one that says how far it goes.

Each file carries a seal, so that nobody who can only write files makes us erase or mail anybody.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore

from webapp.config import settings
from webapp.crypto import permanent_key_for
from webapp.storage import open_store

HEAD = "head.json"
BATCHES = "batches"


class Diverged(Exception):
    """Another database writes into the same journal."""


class Damaged(Exception):
    """A file of the journal was changed or is missing."""


@dataclass(frozen=True)
class Head:
    """How far the journal goes. A beat is counted every few seconds, also while nothing happens."""

    batch: int
    beat: int
    at: datetime


def head() -> Head | None:
    """None when there is no journal yet."""
    with suppress(FileNotFoundError):
        found = _opened(HEAD)
        return Head(found["batch"], found["beat"], datetime.fromisoformat(found["at"]))
    return None


def move_head(to: Head) -> None:
    obstore.put(_store(), HEAD, _sealed({"batch": to.batch, "beat": to.beat, "at": to.at.isoformat()}))


def write(batch: int, day: date, entries: list[dict[str, Any]]) -> None:
    """The same once more is fine; something else under the number of a batch that is there raises Diverged."""
    path, content = f"{BATCHES}/{day}/{batch:016}.json", _sealed({"batch": batch, "entries": entries})
    try:
        obstore.put(_store(), path, content, mode="create")
    except AlreadyExistsError:
        if bytes(obstore.get(_store(), path).bytes()) != content:
            raise Diverged(path) from None


def newer_than(known: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The batches with greater numbers, in order. Raises Damaged when one is missing."""
    paths = {_number(path): path for path in _paths()}
    for batch in range(known + 1, max(paths, default=0) + 1):
        if batch not in paths:
            raise Damaged(f"Batch {batch} is not in the journal.")
        yield batch, _opened(paths[batch])["entries"]


def forget(before: date) -> None:
    """Deletes what happened before that day."""
    old = [path for path in _paths() if date.fromisoformat(PurePosixPath(path).parent.name) < before]
    for path in old:
        obstore.delete(_store(), path)


def _paths() -> list[str]:
    return [found["path"] for page in obstore.list(_store(), BATCHES) for found in page]


def _number(path: str) -> int:
    return int(PurePosixPath(path).stem)


def _sealed(content: dict[str, Any]) -> bytes:
    plain = json.dumps(content, sort_keys=True)
    return f"{plain}\n{_seal(plain)}\n".encode()


def _opened(path: str) -> Any:
    """Raises FileNotFoundError and Damaged."""
    plain, _, seal = bytes(obstore.get(_store(), path).bytes()).decode().partition("\n")
    if not hmac.compare_digest(_seal(plain), seal.strip()):
        raise Damaged(f"{path} was changed.")
    return json.loads(plain)


def _seal(plain: str) -> str:
    return hmac.digest(permanent_key_for("journal"), plain.encode(), hashlib.sha256).hex()


def _store() -> ObjectStore:
    url = settings().journal_url or f"{settings().storage_url}/journal"
    return _opened_once(url)


@cache
def _opened_once(url: str) -> ObjectStore:
    return open_store(url)
