"""The rows of a CSV file one by one, each with its place, so that reading can go on there after an interruption.

A row that cannot be read costs itself alone: reading goes on with the line after it.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import IO, NamedTuple

from webapp.imports.encodings import Writing

LONGEST_LINE = 100_000  # characters
MOST_LINES = 100  # in one row: an address in quotation marks may have some


class Row(NamedTuple):
    """From the byte `start` on, before `end`, where the line `next_line` begins.

    `cells` is None when it cannot be read, for the reason `problem`.
    """

    line: int
    start: int
    end: int
    next_line: int
    cells: list[str] | None
    problem: str | None


class BrokenFile(Exception):
    """What follows is not in the encoding of the file, and nobody can tell where the next row begins."""


def rows(file: IO[bytes], writing: Writing, *, start: int, line: int) -> Iterator[Row]:
    """Those from the byte `start` on, where the file stands; it begins a line of that number. Raises BrokenFile.

    Empty lines are no rows.
    """
    lines = _Lines(file, writing.encoding)
    reader = csv.reader(lines, delimiter=writing.separator, strict=True)
    try:
        while True:
            cells, problem = _read(reader, lines)
            if not lines.taken:
                return
            end, next_line = start + lines.size(), line + len(lines.taken)
            if cells or problem:
                yield Row(line, start, end, next_line, cells, problem)
            start, line = end, next_line
            lines.taken.clear()
    except UnicodeError as error:
        raise BrokenFile from error


def _read(reader: Iterator[list[str]], lines: "_Lines") -> tuple[list[str] | None, str | None]:
    try:
        return next(reader), None
    except StopIteration:
        return None, None
    except _TooLong:
        return None, "line_too_long"
    except (csv.Error, _NeverEnds) as error:
        open_to_the_end = isinstance(error, _NeverEnds) or len(lines.taken) > 1 or "end of data" in str(error)
        lines.give_back_all_but_first()
        return None, "quote_never_closed" if open_to_the_end else "quotes"


class _Borrowed(io.TextIOWrapper):
    """It belongs to whoever opened it, who may want to read it again."""

    def close(self) -> None:
        pass


class _TooLong(Exception):
    pass


class _NeverEnds(Exception):
    pass


class _Lines:
    """What the reader of CSV takes lines from; it takes as many as a row has. `taken` are those of this row."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self.taken: list[str] = []
        self._again: deque[str] = deque()  # given back, to be read once more
        self._skipped = 0  # bytes of a line that is too long to be kept
        self._encoding = encoding
        self._wide = encoding.startswith(("utf-16", "utf-32"))
        self._errors = "strict" if self._wide else "surrogateescape"  # so that single bytes survive unread
        self._text = _Borrowed(file, encoding, self._errors, newline="")

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(self.taken) == MOST_LINES:
            self._again.appendleft(line)
            raise _NeverEnds
        self.taken.append(line)
        if len(line) == LONGEST_LINE:
            self._skip_rest_of(line)
        return line

    def size(self) -> int:
        """Of the row in bytes."""
        if len(self.taken) == 1 and not self._skipped:
            return self._bytes_of(self.taken[0])
        skipped, self._skipped = self._skipped, 0
        return skipped + sum(self._bytes_of(line) for line in self.taken)

    def give_back_all_but_first(self) -> None:
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def _skip_rest_of(self, line: str) -> None:
        if len(self.taken) > 1:
            self._again.appendleft(self.taken.pop())
            raise _NeverEnds
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(LONGEST_LINE)
            self._skipped += self._bytes_of(line)
        raise _TooLong

    def _bytes_of(self, line: str) -> int:
        return len(line) if not self._wide and line.isascii() else len(line.encode(self._encoding, self._errors))
