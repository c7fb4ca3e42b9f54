"""Handing emails to a relay, as many as it takes, with one round trip each where it offers PIPELINING (RFC 2920).

The envelope of an email goes along with the content of the one before:

    us      MAIL RCPT DATA │ content₁ . MAIL RCPT DATA │ content₂ . MAIL RCPT DATA │ content₃ .
    relay                250 250 354                 250 250 250 354             250 250 250 354     250
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import zip_longest

from webapp.mail.smtp.replies import Fate, NotSmtp, Reply, Verdict
from webapp.mail.smtp.wire import Broken, Wire

CLOSING = 421  # RFC 5321, 3.8: the relay says goodbye, whatever it was asked
GO_AHEAD = 354
DOT = b".\r\n"
RESET = b"RSET\r\n"


class Mark(IntEnum):
    """How far an email got, for whoever comes after us if we are killed."""

    NOT_TAKEN = 0
    LEAVING = 1  # its content is on the way, and what the relay says to it is not known yet
    ACCEPTED = 2


NO_TRACE = memoryview(bytearray(1))


@dataclass
class Letter:
    """`content` has CRLF line breaks, as RFC 5322 wants them; dots at the start of a line are still single.

    Whether there are any is looked for unless it is known that not. `trace` is the byte in which its mark is kept.
    """

    sender: str
    to: str
    content: bytes
    trace: memoryview = NO_TRACE
    may_have_dots: bool = True


@dataclass(frozen=True)
class Offers:
    """What the relay said at its greeting that it can do."""

    pipelining: bool
    eight_bits: bool  # RFC 6152
    utf8: bool  # RFC 6531

    def lacks(self, letter: Letter) -> str | None:
        """Why it cannot carry this email."""
        if not (self.utf8 or (letter.to.isascii() and letter.sender.isascii())):
            return "the relay cannot carry an address beyond ASCII (no SMTPUTF8)"
        if not (self.eight_bits or letter.content.isascii()):
            return "the relay cannot carry text beyond ASCII (no 8BITMIME)"
        return None


_MARKS = {Fate.ACCEPTED: Mark.ACCEPTED, Fate.UNKNOWN: Mark.LEAVING}


class _Over(Exception):
    """The connection cannot be used any more. `verdict` is that of the letter where it happened."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reply)
        self.verdict = verdict


class Conversation:
    def __init__(self, wire: Wire, offers: Offers) -> None:
        self._wire = wire
        self._offers = offers
        self._ahead: list[bytes] = []  # the envelope of the next letter, if it is on its way
        self.is_over = False  # the connection cannot be used any more

    def hand_over(self, letters: Sequence[Letter], *, until: float = math.inf) -> Iterator[Verdict]:
        """One verdict each, in their order. It ends early, after the verdict of the letter where the connection broke.

        No content leaves after the monotonic clock shows `until`. Each must be one that the relay can carry.
        """
        for letter, following in zip_longest(letters, letters[1:]):
            if time.monotonic() >= until:
                self.is_over = bool(self._ahead)  # for a content that does not come
                return
            try:
                verdict = self._one(letter, following)
            except _Over as over:
                self.is_over = True
                verdict = over.verdict
            letter.trace[0] = _MARKS.get(verdict.fate, Mark.NOT_TAKEN)
            yield verdict
            if self.is_over:
                return

    def _one(self, letter: Letter, following: Letter | None) -> Verdict:
        replies = self._ask(letter)
        refusal = next((reply for reply in replies if not reply.is_positive), None)
        if refusal is None:
            letter.trace[0] = Mark.LEAVING
            return self._say(_as_data(letter), following)
        try:
            # A relay may wait for content though it takes no recipient. It gets an empty one (RFC 2920, 3.1).
            self._say(DOT if replies[-1].code == GO_AHEAD else RESET, following)
        except _Over:
            raise _Over(refusal.verdict) from None
        return refusal.verdict

    def _ask(self, letter: Letter) -> list[Reply]:
        """The replies to an envelope: to each command, or up to the first that is refused when they go one by one."""
        replies: list[Reply] = []
        commands = self._ahead or _envelope(letter, self._offers)
        try:
            if self._offers.pipelining and not self._ahead:
                self._wire.send(b"".join(commands))
            for command in commands:
                if not self._offers.pipelining:
                    self._wire.send(command)
                replies.append(self._reply())
                if not (self._offers.pipelining or replies[-1].is_positive):
                    break
        except (Broken, NotSmtp) as error:
            raise _Over(Verdict(Fate.DEFERRED, str(error))) from error
        return replies

    def _say(self, data: bytes, following: Letter | None) -> Verdict:
        """Sends what has one reply, and in the same breath the envelope of the letter after it."""
        ahead = _envelope(following, self._offers) if following and self._offers.pipelining else []
        try:
            self._wire.send(b"".join([data, *ahead]))
        except Broken as broken:
            fate = Fate.UNKNOWN if broken.handed_over >= len(data) else Fate.DEFERRED
            raise _Over(Verdict(fate, str(broken))) from broken
        self._ahead = ahead
        try:
            return self._reply().verdict
        except (Broken, NotSmtp) as error:
            raise _Over(Verdict(Fate.UNKNOWN, str(error))) from error

    def _reply(self) -> Reply:
        reply = self._wire.reply()
        if reply.code == CLOSING:
            raise _Over(reply.verdict)
        return reply


def _envelope(letter: Letter, offers: Offers) -> list[bytes]:
    """MAIL, RCPT and DATA, of which DATA must be the last to be sent together."""
    utf8 = not (letter.to.isascii() and letter.sender.isascii())
    options = (" BODY=8BITMIME" if offers.eight_bits else "") + (" SMTPUTF8" if utf8 else "")
    return [
        f"MAIL FROM:<{letter.sender}>{options}\r\n".encode(),
        f"RCPT TO:<{letter.to}>\r\n".encode(),
        b"DATA\r\n",
    ]


def _as_data(letter: Letter) -> bytes:
    """RFC 5321, 4.5.2: a dot that starts a line is doubled; a dot alone ends the content."""
    content = letter.content
    if letter.may_have_dots:
        content = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    return content + DOT if content.endswith(b"\r\n") else content + b"\r\n" + DOT
