"""The forms of what other systems send: narrow, so that nothing else gets in, and no number of a card anywhere."""

import re
import unicodedata
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Annotated

from babel.core import get_global
from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr, WithJsonSchema

from webapp.card_numbers import refuse_card_number
from webapp.subjects import addresses
from webapp.subjects.addresses import LONGEST_ADDRESS
from webapp.subjects.fields import BREAKING, TURNING

MOST_MONEY = 10**15  # in the smallest unit: what a number in JSON can say exactly is nine times that
YEARS = range(1900, 2200)


def of_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("should be a text")
    return value


def _moment(value: object) -> datetime:
    return _moment_of(str(of_text(value)))


@lru_cache
def _moment_of(text: str) -> datetime:
    """The things of one batch changed in few moments and were due on few days."""
    try:
        moment = datetime.fromisoformat(text)
        return _with_offset(moment).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is out of range") from error


def _with_offset(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("should say its offset from UTC, such as 2026-03-05T08:15:00Z")
    return moment


def _day(value: object) -> date | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) != len("2026-03-05"):
        raise ValueError("should be a day such as 2026-03-05")
    return _day_of(value)


@lru_cache
def _day_of(text: str) -> date:
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError("is out of range")
    return day


def stays_in_line(text: str) -> str:
    if not text.isprintable() and any(unicodedata.category(sign) in BREAKING or sign in TURNING for sign in text):
        raise ValueError("should hold no line breaks and no invisible control characters")
    return unicodedata.normalize("NFC", text)


def _in_lines(text: str) -> str:
    return "\n".join(stays_in_line(line.rstrip()) for line in text.strip().split("\n"))


def _currency(code: str) -> str:
    if code not in _currencies():
        raise ValueError("should be the code of a currency that is in use (ISO 4217), such as CHF")
    return code


@cache
def _currencies() -> frozenset[str]:
    """Those that are legal tender somewhere today."""
    used = [use for uses in get_global("territory_currencies").values() for use in uses]
    return frozenset(code for code, _since, until, tender in used if tender and until is None)


def _currency_if_any(code: str) -> str:
    return _currency(code) if code else code


def _country(code: str) -> str:
    if code and code not in SUPPORTED_REGIONS:
        raise ValueError("should be the code of a country (ISO 3166-1), such as CH")
    return code


def _phone(number: str) -> str:
    if number and not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise ValueError("should be an international number without blanks, such as +41446681800")
    return number


def _tidy(text: str) -> str:
    return refuse_card_number(stays_in_line(text.strip()))


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-05T08:15:00Z"]}),
]
DAY = {"type": "string", "format": "date", "examples": ["2026-03-05"]}
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema(DAY)]
OptionalDay = Annotated[date | None, BeforeValidator(_day), WithJsonSchema({"anyOf": [DAY, {"type": "null"}]})]
Address = Annotated[StrictStr, Field(max_length=LONGEST_ADDRESS), AfterValidator(addresses.normalize)]
# What may stand in a path as it is, and is no email address: it is found in the logs of servers.
EXTERNAL_ID = re.compile("[A-Za-z0-9][A-Za-z0-9._:~-]{0,79}")
ExternalId = Annotated[StrictStr, Field(pattern=f"^{EXTERNAL_ID.pattern}$"), AfterValidator(refuse_card_number)]
OptionalId = Annotated[StrictStr, Field(pattern=f"^({EXTERNAL_ID.pattern})?$"), AfterValidator(refuse_card_number)]
Line = Annotated[StrictStr, Field(max_length=100), AfterValidator(_tidy)]
NeededLine = Annotated[StrictStr, Field(min_length=1, max_length=100, pattern=r"\S"), AfterValidator(_tidy)]
Lines = Annotated[StrictStr, Field(max_length=500), AfterValidator(_in_lines), AfterValidator(refuse_card_number)]
NeededLines = Annotated[
    StrictStr,
    Field(min_length=1, max_length=2_000, pattern=r"\S"),
    AfterValidator(_in_lines),
    AfterValidator(refuse_card_number),
]
Money = Annotated[StrictInt, Field(ge=0, le=MOST_MONEY, description="In the smallest unit: 1290 is 12.90 CHF.")]
Currency = Annotated[
    StrictStr, Field(min_length=3, max_length=3, description="ISO 4217", examples=["CHF"]), AfterValidator(_currency)
]
OptionalCurrency = Annotated[StrictStr, Field(max_length=3, examples=["CHF"]), AfterValidator(_currency_if_any)]
Country = Annotated[
    StrictStr, Field(max_length=2, description="ISO 3166-1 alpha-2", examples=["CH"]), AfterValidator(_country)
]
NeededCountry = Annotated[Country, Field(min_length=2)]
Phone = Annotated[StrictStr, Field(max_length=16, examples=["+41446681800"]), AfterValidator(_phone)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(Part):
    """One thing of the other system: its number there, and when it last changed there."""

    external_id: ExternalId = Field(description="Its number in your system.")
    changed_at: Moment = Field(description="When it changed in your system. Of two versions, the newest counts.")


class OfCustomer(Item):
    """What belongs to a customer, named by the number that the customer has in the other system."""

    customer: ExternalId = Field(description="The external_id of the customer whose it is.")
