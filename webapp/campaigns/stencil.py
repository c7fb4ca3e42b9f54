"""A campaign as the bytes that go over the wire, with slots: a reader costs no more than filling them.

The email is built once by the standard library, of marks instead of texts, and cut at the marks. The texts come from
the compiled campaign; between its slots they are encoded once, too.
"""

import re
from binascii import b2a_qp
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.header import Header
from email.headerregistry import Address
from email.policy import SMTP
from typing import NamedTuple

from webapp.campaigns.audience import Recipient
from webapp.campaigns.rendering import ONE_CLICK, Compiled, Parts, Slot
from webapp.campaigns.variables import VARIABLES
from webapp.config import settings
from webapp.mail.rendering import Rendered, compose, message_id, one_line
from webapp.mail.smtp.conversation import Letter

LONGEST_LINE = 998  # RFC 5322, 2.1.1
LONGEST_VALUE = 500  # bytes; the longest is that of a link
SOFT_BREAK = b"=\r\n"  # RFC 2045, 6.7: a break that the reader does not see

LONGEST_QUOTED_LINE = 70
PLAIN_ADDRESS = re.compile(r"[\w+-]+(?:\.[\w+-]+)*@[\w.-]+", re.ASCII)  # as most are; it needs no quotes

Values = Mapping[str, str]
Fill = Callable[[Values], bytes]
Piece = bytes | Fill


class WaysBack(NamedTuple):
    """Addresses of this one email: where it goes if it cannot be delivered, and where who wants no more may write."""

    undelivered: str
    no_more: str


class Stencil:
    """Texts go as they are where the relay takes `eight_bits`, and as quoted-printable where not."""

    def __init__(self, compiled: Compiled, *, eight_bits: bool) -> None:
        self._compiled = compiled
        plain = eight_bits and all(_fits_in_lines(parts) for parts in (compiled.text, compiled.html))
        self._pieces = list(_pieces(compiled, plain=plain))
        self._slots = [(place, piece) for place, piece in enumerate(self._pieces) if not isinstance(piece, bytes)]
        self._mail_from = settings().mail_from
        # Quoted-printable breaks lines in the middle of values.
        self._may_have_dots = not plain or any(b"\n." in self._with_all(value) for value in (".", ""))

    def letter(self, reader: Recipient, *, key: str, date: str, ways_back: WaysBack | None = None) -> Letter:
        """`key` is what the Message-ID is made of, `date` as RFC 5322 writes it."""
        values = self._compiled.values(reader) | {"to": reader.email, "key": key, "date": date}
        if ways_back:
            values["unsubscribe_by_email"] = f", <mailto:{ways_back.no_more}?subject={values['unsubscribe_token']}>"
        pieces: list[bytes] = self._pieces.copy()  # type: ignore[assignment]  # once the slots are filled
        for place, fill in self._slots:
            pieces[place] = fill(values)
        sender = ways_back.undelivered if ways_back else self._mail_from
        return Letter(sender, reader.email, b"".join(pieces), may_have_dots=self._may_have_dots)

    def _with_all(self, value: str) -> bytes:
        """An email to whom every variable is this. As values have no line breaks, none starts a line elsewhere."""
        values = defaultdict(lambda: "name@example.org", dict.fromkeys(VARIABLES, value))
        return b"".join(piece if isinstance(piece, bytes) else piece(values) for piece in self._pieces)


def _pieces(compiled: Compiled, *, plain: bool) -> Iterator[Piece]:
    known: dict[bytes, Iterable[Piece]] = {
        b"slot-to@slot.invalid": [_address],
        b"slot-key": [lambda values: values["key"].encode()],
        b"slot-date": [lambda values: values["date"].encode()],
        b"slot-link": [lambda values: values["unsubscribe_url"].encode()],
        b"slot-mailto": [lambda values: values["unsubscribe_by_email"].encode()],
        b"slot-subject": [_subject(compiled.subject)],
        b"slot-text": _texts(compiled.text, plain),
        b"slot-html": _texts(compiled.html, plain),
    }
    marks = b"|".join(re.escape(mark) for mark in known)
    for piece in re.split(b"(%b)" % marks, _skeleton("8bit" if plain else "quoted-printable")):
        yield from known.get(piece, [piece])


def _skeleton(encoding: str) -> bytes:
    """An email of marks."""
    links = {"unsubscribe_url": "slot-link", "unsubscribe_by_email": "slot-mailto"}
    email = compose(
        Rendered("slot-subject", "slot-text", "slot-html"),
        to="slot-to@slot.invalid",
        message_id=message_id("slot-key"),
        headers={name: value % links for name, value in ONE_CLICK.items()},
        encoding=encoding,
    )
    email.replace_header("Date", "slot-date")
    return email.as_bytes(policy=SMTP.clone(max_line_length=LONGEST_LINE))


def _texts(parts: Parts, plain: bool) -> Iterator[Piece]:
    encode = _as_it_is if plain else _quoted
    *others, last = parts
    for part in [*others, last.removesuffix("\n") if isinstance(last, str) else last]:  # the skeleton has that one
        yield encode(part) if isinstance(part, str) else _filled(part, encode)


def _filled(slot: Slot, encode: Callable[[str], bytes]) -> Fill:
    return lambda values: encode(slot.value(values))


def _as_it_is(text: str) -> bytes:
    return text.encode() if "\n" not in text else text.replace("\n", "\r\n").encode()


def _quoted(text: str) -> bytes:
    """On lines of its own, so that it does not matter how long those before and after it are."""
    if text.isalnum() and text.isascii() and len(text) < LONGEST_QUOTED_LINE:
        return text.encode() + SOFT_BREAK
    return b2a_qp(text.encode()).replace(b"\n", b"\r\n") + SOFT_BREAK


def _fits_in_lines(parts: Parts) -> bool:
    line = 0
    for part in parts:
        if isinstance(part, str):
            first, *others = part.encode().split(b"\n")
            longest = max([line + len(first), *map(len, others)])
            line = len(others[-1]) if others else line + len(first)
        else:
            longest = line = line + LONGEST_VALUE
        if longest > LONGEST_LINE:
            return False
    return True


def _subject(parts: Parts) -> Fill:
    def fill(values: Values) -> bytes:
        return _header(one_line("".join(part if isinstance(part, str) else part.value(values) for part in parts)))

    return fill


def _header(text: str) -> bytes:
    """As it is, or in encoded words (RFC 2047) where it holds more than ASCII, or what looks like such words."""
    if text.isascii() and text.isprintable() and "=?" not in text and len(text) < LONGEST_QUOTED_LINE:
        return text.encode()
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n").encode()


def _address(values: Values) -> bytes:
    """A local part that is no word is quoted; beyond ASCII it stays as it is (RFC 6532)."""
    if PLAIN_ADDRESS.fullmatch(values["to"]):
        return values["to"].encode()
    local, _, domain = values["to"].rpartition("@")
    return str(Address(username=local, domain=domain)).encode()
