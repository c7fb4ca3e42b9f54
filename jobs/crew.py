"""Processes forked from one that has loaded everything: each has one duty, is replaced if it dies, and ends with it."""

import gc
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

log = logging.getLogger(__name__)

HEEDED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}
BEFORE_REPLACING = 0.5  # seconds, so that one that cannot live is not tried a thousand times a second


@dataclass(frozen=True)
class Duty:
    name: str  # shown by ps and top
    do: Callable[[], None]


class Crew:
    """A process for each duty. Threads and connections do not survive a fork: each duty makes its own."""

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._duties = duties
        self._at_work: dict[int, Duty] = {}
        self._lifeline, self._held = os.pipe()  # only this process holds the other end

    def work(self) -> None:
        """Until SIGTERM or Ctrl-C, which is passed on; then until each process has ended in its own time."""
        gc.collect()
        gc.freeze()  # collecting would write to every object, and so copy memory that the processes share
        signal.pthread_sigmask(signal.SIG_BLOCK, HEEDED)
        for duty in self._duties:
            self._start(duty)
        while signal.sigwait(HEEDED) == signal.SIGCHLD:
            self._replace_ended()
        for pid in self._at_work:
            os.kill(pid, signal.SIGTERM)
        for pid in self._at_work:
            os.waitpid(pid, 0)

    def _replace_ended(self) -> None:
        if ended := list(self._ended()):
            time.sleep(BEFORE_REPLACING)
        for duty in ended:
            self._start(duty)

    def _ended(self) -> Iterator[Duty]:
        with suppress(ChildProcessError):  # none is left
            while (found := os.waitpid(-1, os.WNOHANG)) != (0, 0):
                pid, status = found
                duty = self._at_work.pop(pid)
                log.warning("%s (%d) ended with %d, another follows", duty.name, pid, os.waitstatus_to_exitcode(status))
                yield duty

    def _start(self, duty: Duty) -> None:
        pid = os.fork()
        if not pid:
            self._do(duty)
        self._at_work[pid] = duty

    def _do(self, duty: Duty) -> NoReturn:
        code = 1
        try:
            os.close(self._held)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HEEDED)
            with suppress(OSError):  # Linux only
                Path("/proc/self/comm").write_text(duty.name)
            threading.Thread(target=_end_with_parent, args=(self._lifeline,), daemon=True).start()
            duty.do()
            code = 0
        except Exception:
            log.exception("%s stumbled", duty.name)
        finally:
            os._exit(code)


def _end_with_parent(lifeline: int) -> None:
    """Even if it is killed: then the lifeline has nobody at its other end, and reading it returns."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
