"""The SMTP relay: one connection, reused, and for every email a verdict that says what may be done next."""

import math
import time
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from itertools import takewhile
from smtplib import SMTPException
from socket import socket
from types import TracebackType
from typing import Self

from webapp.config import settings
from webapp.mail.smtp.conversation import Conversation, Letter, Offers
from webapp.mail.smtp.greeting import greet
from webapp.mail.smtp.replies import LONGEST_WORDS, Fate, NotSmtp, Verdict
from webapp.mail.smtp.wire import Broken, Wire

# RFC 5322, 2.1.1: 998 characters. At the usual 78 Python would break an unsubscribe link into pieces nobody can read.
CONTENT, UTF8_CONTENT = (policy.clone(max_line_length=998) for policy in (SMTP, SMTPUTF8))
MESSAGES_PER_CONNECTION = 500
IDLE_SECONDS = 20  # after which a relay may have closed the connection without our noticing


class RelayDown(Exception):
    """No connection, or the relay takes no mail at all now. Nothing was sent."""


class Relay:
    """A connection that opens when first needed and again after it broke. Use it as a context manager."""

    def __init__(self) -> None:
        self._connection: _Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> Offers:
        """What the relay can do. Raises RelayDown."""
        return self._opened().offers

    def send(self, letters: Sequence[Letter], *, until: float = math.inf) -> Iterator[Verdict]:
        """Hands over emails, with a verdict each, in their order. None starts after the monotonic clock shows `until`.

        Raises RelayDown when there is no connection any more: nothing was sent of those without a verdict.
        """
        rest = list(letters)
        while rest and time.monotonic() < until:
            connection = self._opened()
            if why := connection.offers.lacks(rest[0]):
                yield Verdict(Fate.REFUSED, why)
                rest = rest[1:]
                continue
            for verdict in self._hand_over(connection, rest, until):
                yield verdict
                rest = rest[1:]

    def close(self) -> None:
        """Says goodbye, so that the relay need not wait for us."""
        if self._connection is not None:
            self._connection.quit()
            self._connection = None

    def _hand_over(self, connection: "_Connection", letters: Sequence[Letter], until: float) -> Iterator[Verdict]:
        """As many as this connection takes."""
        room = letters[: MESSAGES_PER_CONNECTION - connection.handed_over]
        carried = list(takewhile(lambda letter: connection.offers.lacks(letter) is None, room))
        connection.handed_over += len(carried)
        conversation = Conversation(connection.wire, connection.offers)
        for verdict in conversation.hand_over(carried, until=until):
            connection.used_at = time.monotonic()
            if conversation.is_over:  # before somebody takes this last verdict and comes back with other emails
                connection.wire.close()
                self._connection = None
            yield verdict

    def _opened(self) -> "_Connection":
        """Raises RelayDown."""
        if self._connection and not self._connection.is_good():
            self.close()
        if self._connection is None:
            try:
                self._connection = _Connection(*greet())
            except (OSError, SMTPException) as error:
                raise RelayDown((str(error) or type(error).__name__)[:LONGEST_WORDS]) from error
        return self._connection


class _Connection:
    def __init__(self, connected: socket, offers: Offers) -> None:
        self.wire, self.offers = Wire(connected, timeout=settings().smtp_timeout_seconds), offers
        self.handed_over, self.used_at = 0, time.monotonic()

    def is_good(self) -> bool:
        """Not worn out, and still there."""
        return self.handed_over < MESSAGES_PER_CONNECTION and (
            time.monotonic() - self.used_at < IDLE_SECONDS or self._answers(b"NOOP\r\n")
        )

    def quit(self) -> None:
        self._answers(b"QUIT\r\n")
        self.wire.close()

    def _answers(self, command: bytes) -> bool:
        try:
            self.wire.send(command)
            return self.wire.reply().is_positive
        except (Broken, NotSmtp):
            return False


def as_letter(email: EmailMessage, *, to: str, sender: str) -> Letter:
    """An email as it goes over the wire; addresses beyond ASCII need the headers in UTF-8 (RFC 6532)."""
    return Letter(sender, to, email.as_bytes(policy=CONTENT if to.isascii() else UTF8_CONTENT))
