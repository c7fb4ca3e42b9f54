"""Files in the store, encrypted with a key of their own in blocks, so that reading can go on at any place."""

import io
from collections.abc import Iterator
from typing import IO
from uuid import UUID

from webapp import storage
from webapp.crypto import NONCE_BYTES, open_sealed, seal
from webapp.storage import Store

BLOCK = 256 * 1024
SEALED_BLOCK = BLOCK + NONCE_BYTES + 16  # the tag of AES-GCM


class Truncated(Exception):
    """The file is shorter in the store than it was."""


def put(store: Store, file_id: UUID, source: IO[bytes], *, key: bytes) -> None:
    """A reader sees the whole file or nothing."""
    blocks = enumerate(iter(lambda: source.read(BLOCK), b""))
    storage.put(store, file_id, (seal(key, block, context=_context(file_id, number)) for number, block in blocks))


def read(store: Store, file_id: UUID, *, key: bytes, size: int, start: int = 0) -> IO[bytes]:
    """The file from a byte on. `size` is what it had before it was encrypted. Raises FileNotFoundError."""
    return io.BufferedReader(_Opening(_blocks(store, file_id, key, size, start), size - start), BLOCK)


class _Opening(io.RawIOBase):
    def __init__(self, blocks: Iterator[bytes], left: int) -> None:
        self._blocks, self._left = blocks, left
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader gives
        self._rest = self._rest or memoryview(next(self._blocks, b""))
        count = min(len(buffer), len(self._rest))
        if self._left and not count:
            raise Truncated
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        self._left -= count
        return count


def _blocks(store: Store, file_id: UUID, key: bytes, size: int, start: int) -> Iterator[bytes]:
    """The first one from the start on."""
    if start >= size:
        return
    number, skipped = divmod(start, BLOCK)
    end = size + -(-size // BLOCK) * (SEALED_BLOCK - BLOCK)
    for sealed in _in_blocks(storage.read(store, file_id, span=(number * SEALED_BLOCK, end))):
        yield open_sealed(key, sealed, context=_context(file_id, number))[skipped:]
        number, skipped = number + 1, 0


def _in_blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= SEALED_BLOCK:
            yield bytes(waiting[:SEALED_BLOCK])
            del waiting[:SEALED_BLOCK]
    if waiting:
        yield bytes(waiting)


def _context(file_id: UUID, number: int) -> bytes:
    """So that a block opens only in its own file and place."""
    return b"block of a file\0" + file_id.bytes + number.to_bytes(8)
