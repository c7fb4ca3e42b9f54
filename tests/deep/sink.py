"""A relay in a process of its own. It writes down each email before it takes it: `python -m tests.deep.sink PORT FILE`.

A line of the file has the moment when the relay asked for the content, the address, and the Message-ID.
"""

import os
import socketserver
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.processes import Program

OFFERS = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8"
MESSAGE_ID = b"message-id:"


@dataclass(frozen=True)
class Received:
    at: float
    to: str
    message_id: str


def program(port: int, file: Path) -> Program:
    return Program("relay", [sys.executable, "-m", "tests.deep.sink", str(port), str(file)], os.environ)


def received(file: Path) -> list[Received]:
    lines = file.read_text().splitlines() if file.exists() else []
    return [Received(float(at), to, message_id) for at, to, message_id in map(str.split, lines)]


def count(file: Path, mark: str = "\n") -> int:
    """How many lines have this."""
    return file.read_bytes().count(mark.encode()) if file.exists() else 0


class Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        to = b""
        self._say(b"220 sink")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"RCPT":
                to = line[line.index(b"<") + 1 : line.index(b">")]
            if verb == b"DATA":
                self._take(to)
            elif verb == b"EHLO":
                self._say(OFFERS)
            else:
                self._say(b"221 bye" if verb == b"QUIT" else b"250 OK")

    def _take(self, to: bytes) -> None:
        asked_at, message_id = time.time(), b"-"
        self._say(b"354 go on")
        for line in self.rfile:
            if line == b".\r\n":
                os.write(FILE, b"%.6f %s %s\n" % (asked_at, to, message_id))
                return self._say(b"250 OK")
            if line[: len(MESSAGE_ID)].lower() == MESSAGE_ID:
                message_id = line[len(MESSAGE_ID) :].strip()
        return None

    def _say(self, answer: bytes) -> None:
        self.wfile.write(answer + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


if __name__ == "__main__":
    FILE = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    Server(("127.0.0.1", int(sys.argv[1])), Session).serve_forever()
