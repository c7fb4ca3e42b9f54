"""Who allowed the demo's company to record data on their use, and who thought better of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from deploy.demo.people import Person
from webapp.consents.models import ConsentPurpose, Method

USAGE, NEARBY = ConsentPurpose.USAGE, ConsentPurpose.NEARBY


@dataclass(frozen=True)
class Said:
    """A line of the ledger of consents about data on use."""

    person: Person
    kind: ConsentPurpose
    given: bool
    method: Method
    at: datetime
    despite_signal: bool = False


def of_others(people: Iterable[Person], *, until: datetime) -> list[Said]:
    rng = Random("alpenglow tracking")
    return [said for person in people for said in _choices(rng, person, until)]


def of_customer(customer: Person, *, until: datetime) -> list[Said]:
    """She tried every way: her browser said no for her once, and what she allows now she allows knowing that."""
    signal = until - timedelta(days=431, hours=2, minutes=17, seconds=9)
    return [
        Said(customer, USAGE, True, Method.COOKIES_PAGE, until - timedelta(days=502, hours=3, minutes=41, seconds=26)),
        Said(customer, USAGE, False, Method.PRIVACY_SIGNAL, signal),
        Said(customer, NEARBY, False, Method.PRIVACY_SIGNAL, signal),
        Said(
            customer,
            USAGE,
            True,
            Method.ACCOUNT,
            until - timedelta(days=301, hours=7, minutes=12, seconds=50),
            despite_signal=True,
        ),
        Said(
            customer, NEARBY, True, Method.UNSUBSCRIBE_LINK, until - timedelta(days=183, hours=4, minutes=33, seconds=2)
        ),
    ]


def _choices(rng: Random, person: Person, until: datetime) -> list[Said]:
    at = person.confirmed_at + rng.random() * (until - person.confirmed_at)
    later = at + rng.random() * (until - at)
    chance, method = rng.random(), rng.choice([Method.ACCOUNT, Method.ACCOUNT, Method.COOKIES_PAGE])
    if chance < 0.09:
        return [Said(person, kind, False, Method.PRIVACY_SIGNAL, at) for kind in (USAGE, NEARBY)]
    if chance < 0.14:
        return [Said(person, USAGE, True, method, at), Said(person, USAGE, False, method, later)]
    if chance < 0.24:
        return [Said(person, USAGE, True, method, at), Said(person, NEARBY, True, method, later)]
    return [Said(person, USAGE, True, method, at)] if chance < 0.41 else []
