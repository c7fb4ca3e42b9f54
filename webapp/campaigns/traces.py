"""How far each email of a claim got, in memory of this machine that outlives a killed worker.

PostgreSQL learns of it group by group; a byte here is written as each email leaves and as it is taken. So after a
`kill -9` no more than one email is in doubt: what was accepted is known, and what had not left yet can be sent.
"""

import fcntl
import mmap
import os
from contextlib import suppress
from functools import cache
from io import FileIO
from pathlib import Path
from tempfile import gettempdir
from time import time
from types import TracebackType
from typing import Self
from uuid import UUID

MEMORY = Path("/dev/shm")  # noqa: S108  # in a folder of our own; /tmp may be another one for each service
KEPT_SECONDS = 86_400


class Traces:
    """Of the claims that one worker has. What it does not forget, because it failed or died, is there for `read`."""

    def __init__(self) -> None:
        self._files: dict[UUID, FileIO] = {}

    def begin(self, claim_id: UUID, emails: int) -> None:
        file = self._files[claim_id] = (_folder() / claim_id.hex).open("x+b", buffering=0)
        file.truncate(emails)
        fcntl.flock(file, fcntl.LOCK_EX)  # the kernel lets go when this process is dead, and not before

    def marks(self, claim_id: UUID) -> memoryview:
        """A byte for each email."""
        return memoryview(mmap.mmap(self._files[claim_id].fileno(), 0))

    def forget_all_but(self, claim_id: UUID | None) -> None:
        """Those claims ended, and the database knows how."""
        for ended in self._files.keys() - {claim_id}:
            (_folder() / ended.hex).unlink(missing_ok=True)
            _let_go(self._files.pop(ended))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files.values():
            _let_go(file)


def read(claim_id: UUID) -> bytes | None:
    """The marks that a dead worker left; None if it lives, was on another machine, or the power failed."""
    try:
        with (_folder() / claim_id.hex).open("rb") as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return left.read()
    except (FileNotFoundError, BlockingIOError):
        return None


def forget_old() -> None:
    for left in _folder().iterdir():
        with suppress(FileNotFoundError):  # its worker may be quicker
            if left.stat().st_mtime < time() - KEPT_SECONDS:
                left.unlink()


def _let_go(file: FileIO) -> None:
    fcntl.flock(file, fcntl.LOCK_UN)  # of which the mapped memory has a share as long as it lives
    file.close()


@cache
def _folder() -> Path:
    folder = (MEMORY if os.access(MEMORY, os.W_OK) else Path(gettempdir())) / f"candor-claims-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder
