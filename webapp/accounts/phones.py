"""Phone numbers: typed as people write them at home, kept in E.164, shown as one dials them from anywhere."""

import phonenumbers
from flask_babel import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat


class InvalidPhone(ValueError):
    """Not a phone number of that country; the text says so, with an example."""


def normalize(number: str, *, country: str) -> str:
    """E.164. `country` counts for numbers without a country code. Raises InvalidPhone."""
    found = e164(number, country=country)
    if found is None:
        raise InvalidPhone(_hint(country))
    return found


def e164(number: str, *, country: str) -> str | None:
    """The same without words; None if it is no phone number."""
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed) or parsed.extension:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def international(e164: str) -> str:
    """`+41 44 123 45 67`; nothing for nothing."""
    if not e164:
        return ""
    return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)


def example(country: str) -> str:
    number = phonenumbers.example_number(country)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else "+41 44 668 18 00"


def _hint(country: str) -> str:
    return str(_("This is not a valid phone number. Write it like %(example)s.", example=example(country)))
