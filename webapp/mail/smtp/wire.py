"""The socket to a relay: knows how much of an email it has handed over, and gives up in time."""

import socket
import time
from collections import deque

from webapp.mail.smtp.replies import Reply, ReplyReader

PIECE = 65_536


class Broken(OSError):
    """The connection is gone. `handed_over` bytes of what was being sent may have reached the relay."""

    def __init__(self, why: str, *, handed_over: int = 0) -> None:
        super().__init__(why)
        self.handed_over = handed_over


class Wire:
    """`timeout` in seconds is for each reply as a whole, so a relay cannot hold us by one byte now and then."""

    def __init__(self, connected: socket.socket, *, timeout: float) -> None:
        self._socket = connected
        self._timeout = self._patience = timeout
        self._socket.settimeout(timeout)
        self._reader = ReplyReader()
        self._replies: deque[Reply] = deque()

    def send(self, data: bytes) -> None:
        """Raises Broken."""
        sent, deadline = 0, time.monotonic() + self._timeout
        rest = memoryview(data)
        try:
            self._be_patient(self._timeout)
            while rest:
                taken = self._socket.send(rest)
                sent, rest = sent + taken, rest[taken:]
                if rest:
                    self._be_patient(deadline - time.monotonic())
        except OSError as error:
            raise Broken(_words(error), handed_over=sent) from error

    def reply(self) -> Reply:
        """The next one. Raises Broken, or NotSmtp."""
        left, deadline = self._timeout, time.monotonic() + self._timeout
        while not self._replies:
            try:
                self._be_patient(left)
                data = self._socket.recv(PIECE)
            except OSError as error:
                raise Broken(_words(error)) from error
            if not data:
                raise Broken("the relay closed the connection")
            self._replies.extend(self._reader.feed(data))
            left = deadline - time.monotonic()
        return self._replies.popleft()

    def close(self) -> None:
        self._socket.close()

    def _be_patient(self, seconds: float) -> None:
        """Telling the socket costs a system call, and mostly it knows."""
        if seconds <= 0:
            raise TimeoutError("no answer in time")
        if seconds != self._patience:
            self._socket.settimeout(seconds)
            self._patience = seconds


def _words(error: OSError) -> str:
    return str(error) or type(error).__name__
