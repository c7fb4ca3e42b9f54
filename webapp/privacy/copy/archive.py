"""The ZIP of a copy: written in one go with constant memory, and the same bytes for the same content and time."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

READABLE_BY_ITS_OWNER = 0o600 << 16


@dataclass(frozen=True)
class Entry:
    """A file in the ZIP, as the manifest names it."""

    path: str
    size: int
    sha256: str


class Archive:
    """The ZIP64 that is being written. What was written is in `entries`."""

    def __init__(self, file: IO[bytes], *, now: datetime) -> None:
        self.entries: list[Entry] = []
        self._zip = ZipFile(file, "w")
        self._time = now.astimezone(UTC).timetuple()[:6]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    @contextmanager
    def binary(self, path: str, *, compressed: bool = True) -> Iterator[IO[bytes]]:
        """A new file. Documents and pictures are compressed already: again would take long and save nothing."""
        info = ZipInfo(path, date_time=self._time)
        info.compress_type = ZIP_DEFLATED if compressed else ZIP_STORED
        info.external_attr = READABLE_BY_ITS_OWNER
        with self._zip.open(info, "w", force_zip64=True) as entry:
            counted = _Counted(entry)
            yield counted  # type: ignore[misc]  # it has what is needed of IO[bytes]
        self.entries.append(Entry(path, counted.size, counted.sha256.hexdigest()))

    @contextmanager
    def text(self, path: str) -> Iterator[IO[str]]:
        with self.binary(path) as entry, io.TextIOWrapper(entry, "utf-8", newline="") as text:
            yield text


class _Counted(io.RawIOBase):
    """Passes on what is written, and knows its size and hash."""

    def __init__(self, file: IO[bytes]) -> None:
        self.size = 0
        self.sha256 = hashlib.sha256()
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.sha256.update(data)
        self.size += len(data)
        return self._file.write(data)
