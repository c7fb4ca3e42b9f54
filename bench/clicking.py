"""Mail programs that press their button for one reader after the other, over kept connections."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

CONNECTIONS = 16
BODY = b"List-Unsubscribe=One-Click"


@dataclass
class Answers:
    """`seconds` that each took; `bad` are those that were not 200."""

    seconds: list[float] = field(default_factory=list)
    bad: int = 0
    took: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.took

    def percentile(self, percent: int) -> float:
        return sorted(self.seconds)[len(self.seconds) * percent // 100]


class _Connection:
    def __init__(self, port: int) -> None:
        self.port, self.socket = port, _connected(port)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answer, self.asked_at = b"", 0.0

    def post(self, path: str) -> None:
        self._answer, self.asked_at = b"", time.perf_counter()
        form = "application/x-www-form-urlencoded"
        head = f"POST {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nContent-Type: {form}\r\n"
        self.socket.sendall(f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY)

    def status(self) -> bytes | None:
        """That of the answer; None until all of it is here."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError(self._answer)
        self._answer += part
        head, _, body = self._answer.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return self._answer.split(None, 2)[1] if length and len(body) >= int(length) else None


def click(port: int, paths: Iterator[str], *, seconds: float) -> Answers:
    """Each connection asks for the next path as soon as it has its answer."""
    answers, begun = Answers(), time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            connection = _Connection(port)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.post(next(paths))
        while selector.get_map():
            for key, _events in selector.select():
                if status := key.data.status():
                    answers.seconds.append(time.perf_counter() - key.data.asked_at)
                    answers.bad += status != b"200"
                    _go_on(selector, key.data, next(paths) if time.perf_counter() - begun < seconds else None)
    answers.took = time.perf_counter() - begun
    return answers


def _connected(port: int) -> socket.socket:
    """A server that was just started may not listen yet."""
    give_up_at = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)


def _go_on(selector: selectors.BaseSelector, connection: _Connection, path: str | None) -> None:
    if path:
        connection.post(path)
    else:
        selector.unregister(connection.socket)
        connection.socket.close()
