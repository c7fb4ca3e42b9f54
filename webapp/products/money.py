"""Amounts as people read them. They are kept in the smallest unit of their currency: whole numbers, nothing is lost."""

import re
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from flask_babel import get_locale

# CLDR puts a space between letters and digits; Babel leaves it out (currencySpacing, UTS 35 part 3).
NO_SPACE = re.compile(r"(?<=[^\W\d_])(?=\d)")


def amount(units: int, currency: str) -> str:
    """`CHF 1,250.00` from 125000, in the reader's language; yen have no smaller unit."""
    text = format_currency(in_whole(units, currency), currency, locale=get_locale())
    return NO_SPACE.sub("\N{NO-BREAK SPACE}", text)


def number(units: int, currency: str) -> str:
    """The same where the currency stands beside it."""
    return str(format_currency(in_whole(units, currency), currency, "#,##0.00", locale=get_locale()))


def in_whole(units: int, currency: str) -> Decimal:
    """In francs, not in centimes."""
    return Decimal(units).scaleb(-get_currency_precision(currency))
