"""What a person typed stays text when a spreadsheet opens it."""

import csv
import io

import pytest

from webapp.spreadsheets import BYTE_ORDER_MARK, SafeWriter


def read_back(*row: object) -> list[str]:
    file = io.StringIO(newline="")
    SafeWriter(file).write(row)
    written = file.getvalue()
    assert written.startswith(BYTE_ORDER_MARK)
    [read] = csv.reader(io.StringIO(written.removeprefix(BYTE_ORDER_MARK), newline=""))
    return read


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_is_a_formula(start: str) -> None:
    assert read_back(f"{start}HYPERLINK(A1)") == [f"'{start}HYPERLINK(A1)"]


def test_everything_else_stays_as_it_is() -> None:
    texts = ["Zoë, 李小龍; Мария مريم", 'she said "no"', "two\r\nlines", "", "a=b"]
    assert read_back(*texts, -5, None) == [*texts, "-5", ""]
