"""Amounts as people read them. They are kept in the smallest unit of their currency: whole numbers, nothing is lost."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from flask_babel import get_locale


def amount(units: int, currency: str) -> str:
    """`CHF 1,250.00` from 125000, in the reader's language; yen have no smaller unit."""
    return str(format_currency(in_whole(units, currency), currency, locale=get_locale()))


def in_whole(units: int, currency: str) -> Decimal:
    """In francs, not in centimes."""
    return Decimal(units).scaleb(-get_currency_precision(currency))
