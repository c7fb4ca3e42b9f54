"""A relay's replies (RFC 5321, 4.2), put together from bytes however they arrive."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

LONGEST_LINE = 4_096  # RFC 5321, 4.5.3.1.5 allows 512; some relays write more
MOST_LINES = 100
LONGEST_WORDS = 500


# Too many from us, or too fast: RFC 3463 has 4.7.x for policy, and these are what servers say who mean that.
PATIENCE = re.compile(
    r"421\b|4\d\d[ -](?:4\.7\.\d|4\.2\.1\b|4\.3\.2\b|4\.4\.5\b)"
    r"|4\d\d .*?(?:rate.?limit|throttl|too (?:many|much|fast)|slow down)",
    re.IGNORECASE | re.DOTALL,
)


class NotSmtp(Exception):
    """What came cannot be a reply."""


class Fate(Enum):
    ACCEPTED = auto()
    DEFERRED = auto()  # 4xx, or the connection broke before the content was complete: trying again is safe
    REFUSED = auto()  # 5xx: trying again is useless
    UNKNOWN = auto()  # the content was handed over and no answer came


class Verdict(NamedTuple):
    """What became of one email, with the relay's own words."""

    fate: Fate
    reply: str


class Reply(NamedTuple):
    code: int
    words: str

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 400

    @property
    def verdict(self) -> Verdict:
        return Verdict(_FATES.get(self.code // 100, Fate.DEFERRED), f"{self.code} {self.words}"[:LONGEST_WORDS])


_FATES = {2: Fate.ACCEPTED, 5: Fate.REFUSED}


def asks_for_patience(reply: str) -> bool:
    """Whether a server wants us to be slower, not only this one email later."""
    return PATIENCE.match(reply) is not None


class ReplyReader:
    """Raises NotSmtp for what no relay says, so that a wrong port is noticed and nobody fills our memory."""

    def __init__(self) -> None:
        self._unfinished = b""
        self._lines: list[str] = []
        self._code = 0

    def feed(self, data: bytes) -> Iterator[Reply]:
        """The replies that these bytes complete."""
        *lines, self._unfinished = (self._unfinished + data).split(b"\n")
        if len(self._unfinished) > LONGEST_LINE:
            raise NotSmtp("a line without end")
        for line in lines:
            if reply := self._take(line.removesuffix(b"\r")):
                yield reply

    def _take(self, line: bytes) -> Reply | None:
        code, goes_on, words = _read(line)
        if self._lines and code != self._code:
            raise NotSmtp(f"{code} in the middle of a reply {self._code}")
        self._code = code
        self._lines.append(words)
        if len(self._lines) > MOST_LINES:
            raise NotSmtp("a reply without end")
        if goes_on:
            return None
        reply, self._lines = Reply(code, " ".join(self._lines)), []
        return reply


@lru_cache(128)
def _read(line: bytes) -> tuple[int, bool, str]:
    """Its code, whether more lines follow, and its words. Relays say the same a million times."""
    code, mark = line[:3], line[3:4]
    if not (code.isdigit() and code[:1] in b"2345" and mark in (b"", b" ", b"-")) or len(line) > LONGEST_LINE:
        raise NotSmtp(f"no reply: {line[:40]!r}")
    words = line[4:].decode("utf-8", "replace")
    if not words.isprintable():  # PostgreSQL takes no NUL, and nobody reads the others
        words = "".join(sign if sign.isprintable() else " " for sign in words)
    return int(code), mark == b"-", words
