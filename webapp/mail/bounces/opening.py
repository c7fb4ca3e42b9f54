"""Opening an email that any program may have written: nothing in it can raise, however broken it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from functools import cached_property
from html import unescape

MARKUP = re.compile(r"<[^<>]{0,2000}>")
RETURNED = {
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
}
MOST_PARTS = 200
LONGEST_TEXT = 100_000
LONGEST_HEADER = 1_000
TO_WHOM = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To", "Cc")


@dataclass(frozen=True)
class Opened:
    """An email that came in. `own` is all of it but the email that it brings back."""

    raw: bytes
    message: Message

    def header(self, name: str) -> str:
        return header(self.message, name)

    @cached_property
    def subject(self) -> str:
        return self.header("Subject")

    @cached_property
    def sender(self) -> str:
        """The name and address in the From line."""
        return self.header("From").lower()

    @cached_property
    def has_no_way_back(self) -> bool:
        """It was sent with the empty return path, so that nobody answers it (RFC 5321, 4.5.5)."""
        return any(header.strip() in ("<>", "<MAILER-DAEMON>") for header in _all(self.message, "Return-Path"))

    @cached_property
    def to_whom(self) -> str:
        return "\n".join(value for name in TO_WHOM for value in _all(self.message, name))

    @cached_property
    def parts(self) -> list[Message]:
        """The parts of its own."""
        return list(_own_parts(self.message))

    @cached_property
    def text(self) -> str:
        """What a person would read in it."""
        texts = [text_of(part) for part in self.parts if part.get_content_maintype() == "text"]
        return "\n".join(texts)[:LONGEST_TEXT]

    @cached_property
    def everything(self) -> str:
        """To look for an address of ours: the texts, and the raw bytes with the email that came back."""
        return f"{self.to_whom}\n{self.raw.decode('latin-1')}\n{self.text}"


def open_email(raw: bytes) -> Opened:
    return Opened(raw, message_from_bytes(raw))


def header(message: Message, name: str) -> str:
    """On one line, and decoded where that is possible."""
    value = next(iter(_all(message, name)), "")
    return " ".join(_decoded(value[:LONGEST_HEADER]).split())


def text_of(part: Message) -> str:
    """Of a part that is not made of parts."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):
        data = None
    if not isinstance(data, bytes):
        return _flattened(part)
    text = _in_charset(data, part)
    return unescape(MARKUP.sub(" ", text)) if part.get_content_subtype() == "html" else text


def _own_parts(message: Message, depth: int = 0) -> Iterator[Message]:
    if message.get_content_type() in RETURNED or depth > 20:
        return
    payload = message.get_payload()
    if message.get_content_maintype() == "multipart" and isinstance(payload, list):
        for part in payload[:MOST_PARTS]:
            if isinstance(part, Message):
                yield from _own_parts(part, depth + 1)
    else:
        yield message


def _flattened(part: Message) -> str:
    """The text of a part that Python took for emails or blocks of headers."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return _readable(str(payload))
    blocks = [
        "\n".join(f"{name}: {_readable(value)}" for name, value in block.raw_items()) + f"\n\n{text_of(block)}"
        for block in payload
        if isinstance(block, Message)
    ]
    return "\n".join(blocks)


def _in_charset(data: bytes, part: Message) -> str:
    for charset in (part.get_content_charset(), "utf-8"):
        try:
            return data.decode(charset or "ascii")
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def _decoded(value: str) -> str:
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(piece if isinstance(piece, str) else _guess(piece, charset) for piece, charset in pieces)


def _guess(piece: bytes, charset: str | None) -> str:
    try:
        return piece.decode(charset or "utf-8")
    except (LookupError, ValueError):
        return piece.decode("latin-1")


def _all(message: Message, name: str) -> list[str]:
    wanted = name.lower()
    return [_readable(value) for known, value in message.raw_items() if known.lower() == wanted]


def _readable(text: str) -> str:
    """Python keeps bytes beyond ASCII as lone surrogates. Where the standard allows them, they are UTF-8."""
    raw = str(text).encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except ValueError:
        return raw.decode("latin-1")
