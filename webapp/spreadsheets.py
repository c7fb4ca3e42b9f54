"""CSV that a spreadsheet opens without doing what somebody wrote into it."""

import csv
from collections.abc import Iterable
from typing import IO, Any

# Spreadsheets take a cell for a formula by its first character; some programs take the wide forms of East Asia, too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel does not take a file for UTF-8


class SafeWriter:
    """Writes rows as RFC 4180 says. A text that would be a formula gets an apostrophe before it; numbers do not."""

    def __init__(self, file: IO[str]) -> None:
        self._rows = csv.writer(file)
        file.write(BYTE_ORDER_MARK)

    def write(self, row: Iterable[Any]) -> None:
        self._rows.writerow([safe(value) for value in row])


def safe(value: Any) -> Any:
    """As OWASP advises against CSV injection."""
    if not isinstance(value, str) or not value.startswith(FORMULA_STARTS):
        return value
    return f"'{value}"
