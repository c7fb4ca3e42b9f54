"""How a file is written: its characters and what parts its columns. Guessed here, and corrected by people."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from charset_normalizer import from_bytes

SAMPLE = 64 * 1024
CHUNK = 1024 * 1024
ROWS_LOOKED_AT = 50
ENOUGH_TO_TELL = 40  # bytes of lines with accents, for a guess by how often letters occur
SEPARATORS = (",", ";", "\t", "|")
MARKS = (  # UTF-32 first: its mark begins as that of UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ONE_BYTE = ("cp1252", "iso8859_15", "cp1250", "cp1251", "cp1253", "cp1254", "mac_roman", "cp850")
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", *ONE_BYTE)
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\r\n\f")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of Excel and LibreOffice: a ZIP, or the older OLE
OTHER_KINDS = (b"%PDF", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"BZh", b"7z\xbc\xaf", b"PGDMP", b"SQLite format")

_ACCENTED = re.compile(r"([A-Za-z]?)([^\x00-\x7f])([A-Za-z]?)")


class NotACsv(ValueError):
    """Another kind of file, or nothing at all. Its argument is the code of the reason."""


@dataclass(frozen=True)
class Writing:
    """`starts` counts the bytes before the names of the columns: a mark of the encoding, a line for Excel."""

    encoding: str
    separator: str
    starts: int


def guess(file: IO[bytes]) -> Writing:
    """Reads the file from its beginning. Raises NotACsv."""
    head = file.read(SAMPLE)
    _refuse_other_kinds(head)
    encoding, starts = _encoding(head, file)
    separator, declared = separator_of(head[starts:].decode(encoding, "replace"))
    return Writing(encoding, separator, starts + len(declared.encode(encoding)))


def separator_of(text: str) -> tuple[str, str]:
    """The sign between the columns; and the line `sep=;` that some write for Excel, if there is one."""
    first = next(iter(text.splitlines(keepends=True)), "")
    if first.lower().startswith("sep=") and len(first.strip("\r\n")) == 5:
        return first[4], first
    lines = text.splitlines()[: ROWS_LOOKED_AT + 1]
    whole = lines[:-1] if len(lines) > 1 else lines  # the last one may be cut
    return max(SEPARATORS, key=lambda separator: _fit(whole, separator)), ""


def _fit(lines: Sequence[str], separator: str) -> tuple[int, int]:
    """How many rows have as many columns as the first, if there is more than one, and how many that are."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
    except csv.Error:
        return 0, 0
    return (widths.count(widths[0]), widths[0]) if widths and widths[0] > 1 else (0, 0)


def _refuse_other_kinds(head: bytes) -> None:
    if not head.strip():
        raise NotACsv("empty")
    if head.startswith(WORKBOOKS):
        raise NotACsv("workbook")
    if head.startswith(OTHER_KINDS):
        raise NotACsv("not_text")


def _encoding(head: bytes, file: IO[bytes]) -> tuple[str, int]:
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    if head.count(0) > len(head) // 100:
        return _with_nulls(head), 0
    if len(head) - len(head.translate(None, CONTROLS)) > len(head) // 100:
        raise NotACsv("not_text")
    odd = next(_not_utf8(head, file), None)
    return ("utf-8" if odd is None else _of_one_byte(odd)), 0


def _with_nulls(head: bytes) -> str:
    """Western text in UTF-16 without a mark has a null in each second byte; other files have them anywhere."""
    for place, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[place::2].count(0) > 0.4 * len(head) / 2 and not head[1 - place :: 2].count(0):
            return encoding
    raise NotACsv("not_text")


def _not_utf8(head: bytes, file: IO[bytes]) -> Iterator[bytes]:
    decoder, chunk = codecs.getincrementaldecoder("utf-8")(), head
    while True:
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            yield chunk
            return
        if not chunk:
            return
        chunk = file.read(CHUNK)


def _of_one_byte(sample: bytes) -> str:
    telling = [line for line in sample.splitlines() if not line.isascii()][:500]
    if 2 * sum(_is_utf8(line) for line in telling) > len(telling):
        return "utf-8"  # but for a few lines: it happens where files are joined
    text = b"\n".join(telling)[:SAMPLE]
    latin = max(ONE_BYTE, key=lambda encoding: _fit_into_words(text.decode(encoding, "replace")))
    if _fit_into_words(text.decode(latin, "replace")) > 0.6 or len(text) < ENOUGH_TO_TELL:
        return latin
    best = from_bytes(text, cp_isolation=list(ONE_BYTE)).best()
    return best.encoding if best else latin


def _fit_into_words(text: str) -> float:
    """How many of the signs beyond ASCII stand in a Latin word as an accented letter does: in the case of the word."""
    fitting = [_fits(*found.groups()) for found in _ACCENTED.finditer(text)]
    return sum(fitting) / max(len(fitting), 1)


def _fits(before: str, sign: str, after: str) -> bool:
    if not (sign.isalpha() and before + after):
        return False
    if sign.islower():
        return not after.isupper()
    return not before or (before.isupper() and not after.islower())


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
