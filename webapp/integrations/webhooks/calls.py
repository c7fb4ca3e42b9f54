"""One call of a receiver: a POST that ends in time whatever the other side does, and of whose answer little is read.

Not by a library for requests: the connection must go to the address that was looked at, under the name that the
certificate has to have, and it must be cut when the time is up, also in the middle of the TLS handshake or of a
header that comes drop by drop.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from webapp.integrations.webhooks import targets
from webapp.integrations.webhooks.models import Outcome
from webapp.integrations.webhooks.targets import InternalAddress, NotATarget, Target, UnknownHost

LONGEST = 10.0  # seconds of a whole call
TO_CONNECT = 4.0
MOST_ADDRESSES = 2
READ = 4_096  # bytes of an answer
KEPT = 1_000  # characters of it


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    text: str = ""
    status: int | None = None
    retry_after: timedelta | None = None


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Raises nothing: whatever happens is an answer."""
    try:
        target = targets.parse(url)
        return _post(target, targets.resolve(target), body, headers)
    except (NotATarget, UnknownHost) as error:
        return Answer(Outcome.UNKNOWN_HOST, str(error))
    except InternalAddress as error:
        return Answer(Outcome.INTERNAL_ADDRESS, str(error))


def _post(target: Target, addresses: list[str], body: bytes, headers: Mapping[str, str]) -> Answer:
    began = time.monotonic()
    try:
        with _line(target, addresses[:MOST_ADDRESSES]) as line:
            return _ask(line, target, body, headers)
    except ssl.SSLCertVerificationError as error:
        return Answer(Outcome.NOT_TRUSTED, error.verify_message)
    except TimeoutError:
        return Answer(Outcome.TOO_SLOW)
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() - began >= LONGEST:
            return Answer(Outcome.TOO_SLOW)
        broken = isinstance(error, OSError) and not isinstance(error, ssl.SSLError)
        return Answer(Outcome.UNREACHABLE if broken else Outcome.NOT_HTTP, type(error).__name__)


@contextmanager
def _line(target: Target, addresses: list[str]) -> Iterator[socket.socket]:
    """A connection that is cut when the time is up.

    The cord is the same connection. It stays usable from another thread while TLS works on the other.
    """
    with _connect(addresses, target.port) as plain, plain.dup() as cord:
        cut = threading.Timer(LONGEST, _cut, [cord])
        cut.daemon = True
        cut.start()
        try:
            plain.settimeout(LONGEST)
            if target.secure:
                with ssl.create_default_context().wrap_socket(plain, server_hostname=target.host) as secure:
                    yield secure
            else:
                yield plain
        finally:
            cut.cancel()


def _cut(cord: socket.socket) -> None:
    with suppress(OSError):  # it ended at this moment by itself
        cord.shutdown(socket.SHUT_RDWR)


def _connect(addresses: list[str], port: int) -> socket.socket:
    *others, last = addresses
    for address in others:
        try:
            return socket.create_connection((address, port), TO_CONNECT)
        except OSError:
            continue  # such as IPv6 where there is no way out
    return socket.create_connection((last, port), TO_CONNECT)


def _ask(line: socket.socket, target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Redirects are not followed: they could lead anywhere, and a POST would become a GET."""
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = line
    connection.request("POST", target.path, body, {"Host": target.host_header, "Connection": "close", **headers})
    answer = connection.getresponse()
    if 200 <= answer.status < 300:
        return Answer(Outcome.ACCEPTED, _beginning(answer), answer.status)
    if 300 <= answer.status < 400:
        return Answer(Outcome.REDIRECTED, _readable(answer.headers.get("Location", "")), answer.status)
    return Answer(Outcome.REFUSED, _beginning(answer), answer.status, _retry_after(answer))


def _beginning(answer: http.client.HTTPResponse) -> str:
    try:
        return _readable(answer.read(READ).decode(errors="replace"))
    except (OSError, http.client.HTTPException):
        return ""  # what counts, the status, came before


def _readable(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text[:KEPT]).strip()


def _retry_after(answer: http.client.HTTPResponse) -> timedelta | None:
    seconds = answer.headers.get("Retry-After", "")
    return timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() and len(seconds) < 7 else None
