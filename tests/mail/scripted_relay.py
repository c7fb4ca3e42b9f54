"""A relay that a test tells what to answer, how its bytes arrive, and where it hangs up."""

import re
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HANG_UP = "hang up"
GREETING = ["PIPELINING", "8BITMIME", "SMTPUTF8"]


@dataclass
class Script:
    """`answer` is given the step (mail, rcpt, data, content, rset, noop) and how many of that step came before."""

    answer: Callable[[str, int], str] = lambda step, number: "354 go on" if step == "data" else "250 OK"
    offers: list[str] = field(default_factory=lambda: list(GREETING))
    piece: int = 0  # bytes of a reply sent at a time; 0: all at once
    pause: float = 0.0  # seconds before each reply

    takes_content_for_nobody: bool = False

    def __post_init__(self) -> None:
        self.accepted: list[bytes] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.bursts: list[int] = []  # how many lines came in each piece that was read
        self.counts: Counter[str] = Counter()

    def next_answer(self, step: str) -> str:
        self.counts[step] += 1
        return self.answer(step, self.counts[step] - 1)


@contextmanager
def scripted(script: Script) -> Iterator[int]:
    """Yields the port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            script.connections += 1
            with self.request:
                _Session(self.request, script).serve()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


class _Session:
    """One connection, which keeps to the order of commands (RFC 5321, 4.1.4) as real relays do."""

    def __init__(self, client: socket.socket, script: Script) -> None:
        self.client, self.script = client, script
        self.lines = _Lines(client, script)
        self.sender = self.to = ""

    def serve(self) -> None:
        self.say("220 scripted")
        for line in self.lines:
            verb = re.split(r"[ :]", line)[0].lower()
            if verb == "ehlo":
                self.say("\r\n".join([*(f"250-{offer}" for offer in ["scripted", *self.script.offers]), "250 HELP"]))
            elif verb == "quit":
                return self.say("221 bye")
            elif not self.answer(verb, line):
                return None
        return None

    def answer(self, verb: str, line: str) -> bool:
        """Returns whether the conversation goes on."""
        answer = self.out_of_order(verb) or self.script.next_answer(verb)
        if answer == HANG_UP:
            return False
        self.say(answer)
        if verb == "rset" or (verb == "mail" and answer.startswith("250")):
            self.sender, self.to = (line if verb == "mail" else ""), ""
        if verb == "rcpt" and answer.startswith("250"):
            self.to = line
        if answer.startswith("354"):
            return self.take_content()
        return not answer.startswith("421")

    def out_of_order(self, verb: str) -> str | None:
        if verb == "mail" and self.sender:
            return "503 one at a time"
        if verb == "rcpt" and not self.sender:
            return "503 from whom?"
        if verb == "data" and not self.to and not self.script.takes_content_for_nobody:
            return "503 for whom?"
        return None

    def take_content(self) -> bool:
        content = self.lines.until_dot()
        answer = self.script.next_answer("content")
        if content is None or answer == HANG_UP:
            return False
        if answer.startswith("250"):
            self.script.accepted.append(content)
            self.script.recipients.append(self.to)
        self.sender = self.to = ""
        self.say(answer)
        return not answer.startswith("421")

    def say(self, answer: str) -> None:
        time.sleep(self.script.pause)
        data = answer.encode() + b"\r\n"
        piece = self.script.piece or len(data)
        with suppress(OSError):
            for start in range(0, len(data), piece):
                self.client.sendall(data[start : start + piece])


class _Lines:
    def __init__(self, client: socket.socket, script: Script) -> None:
        self.client, self.script, self.buffer = client, script, b""

    def __iter__(self) -> Iterator[str]:
        while (line := self._next()) is not None:
            yield line.decode()

    def until_dot(self) -> bytes | None:
        """None if it is cut off."""
        content = []
        while (line := self._next()) != b".":
            if line is None:
                return None
            content.append(line + b"\r\n")
        return b"".join(content)

    def _next(self) -> bytes | None:
        while b"\r\n" not in self.buffer:
            try:
                data = self.client.recv(65_536)
            except OSError:
                return None
            if not data:
                return None
            self.script.bursts.append(data.count(b"\r\n"))
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line
