"""The SMTP relay: one connection, reused, and for every email a verdict that says what may be done next."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from enum import Enum, auto
from types import TracebackType
from typing import Self

from webapp.config import settings

LONGEST_REPLY = 500
# RFC 5322, 2.1.1: 998 characters. At the usual 78 Python would break an unsubscribe link into pieces nobody can read.
WIRE, UTF8_WIRE = (policy.clone(max_line_length=998) for policy in (SMTP, SMTPUTF8))
MESSAGES_PER_CONNECTION = 500


class RelayDown(Exception):
    """No connection, or the relay takes no mail at all now. Nothing was sent."""


class Fate(Enum):
    ACCEPTED = auto()
    DEFERRED = auto()  # 4xx, or the connection broke before the content was complete: trying again is safe
    REFUSED = auto()  # 5xx: trying again is useless
    UNKNOWN = auto()  # the content was handed over and no answer came


@dataclass(frozen=True)
class Verdict:
    """What became of one email, with the relay's own words."""

    fate: Fate
    reply: str


class Relay:
    """A connection that opens when first needed and again after it broke. Use it as a context manager."""

    def __init__(self) -> None:
        self._connection: smtplib.SMTP | None = None
        self._handed_over = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> smtplib.SMTP:
        """Raises RelayDown."""
        if self._handed_over >= MESSAGES_PER_CONNECTION:
            self.close()
        if self._connection is None:
            try:
                self._connection = _connect()
            except (OSError, smtplib.SMTPException) as error:
                raise RelayDown(_words(error)) from error
        return self._connection

    def send(self, email: EmailMessage, *, to: str) -> Verdict:
        """Hands over one email. Raises RelayDown when not even a connection could be had."""
        connection = self.open()
        self._handed_over += 1
        try:
            return self._converse(connection, email, to)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Verdict(Fate.DEFERRED, _words(error))

    def close(self) -> None:
        """Says goodbye, so that the relay need not wait for us."""
        if self._connection is not None:
            try:
                self._connection.quit()
            except (OSError, smtplib.SMTPException):
                self._connection.close()
            self._connection, self._handed_over = None, 0

    def _converse(self, connection: smtplib.SMTP, email: EmailMessage, to: str) -> Verdict:
        utf8 = not to.isascii()
        if utf8 and not connection.has_extn("smtputf8"):
            return Verdict(Fate.REFUSED, "the relay cannot carry an address beyond ASCII (no SMTPUTF8)")
        content = email.as_bytes(policy=UTF8_WIRE if utf8 else WIRE)
        steps: list[Callable[[], tuple[int, bytes]]] = [
            lambda: connection.mail(settings().mail_from, ["SMTPUTF8"] if utf8 else []),
            lambda: connection.rcpt(to),
            lambda: connection.docmd("DATA"),
        ]
        for step in steps:
            code, words = step()
            if code not in (250, 251, 354):
                return self._turned_away(connection, code, words)
        return self._hand_over(connection, content)

    def _hand_over(self, connection: smtplib.SMTP, content: bytes) -> Verdict:
        connection.send(_as_data(content))  # when this fails the closing dot was not sent, so nothing was accepted
        try:
            code, words = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Verdict(Fate.UNKNOWN, _words(error))
        return Verdict(_fate(code), _reply(code, words))

    def _turned_away(self, connection: smtplib.SMTP, code: int, words: bytes) -> Verdict:
        if code == 421:  # RFC 5321, 3.8: the relay is closing the connection
            self._drop()
        else:
            connection.rset()
        return Verdict(_fate(code), _reply(code, words))

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection, self._handed_over = None, 0


def _connect() -> smtplib.SMTP:
    chosen = settings()
    connection = smtplib.SMTP(chosen.smtp_host, chosen.smtp_port, timeout=chosen.smtp_timeout_seconds)
    if chosen.smtp_starttls:
        connection.starttls(context=ssl.create_default_context())
    connection.ehlo_or_helo_if_needed()
    if chosen.smtp_username and chosen.smtp_password:
        connection.login(chosen.smtp_username, chosen.smtp_password.get_secret_value())
    return connection


def _as_data(content: bytes) -> bytes:
    """RFC 5321, 4.5.2: a dot that starts a line is doubled; a dot alone ends the content."""
    doubled = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    return doubled.removesuffix(b"\r\n") + b"\r\n.\r\n"


def _fate(code: int) -> Fate:
    if 200 <= code < 300:
        return Fate.ACCEPTED
    return Fate.REFUSED if code >= 500 else Fate.DEFERRED


def _reply(code: int, words: bytes) -> str:
    return f"{code} {words.decode('utf-8', 'replace')}"[:LONGEST_REPLY]


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:LONGEST_REPLY]
