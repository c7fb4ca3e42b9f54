"""The other side of a webhook: a real server that takes what comes, or behaves as a test tells it to."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Behaviour = Callable[[socket.socket], None]


@dataclass(frozen=True)
class Received:
    """One call as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.body)
        return said

    def signed_by(self, secret: str) -> bool:
        """As the receiver's library for Standard Webhooks looks at it."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


def answer(status: str, body: bytes = b"", headers: str = "") -> Behaviour:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode()
    return lambda line: line.sendall(head + body)


OK = answer("200 OK", b"thank you")


@dataclass
class Receiver:
    """`behaves` is what it answers from now on; `refuses` are ids of people whose changes it takes badly,
    and `wrap` lets it speak TLS."""

    behaves: Behaviour = OK
    received: list[Received] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    wrap: Callable[[socket.socket], socket.socket] | None = None

    def __post_init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/hooks?of=candor"

    @property
    def types(self) -> list[str]:
        return [str(call.said["type"]) for call in self.received]

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with line:
            try:
                line = self.wrap(line) if self.wrap else line
                call = _read(line)
                self.received.append(call)
                badly = call.said["data"]["person"] in self.refuses
                (answer("422 Unprocessable Content", b"no such customer") if badly else self.behaves)(line)
            except OSError:
                return  # the caller had enough


def _read(line: socket.socket) -> Received:
    with line.makefile("rb") as stream:
        path = stream.readline().decode().split(" ")[1]
        headers = {}
        while text := stream.readline().decode().strip():
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        return Received(path, headers, stream.read(int(headers["content-length"])))
