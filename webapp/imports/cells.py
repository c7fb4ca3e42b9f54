"""What stands in a cell, as people and spreadsheets write it, as the value that is meant."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_precision

from webapp.card_numbers import holds_card_number
from webapp.spreadsheets import FORMULA_STARTS

ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}  # where year, month and day stand
YES = {"1", "true", "yes", "y", "x", "ja", "j", "wahr", "oui", "o", "vrai", "sì", "si", "s", "vero"}
NO = {"0", "false", "no", "n", "nein", "falsch", "non", "faux", "falso"}

_DAY = re.compile(r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})")
_OF_A_FORMULA = ("=", "@", "＝", "＠")
_NUMBER_OR_PHONE = re.compile(r"[+＋-－-][\d\s().,'’/*-]*")
_THOUSANDS = "'’\u00a0\u202f "


class Unreadable(ValueError):
    """Its argument is the code of what is wrong with the cell."""


@dataclass(frozen=True)
class Manner:
    """How a file writes days and amounts. Times without an offset are those of `zone`."""

    dates: str
    decimal: str
    zone: tzinfo


Read = Callable[[str, Manner], Any]


def plain(cell: str) -> str:
    """The text without what spreadsheets put around it. Raises Unreadable for a formula or the number of a card."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1]  # how a zero at the beginning is kept from Excel
    elif text.startswith("'") and text[1:2] in FORMULA_STARTS:
        text = text[1:]  # how we keep a text from becoming a formula
    if text.startswith(FORMULA_STARTS) and _is_formula(text):
        raise Unreadable("formula")
    if holds_card_number(text):
        raise Unreadable("card_number")
    return text


def words(text: str, _manner: Manner) -> str:
    return text


def one_of(meanings: Mapping[str, str]) -> Read:
    """A code, or one of the words that mean it."""
    return lambda text, _manner: meanings.get(text.casefold(), text.casefold())


def yes_or_no(text: str, _manner: Manner) -> bool:
    if text.casefold() in YES:
        return True
    if text.casefold() in NO:
        return False
    raise Unreadable("not_yes_or_no")


def number(text: str, _manner: Manner) -> int:
    try:
        return int(text)
    except ValueError:
        raise Unreadable("not_a_number") from None


@lru_cache(maxsize=4096)
def day(text: str, manner: Manner) -> date:
    parts = _DAY.fullmatch(text.partition("T")[0].partition(" ")[0])
    if not parts:
        raise Unreadable("not_a_day")
    order = "ymd" if len(parts[1]) == 4 else "dmy" if manner.dates == "ymd" else manner.dates
    year, month, day_of_month = (int(parts[1 + place]) for place in ORDERS[order])
    try:
        return date(year + 2000 if year < 100 else year, month, day_of_month)
    except ValueError:
        raise Unreadable("not_a_day") from None


@lru_cache(maxsize=4096)
def moment(text: str, manner: Manner) -> datetime:
    clock = re.split("[T ]", text, maxsplit=1)[1:]
    try:
        found = datetime.fromisoformat(f"{day(text, manner)}T{clock[0].replace(' ', '') if clock else '00:00'}")
    except ValueError:
        raise Unreadable("not_a_time") from None
    return found if found.tzinfo else found.replace(tzinfo=manner.zone)


@lru_cache(maxsize=4096)
def amount(text: str, currency: str, manner: Manner) -> int:
    """In the smallest unit of the currency."""
    whole, _, fraction = text.strip("\u00a0 ").partition(manner.decimal)
    digits = _without_thousands(whole, manner)
    exponent = get_currency_precision(currency)
    if not (fraction.isdecimal() or not fraction) or len(fraction.rstrip("0")) > exponent:
        raise Unreadable("not_an_amount")
    return int(digits + fraction[:exponent].ljust(exponent, "0"))


def _without_thousands(whole: str, manner: Manner) -> str:
    sign, digits = ("-", whole[1:]) if whole[:1] in {"-", "−"} else ("", whole)
    separators = {mark for mark in digits if not mark.isdecimal()}
    groups = re.split("|".join(map(re.escape, separators)), digits) if separators else [digits]
    allowed = separators <= {*_THOUSANDS, "," if manner.decimal == "." else "."}
    in_threes = 0 < len(groups[0].lstrip("0")) <= 3 and all(len(group) == 3 for group in groups[1:])
    if not digits.strip() or not allowed or (separators and not in_threes):
        raise Unreadable("not_an_amount")
    return sign + "".join(groups)


def _is_formula(text: str) -> bool:
    return text.startswith(_OF_A_FORMULA) or not _NUMBER_OR_PHONE.fullmatch(text)
