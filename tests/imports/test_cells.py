"""What stands in a cell is read as people and spreadsheets write it."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from webapp.imports import cells
from webapp.imports.cells import Manner, Unreadable

SWISS = Manner("dmy", ".", ZoneInfo("Europe/Zurich"), "CH")
GERMAN = Manner("dmy", ",", UTC, "DE")
AMERICAN = Manner("mdy", ".", UTC, "US")


@pytest.mark.parametrize(
    ("text", "currency", "manner", "meant"),
    [
        ("12.90", "CHF", SWISS, 1290),
        ("1'290.5", "CHF", SWISS, 129050),
        ("1’290", "CHF", SWISS, 129000),
        ("1,290.50", "USD", AMERICAN, 129050),
        ("1.290,50", "EUR", GERMAN, 129050),
        ("1 290,50", "EUR", GERMAN, 129050),
        ("500", "JPY", SWISS, 500),
        ("1.250", "KWD", SWISS, 1250),
        ("-5.00", "CHF", SWISS, -500),
    ],
)
def test_amounts(text: str, currency: str, manner: Manner, meant: int) -> None:
    assert cells.amount(text, currency, manner) == meant


@pytest.mark.parametrize("text", ["", "a", "1.2.3", "1,23.4", "12.345", "0,005", "1e3", "12.-", "CHF 12"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(Unreadable, match="not_an_amount"):
        cells.amount(text, "CHF", SWISS)


def test_days_and_times() -> None:
    assert {cells.day(text, SWISS) for text in ("31.12.2026", "31/12/26", "2026-12-31", "2026-12-31 00:00:00")} == {
        "2026-12-31"
    }
    assert cells.day("12/31/2026", AMERICAN) == "2026-12-31"
    assert cells.last_day("02/28", SWISS) == "2028-02-29"
    assert cells.moment("05.07.2026 08:15", SWISS) == "2026-07-05T08:15:00+02:00"
    assert cells.moment("2026-03-05T08:15:00Z", SWISS) == "2026-03-05T08:15:00+00:00"
    for text in ("31.02.2026", "2026", "tomorrow"):
        with pytest.raises(Unreadable, match="not_a_day"):
            cells.day(text, SWISS)


def test_what_spreadsheets_put_around_a_text_goes() -> None:
    assert cells.plain('="0041"') == "0041"
    assert cells.plain("'+41 79 123 45 67") == "+41 79 123 45 67"
    assert cells.plain("-5.00") == "-5.00"
    for text in ("=1+1", "@SUM(A1)", "+cmd|'/C calc'!A0", "-2+3+cmd", "＝1"):
        with pytest.raises(Unreadable, match="formula"):
            cells.plain(text)


def test_phones_countries_and_the_rest() -> None:
    assert {cells.phone(text, SWISS) for text in ("044 668 18 00", "+41 44 668 18 00", "+41 (0)44 668 18 00")} == {
        "+41446681800"
    }
    with pytest.raises(Unreadable, match="not_a_phone"):
        cells.phone("call me", SWISS)
    assert {cells.country(text, SWISS) for text in ("ch", "CH", "Schweiz", "Suisse", "Svizzera", "Switzerland")} == {
        "CH"
    }
    assert [cells.yes_or_no(text, SWISS) for text in ("Ja", "x", "0", "faux")] == [True, True, False, False]
    assert cells.four_digits("42", SWISS) == "0042"
    assert [cells.language(text, SWISS) for text in ("de-CH", "fr_FR.UTF-8", "it")] == ["de", "fr", "it"]
