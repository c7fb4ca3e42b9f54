"""What stands in a cell, as people and spreadsheets write it, turned into what the API would be sent."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import get_currency_precision

from webapp.accounts import phones
from webapp.spreadsheets import FORMULA_STARTS

ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}  # where year, month and day stand
YES = {"1", "true", "yes", "y", "x", "ja", "j", "wahr", "oui", "o", "vrai", "sì", "si", "s", "vero"}
NO = {"0", "false", "no", "n", "nein", "falsch", "non", "faux", "falso"}
LANGUAGES = ("en", "de", "fr", "it")

_DAY = re.compile(r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})")
_MONTH = re.compile(r"(\d{1,2})[-./](\d{2}|\d{4})")
ODD_STARTS = frozenset("'" + "".join(FORMULA_STARTS))  # of cells that are to be made plain
_OF_A_FORMULA = ("=", "@", "＝", "＠")
_NUMBER_OR_PHONE = re.compile(r"[+＋-－-][\d\s().,'’/*-]*")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
_THOUSANDS = "'’\u00a0\u202f "


class Unreadable(ValueError):
    """Its argument is the code of what is wrong with the cell."""


@dataclass(frozen=True)
class Manner:
    """How a file writes days and amounts. Times without an offset are those of `zone`, phone numbers of `country`."""

    dates: str
    decimal: str
    zone: tzinfo
    country: str


Read = Callable[[str, Manner], Any]


def plain(text: str) -> str:
    """The text without what spreadsheets put around it. Raises Unreadable for a formula."""
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1]  # how a zero at the beginning is kept from Excel
    elif text.startswith("'") and text[1:2] in FORMULA_STARTS:
        text = text[1:]  # how we keep a text from becoming a formula
    if text.startswith(FORMULA_STARTS) and _is_formula(text):
        raise Unreadable("formula")
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


def day(text: str, manner: Manner) -> str:
    parts = _DAY.fullmatch(text.partition("T")[0].partition(" ")[0])
    if not parts:
        raise Unreadable("not_a_day")
    order = "ymd" if len(parts[1]) == 4 else "dmy" if manner.dates == "ymd" else manner.dates
    year, month, day_of_month = (int(parts[1 + place]) for place in ORDERS[order])
    try:
        return date(year + 2000 if year < 100 else year, month, day_of_month).isoformat()
    except ValueError:
        raise Unreadable("not_a_day") from None


def last_day(text: str, manner: Manner) -> str:
    """Of a month, as cards say it: 12/27."""
    month = _MONTH.fullmatch(text)
    if not month or not 1 <= int(month[1]) <= 12:
        return day(text, manner)
    year = int(month[2]) + (2000 if len(month[2]) == 2 else 0)
    return f"{year}-{int(month[1]):02}-{monthrange(year, int(month[1]))[1]}"


def moment(text: str, manner: Manner) -> str:
    clock = re.split("[T ]", text, maxsplit=1)[1:]
    try:
        found = datetime.fromisoformat(f"{day(text, manner)}T{clock[0].replace(' ', '') if clock else '00:00'}")
    except ValueError:
        raise Unreadable("not_a_time") from None
    return (found if found.tzinfo else found.replace(tzinfo=manner.zone)).isoformat()


def phone(text: str, manner: Manner) -> str:
    number = re.sub(r"\(0\)|[\s()./-]", "", text)
    if _INTERNATIONAL.fullmatch(number):
        return number
    known = phones.e164(text, country=manner.country)
    if known is None:
        raise Unreadable("not_a_phone")
    return known


def country(text: str, _manner: Manner) -> str:
    """The code, also where the name stands in one of our languages."""
    return text.upper() if len(text) == 2 else _country_codes().get(text.casefold(), text)


def currency(text: str, _manner: Manner) -> str:
    return text.upper()


def language(text: str, _manner: Manner) -> str:
    """`de` of `de-CH` and of `de_CH.UTF-8`."""
    return text[:2].lower() if len(text) == 2 or text[2:3] in {"-", "_"} else text


def four_digits(text: str, _manner: Manner) -> str:
    """Spreadsheets drop the zeros at the beginning."""
    return text.zfill(4) if text.isdecimal() else text


def amount(text: str, currency: str, manner: Manner) -> int:
    """In the smallest unit of the currency."""
    whole, _, fraction = text.partition(manner.decimal)
    digits = _without_thousands(whole, manner)
    exponent = _precision(currency)
    if not (fraction.isdecimal() or not fraction) or len(fraction.rstrip("0")) > exponent:
        raise Unreadable("not_an_amount")
    return int(digits + fraction[:exponent].ljust(exponent, "0"))


_precision = cache(get_currency_precision)


@cache
def _country_codes() -> dict[str, str]:
    names = [Locale.parse(language).territories for language in LANGUAGES]
    return {name.casefold(): code for territories in names for code, name in territories.items() if code.isalpha()}


def _without_thousands(whole: str, manner: Manner) -> str:
    sign, digits = ("-", whole[1:]) if whole[:1] in {"-", "−"} else ("", whole)
    if digits.isdecimal():
        return sign + digits
    separators = {mark for mark in digits if not mark.isdecimal()}
    groups = re.split("|".join(map(re.escape, separators)), digits) if separators else [digits]
    allowed = separators <= {*_THOUSANDS, "," if manner.decimal == "." else "."}
    in_threes = 0 < len(groups[0].lstrip("0")) <= 3 and all(len(group) == 3 for group in groups[1:])
    if not digits.strip() or not allowed or (separators and not in_threes):
        raise Unreadable("not_an_amount")
    return sign + "".join(groups)


def _is_formula(text: str) -> bool:
    return text.startswith(_OF_A_FORMULA) or not _NUMBER_OR_PHONE.fullmatch(text)
