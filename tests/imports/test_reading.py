"""How files are written is guessed, and their rows are read from any place, whatever they are like."""

import codecs
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.imports import reading
from webapp.imports.encodings import NotACsv, Writing, guess
from webapp.imports.manners import guess_dates, guess_decimal
from webapp.imports.reading import Row, rows

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "mac_roman", "cp850"]
WRITTEN = "Nr;Name;Ort\r\n1;Hélène Müller;Zürich\r\n2;Größe;Besançon\r\n"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "mac_roman", "cp850"]
)
def test_encoding_and_separator_are_guessed(encoding: str, separator: str) -> None:
    writing, read = read_all(WRITTEN.replace(";", separator).encode(encoding))
    assert writing.separator == separator
    assert [row.cells for row in read] == [line.split(";") for line in WRITTEN.splitlines()]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Имя;Город\nАнна Иванова;Москва\nПётр;Санкт-Петербург\n", "cp1251"),
        ("Όνομα;Πόλη\nΜαρία;Αθήνα\nΓιώργος;Θεσσαλονίκη\n", "cp1253"),
        ("Imię;Miasto\nWładysław;Łódź\nMałgorzata;Gdańsk\n", "cp1250"),
    ],
)
def test_other_alphabets_are_guessed(text: str, encoding: str) -> None:
    assert guess(BytesIO(text.encode(encoding))).encoding == encoding


def test_a_line_for_excel_is_no_header() -> None:
    writing, read = read_all(codecs.BOM_UTF8 + b"sep=|\r\na|b\r\n1|2\r\n")
    assert (writing.separator, [row.cells for row in read]) == ("|", [["a", "b"], ["1", "2"]])


def test_a_file_with_a_few_broken_lines_is_still_utf8() -> None:
    content = "id;name\n" + "1;Zürich\n" * 20
    assert guess(BytesIO(content.encode() + b"2;Z\xfcrich\n")).encoding == "utf-8"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"PK\x03\x04x", "workbook"), (b"%PDF-1.7", "not_text"), (bytes(range(32)) * 9, "not_text")],
)
def test_what_is_no_csv_is_told_apart(content: bytes, reason: str) -> None:
    with pytest.raises(NotACsv, match=reason):
        guess(BytesIO(content))


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    lines = ["a,b", '"never,1', *(f"{number},x" for number in range(300))]
    _writing, read = read_all("\n".join(lines).encode())
    assert [(row.line, row.problem) for row in read if row.problem] == [(2, "quote_never_closed")]
    assert len(read) == 302


def test_a_line_without_end_is_skipped_without_being_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 1_000)
    _writing, read = read_all(b"a,b\n" + b"x" * 50_000 + b"\n1,2\n")
    assert [(row.line, row.problem, row.cells) for row in read[1:]] == [
        (2, "line_too_long", None),
        (3, None, ["1", "2"]),
    ]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
ROWS = st.lists(st.lists(TEXTS, min_size=2, max_size=3), max_size=5)


@settings(max_examples=20, deadline=None)
@given(ROWS, st.sampled_from(["utf-8", "utf-16-le", "cp1252"]), st.sampled_from(["\n", "\r\n"]))
def test_reading_goes_on_at_any_row(content: list[list[str]], encoding: str, end: str) -> None:
    text = end.join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in content)
    data = text.encode(encoding, "replace")
    writing = Writing(encoding, ",", 0)
    read = list(rows(BytesIO(data), writing, start=0, line=1))
    for row in read:
        file = BytesIO(data)
        file.seek(row.end)
        assert list(rows(file, writing, start=row.end, line=row.next_line)) == read[read.index(row) + 1 :]


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=60))
def test_nothing_makes_reading_fail(data: bytes) -> None:
    read = list(rows(BytesIO(data), Writing("utf-8", ";", 0), start=0, line=1))
    assert all(first.end <= second.start for first, second in pairwise(read))


def test_days_and_amounts_are_guessed() -> None:
    assert guess_dates(["2026-12-31", "x"]) == "ymd"
    assert guess_dates(["31.12.2026"]) == "dmy"
    assert guess_dates(["12/31/2026", "01/02/2026"]) == "mdy"
    assert guess_dates(["01/02/2026"]) == "dmy"
    assert guess_decimal(["1.290,50", "3,20"]) == ","
    assert guess_decimal(["1'290.50", "K-12"]) == "."


def read_all(content: bytes) -> tuple[Writing, list[Row]]:
    file = BytesIO(content)
    writing = guess(file)
    file.seek(writing.starts)
    return writing, list(rows(file, writing, start=writing.starts, line=1))
