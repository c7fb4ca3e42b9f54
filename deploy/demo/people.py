"""The demo's customers: invented, always the same ones, at addresses that nobody can have (RFC 2606)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from faker import Faker

from deploy.demo import places
from webapp.access import Role

YEARS = timedelta(days=3 * 365)
MAILBOXES = ("example.org", "example.com", "example.net")
GERMAN_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Person:
    id: UUID
    email: str
    language: str
    given_name: str
    family_name: str
    organization: str
    phone: str
    street_address: str
    postal_code: str
    city: str
    country: str
    signed_up_at: datetime
    confirmed_at: datetime
    password_changed_at: datetime
    role: Role


class Home(NamedTuple):
    """Where people are from: what they read, what is spoken around them, how their names sound."""

    language: str
    country: str
    spoken: str
    names: str


HOMES = {
    Home("de", "CH", "de", "de_CH"): 46,
    Home("de", "DE", "de", "de_DE"): 13,
    Home("fr", "CH", "fr", "fr_CH"): 15,
    Home("fr", "FR", "fr", "fr_FR"): 5,
    Home("it", "CH", "it", "it_IT"): 6,
    Home("it", "IT", "it", "it_IT"): 5,
    Home("en", "CH", "de", "en_GB"): 4,
    Home("en", "CH", "fr", "en_GB"): 2,
    Home("en", "GB", "en", "en_GB"): 4,
}


def invent(count: int, *, until: datetime) -> list[Person]:
    """In the order in which they signed up, within the three years `until`; of late more than in the beginning."""
    rng = Random("alpenglow people")
    names = {home.names: _names(home.names) for home in HOMES}
    taken: set[str] = set()
    return [_invent(rng, names, taken, at) for at in _sign_ups(rng, count, until)]


def new_id(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _names(locale: str) -> Faker:
    faker = Faker(locale)
    faker.seed_instance(locale)
    return faker


def _sign_ups(rng: Random, count: int, until: datetime) -> list[datetime]:
    days = [int(YEARS.days * rng.random() ** 0.6) for _ in range(count)]
    return sorted(until - YEARS + timedelta(days=day, hours=rng.triangular(5, 23, 18)) for day in days)


def _invent(rng: Random, names: dict[str, Faker], taken: set[str], signed_up_at: datetime) -> Person:
    [home] = rng.choices(list(HOMES), list(HOMES.values()))
    given_name, family_name = names[home.names].first_name(), names[home.names].last_name()
    details = _details(rng, home, family_name)
    return Person(
        id=new_id(rng),
        email=_email(rng, given_name, family_name, details["organization"], taken),
        language=home.language,
        given_name=given_name,
        family_name=family_name,
        **details,
        signed_up_at=signed_up_at,
        confirmed_at=signed_up_at + timedelta(seconds=40 + rng.expovariate(1 / 600)),
        password_changed_at=signed_up_at,
        role=Role.CUSTOMER,
    )


def _details(rng: Random, home: Home, family_name: str) -> dict[str, str]:
    """Most people leave something out; a business has an address."""
    country, (postal_code, city) = home.country, rng.choice(places.TOWNS[home.country, home.spoken])
    organization = places.organization(rng, name=family_name, city=city, country=country, language=home.language)
    address = {
        "street_address": places.street_address(rng, country=country, spoken=home.spoken),
        "postal_code": postal_code,
        "city": city,
    }
    is_business = rng.random() < 0.3
    return {
        "organization": organization if is_business else "",
        "phone": places.phone(rng, country=country, city=city) if rng.random() < 0.7 else "",
        **(address if is_business or rng.random() < 0.85 else dict.fromkeys(address, "")),
        "country": country,
    }


def _email(rng: Random, given_name: str, family_name: str, organization: str, taken: set[str]) -> str:
    given, family = _ascii(given_name), _ascii(family_name)
    local = rng.choice([f"{given}.{family}", f"{given}.{family}", f"{given[0]}.{family}", f"{given}{family[0]}"])
    domain = f"{_ascii(organization)}.example" if organization and rng.random() < 0.8 else rng.choice(MAILBOXES)
    address = f"{local}@{domain}"
    while address in taken:
        address = f"{local}{rng.randint(2, 999)}@{domain}"
    taken.add(address)
    return address


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").translate(GERMAN_LETTERS))
    return re.sub(r"[^a-z0-9]+", "-", "".join(sign for sign in plain if not unicodedata.combining(sign))).strip("-")
