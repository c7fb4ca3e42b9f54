"""Where files live: a local folder or S3, by STORAGE_URL. Every file belongs to a declared store."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from webapp.config import settings


class Store(StrEnum):
    """The kinds of file that Candor writes. The data map says whose they are and how long they stay."""

    EXPORTS = "exports"
    IMPORTS = "imports"


@dataclass(frozen=True)
class StoredFile:
    """`version` is another one as soon as the file is another one."""

    size: int
    version: str


def put(store: Store, key: UUID, source: IO[bytes] | Iterator[bytes]) -> None:
    """Uploads a file; a reader sees the whole of it or nothing."""
    _clear_unfinished(store, key)
    obstore.put(_bucket(), _path(store, key), source)


def read(store: Store, key: UUID, *, span: tuple[int, int] | None = None) -> Iterator[bytes]:
    """The file in pieces, or only its bytes from the one to the other. Raises FileNotFoundError before the first."""
    result = obstore.get(_bucket(), _path(store, key), options={"range": span} if span else None)
    return (bytes(piece) for piece in result.stream())


def look_at(store: Store, key: UUID) -> StoredFile:
    """What is known of a file without reading it. Raises FileNotFoundError."""
    found = obstore.head(_bucket(), _path(store, key))
    return StoredFile(found["size"], f"{found['e_tag']} {found['last_modified']}")


def delete(store: Store, key: UUID) -> None:
    """Deletes a file; one that is gone already is fine."""
    _clear_unfinished(store, key)
    with suppress(FileNotFoundError):
        obstore.delete(_bucket(), _path(store, key))


def open_store(url: str) -> ObjectStore:
    """A folder, which is made when it is not there, or a bucket."""
    if urlsplit(url).scheme == "file":
        return LocalStore(_folder(url), mkdir=True)
    return from_url(url)


def _bucket() -> ObjectStore:
    return open_store(settings().storage_url)


def _clear_unfinished(store: Store, key: UUID) -> None:
    """A process killed while it uploads to a local folder leaves `key#1`, which nobody would ever find again."""
    url = settings().storage_url
    if urlsplit(url).scheme == "file":
        for part in (_folder(url) / store).glob(f"{key}#*"):
            part.unlink(missing_ok=True)


def _path(store: Store, key: UUID) -> str:
    return f"{store}/{key}"


def _folder(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))
