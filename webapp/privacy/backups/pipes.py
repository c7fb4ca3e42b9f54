"""Streams that never lie in memory or on disk as a whole: what one thread writes, another reads."""

import hashlib
import io
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import IO, Self, cast

PIECE = 1 << 20


class Pipe:
    """What `write` writes, to be read in a `with` block. Its error is raised at the end of the block."""

    def __init__(self, write: Callable[[IO[bytes]], object]) -> None:
        reading, writing = os.pipe()
        self._reader, self._writer = os.fdopen(reading, "rb"), os.fdopen(writing, "wb")
        self._write = write
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        with suppress(BrokenPipeError), self._writer:
            try:
                self._write(self._writer)
            except BaseException as error:  # raised by the thread that reads
                self._error = error

    def __enter__(self) -> IO[bytes]:
        self._thread.start()
        return self._reader

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        cause = self._error  # of an error of the reader, who saw the stream end too early
        self._reader.close()  # whoever still writes is told by a broken pipe
        self._thread.join()
        if cause:
            raise cause from error
        if self._error and not error:
            raise self._error


class Measured:
    """Pieces of a stream on their way, with their size and hash."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._hash = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._hash.update(piece)
            self.size += len(piece)
            yield piece

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def exhaust(self) -> Self:
        for _piece in self:
            pass
        return self


def pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece


def as_file(stream: Iterable[bytes]) -> IO[bytes]:
    return cast(IO[bytes], io.BufferedReader(_Pieces(stream), PIECE))


class _Pieces(io.RawIOBase):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = iter(stream)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer there, this one here
        while not self._left:
            piece = next(self._stream, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
