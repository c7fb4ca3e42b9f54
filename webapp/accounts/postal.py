"""Postal addresses: the countries by their names in the reader's language, and what their postal codes look like."""

import re
import unicodedata
from functools import cache

import phonenumbers
from babel import Locale

from webapp.accounts.models import ContactDetails
from webapp.products.models import BillingAddress

CODES = {
    "AT": r"\d{4}",
    "CH": r"\d{4}",
    "DE": r"\d{5}",
    "FR": r"\d{5}",
    "IT": r"\d{5}",
    "LI": r"94[89]\d",
}
EXAMPLES = {"AT": "1010", "CH": "8002", "DE": "10115", "FR": "75001", "IT": "00184", "LI": "9490"}


@cache
def countries(language: str) -> list[tuple[str, str]]:
    """Code and name, sorted as people look for them: É stands with E."""
    names = [(code, name) for code, name in Locale.parse(language).territories.items() if _is_country(code)]
    return sorted(names, key=lambda country: _without_accents(country[1]))


def country_name(code: str, language: str) -> str:
    return str(Locale.parse(language).territories.get(code, code))


def lines(details: ContactDetails | BillingAddress, language: str) -> list[str]:
    """An address as it stands on an envelope."""
    country = country_name(details.country, language) if details.country else ""
    place = f"{details.postal_code} {details.city}".strip()
    return [line for line in (details.street_address, place, country) if line]


def tidy_code(code: str, *, country: str) -> str:
    """Without the country before it, as in CH-8002, which the postal services ask people to leave out."""
    return code.upper().removeprefix(f"{country}-") if country else code


def example_of_wrong_code(code: str, *, country: str) -> str | None:
    """How a postal code of that country looks, when this is none. Countries that we have no rule for take any."""
    pattern = CODES.get(country)
    return None if pattern is None or re.fullmatch(pattern, code, re.ASCII) else EXAMPLES[country]


def _is_country(code: str) -> bool:
    return code in phonenumbers.SUPPORTED_REGIONS  # CLDR also names regions (150), groups (EU) and placeholders (ZZ)


def _without_accents(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
