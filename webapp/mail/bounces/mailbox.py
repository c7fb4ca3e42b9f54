"""The mailbox for what comes back, read by IMAP (RFC 3501 and 9051).

An email leaves it only when whoever reads it says so, after the commit. So none is lost; and one that is read again,
because we died in between, changes nothing the second time. Nothing is remembered about the mailbox itself, so it may
be moved or restored and number its emails anew (UIDVALIDITY): whatever lies in it waits.
"""

import imaplib
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from webapp.config import settings

log = logging.getLogger(__name__)

TIMEOUT = 20.0
MOST_BYTES = 262_144  # what a server has to say stands at the beginning; behind it comes the email of ours
AT_ONCE = 500
MOST_STUMBLES = 3
HERE = {"localhost", "127.0.0.1", "::1"}
SET_ASIDE = ("Unclear", "INBOX.Unclear", "INBOX/Unclear")  # some servers want all folders below the first
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WAITING = "UNDELETED UNFLAGGED"


class MailboxDown(Exception):
    """It cannot be reached, or does not let us in. The text says why, and holds no password."""


@dataclass(frozen=True)
class Waiting:
    uid: str
    raw: bytes


class Mailbox:
    """Use it as a context manager. Raises MailboxDown."""

    def __enter__(self) -> Self:
        assert settings().bounce_mailbox
        self._validity: bytes | None = None
        self._stumbles = 0
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._server.expunge()
            self._server.logout()
        except (OSError, imaplib.IMAP4.error):
            self._server.shutdown()

    def waiting(self) -> Iterator[Waiting]:
        """Everything that is there now, the oldest first. One that the server cannot give stays for the next time."""
        for first in range(1, self._number + 1, AT_ONCE):
            for uid in self._search(f"{first}:{min(first + AT_ONCE - 1, self._number)} {WAITING}"):
                raw = self._fetch(uid)
                if raw is not None:
                    yield Waiting(uid, raw)

    def remove(self, waiting: Waiting) -> None:
        """It goes when the mailbox is left, or the next time that it is."""
        self._do("STORE", waiting.uid, "+FLAGS.SILENT", r"(\Deleted)")

    def set_aside(self, waiting: Waiting) -> None:
        """Into a folder where people look; where there can be none, it is flagged and stays."""
        for folder in SET_ASIDE:
            if self._copied(waiting, folder):
                self.remove(waiting)
                return
        self._do("STORE", waiting.uid, "+FLAGS.SILENT", r"(\Flagged)")

    def forget_set_aside(self, *, before: date) -> None:
        """What lies there since before that day."""
        for folder in SET_ASIDE:
            if self._asked("SELECT", folder)[0] == "OK":
                for uid in self._search(f"BEFORE {before.day}-{MONTHS[before.month - 1]}-{before.year}"):
                    self._do("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
                self._server.expunge()

    def _open(self) -> None:
        place = urlsplit(_address())
        folder = unquote(place.path.strip("/")) or "INBOX"
        try:
            self._server = _connect(place.scheme, place.hostname or "", place.port)
            self._server.login(unquote(place.username or ""), unquote(place.password or ""))
            answer, data = self._server.select(_quoted(folder))
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxDown(f"{type(error).__name__} at {place.hostname}") from error
        if answer != "OK":
            raise MailboxDown(f"there is no folder {folder}")
        self._number = int(data[0] or 0)
        _, [validity] = self._server.response("UIDVALIDITY")
        if self._validity not in (None, validity):
            raise MailboxDown("its emails were numbered anew while we read them")
        self._validity = validity

    def _search(self, what: str) -> list[str]:
        answer, data = self._asked("UID", "SEARCH", what)
        return [uid.decode() for line in data if line for uid in line.split()] if answer == "OK" else []

    def _fetch(self, uid: str) -> bytes | None:
        try:
            _answer, data = self._server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        except (OSError, imaplib.IMAP4.error) as error:
            log.warning("an email in the mailbox could not be fetched: %s", type(error).__name__)
            self._stumble()
            return None
        return next((part[1] for part in data if isinstance(part, tuple)), None)

    def _stumble(self) -> None:
        """One email must not keep us from the others."""
        self._stumbles += 1
        if self._stumbles > MOST_STUMBLES:
            raise MailboxDown("the connection breaks again and again")
        self._server.shutdown()
        self._open()

    def _copied(self, waiting: Waiting, folder: str) -> bool:
        if self._asked("UID", "COPY", waiting.uid, _quoted(folder))[0] == "OK":
            return True
        self._asked("CREATE", _quoted(folder))
        return self._asked("UID", "COPY", waiting.uid, _quoted(folder))[0] == "OK"

    def _do(self, *command: str) -> None:
        self._asked("UID", *command)

    def _asked(self, name: str, *words: str) -> tuple[str, list[Any]]:
        try:
            if name == "UID":
                return self._server.uid(*words)
            return self._server.create(*words) if name == "CREATE" else self._server.select(_quoted(words[0]))
        except imaplib.IMAP4.abort as error:
            raise MailboxDown("the connection broke") from error
        except imaplib.IMAP4.error:
            return "BAD", []
        except OSError as error:
            raise MailboxDown("the connection broke") from error


def _address() -> str:
    chosen = settings().bounce_mailbox
    return chosen.get_secret_value() if chosen else ""


def _connect(scheme: str, host: str, port: int | None) -> imaplib.IMAP4:
    """With a verified certificate, unless the mailbox is on this machine."""
    context = ssl.create_default_context()
    if scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port or 993, ssl_context=context, timeout=TIMEOUT)
    server = imaplib.IMAP4(host, port or 143, timeout=TIMEOUT)
    if host not in HERE:
        server.starttls(context)
    return server


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
