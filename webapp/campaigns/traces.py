"""How far each email of a claim got, in memory of this machine that outlives a killed worker.

PostgreSQL learns of it group by group; a byte here is written as each email leaves and as it is taken. So after a
`kill -9` no more than one email is in doubt: what was accepted is known, and what had not left yet can be sent.
"""

import fcntl
import mmap
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from time import time
from types import TracebackType
from typing import Self
from uuid import UUID

from webapp.mail.smtp.relay import RelayDown

MEMORY = Path("/dev/shm")  # noqa: S108  # in a folder of our own; /tmp may be another one for each service
KEPT_SECONDS = 86_400


class Trace:
    """Of one claim, held by the worker that has it. Forgotten when the claim ended well, else kept for `read`."""

    def __init__(self, claim_id: UUID, emails: int) -> None:
        self._path = _folder() / claim_id.hex
        self._file = self._path.open("x+b", buffering=0)
        self._file.truncate(emails)
        fcntl.flock(self._file, fcntl.LOCK_EX)  # the kernel lets go when this process is dead, and not before
        self._marks = memoryview(mmap.mmap(self._file.fileno(), emails))

    def of(self, position: int) -> memoryview:
        """The one byte of an email."""
        return self._marks[position : position + 1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None or kind is RelayDown:  # which gives the claim back
            self._path.unlink(missing_ok=True)
        fcntl.flock(self._file, fcntl.LOCK_UN)  # of which the mapped memory has a share as long as it lives
        self._file.close()


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


@cache
def _folder() -> Path:
    folder = (MEMORY if os.access(MEMORY, os.W_OK) else Path(gettempdir())) / f"candor-claims-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder
