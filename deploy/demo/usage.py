"""What the demo company's apps and sites reported about those who allow it, and the keys with which they did."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

from deploy.demo.people import Person, new_id
from deploy.demo.tracking import NEARBY, USAGE, Said
from webapp.access import Scope

KEPT = timedelta(days=390)  # a little less than the data map says, so that nothing is on its way out
KEPT_NEARBY = timedelta(days=88)
LANGUAGES = {"de": "de-CH", "fr": "fr-CH", "it": "it-CH", "en": "en-GB"}
ACCESS_POINTS = [f"00:00:5e:00:53:{number:02x}" for number in range(40)]  # for examples (RFC 9542)

Row = dict[str, Any]


@dataclass(frozen=True)
class System:
    """A system of the company's with its key. `revoked` and `used` count back from now."""

    name: str
    made: timedelta
    used: timedelta
    revoked: timedelta | None = None
    scope: str = Scope.INTERACTIONS_WRITE

    @property
    def id(self) -> UUID:
        return new_id(Random(f"alpenglow key {self.name}"))


APP = System("Panel app", timedelta(days=512), timedelta(hours=2))
SITE = System("Website", timedelta(days=498), timedelta(hours=1))
BILLING = System(
    "Billing",
    timedelta(days=430),
    timedelta(minutes=12),
    scope=" ".join(sorted(scope for scope in Scope if scope.endswith(":write") and scope != Scope.INTERACTIONS_WRITE)),
)
FIRST = System("Panel app, first version", timedelta(days=711), timedelta(days=513), timedelta(days=511))
SYSTEMS = [FIRST, APP, SITE, BILLING]

PHONE = {"model": "iPhone 15", "os": "iOS", "os_version": "18.5", "screen": "1179x2556", "time_zone": "Europe/Zurich"}
LAPTOP = {
    "os": "Linux",
    "browser": "Firefox",
    "browser_version": "140.0",
    "screen": "1920x1200",
    "time_zone": "Europe/Zurich",
}
OTHER_DEVICES = [
    (APP, {"model": "Pixel 9", "os": "Android", "os_version": "16", "screen": "1080x2424"}),
    (APP, {"model": "Galaxy A56", "os": "Android", "os_version": "15", "screen": "1080x2340"}),
    (SITE, {"os": "Windows", "browser": "Edge", "browser_version": "138.0", "screen": "1920x1080"}),
    (SITE, {"os": "macOS", "browser": "Safari", "browser_version": "18.5", "screen": "1512x982"}),
]
NAMES = {APP: "Alpenglow Panel 5.2", SITE: "alpenglow.example"}


def keys(maker: Person, *, now: datetime) -> list[Row]:
    """Nobody knows these keys, so nobody can use them."""
    return [
        {
            "id": system.id,
            "name": system.name,
            "token_hash": sha256(secrets.token_bytes(32)).digest(),
            "ending": secrets.token_urlsafe(3),
            "scope": system.scope,
            "created_by": maker.id,
            "created_at": now - system.made,
            "last_used_at": now - system.used,
            "revoked_at": now - system.revoked if system.revoked else None,
        }
        for system in SYSTEMS
    ]


def of_everybody(said: Iterable[Said], customer: Person, *, now: datetime) -> tuple[list[Row], list[Row]]:
    """Uses, and access points near the device; each only after the person's last word was yes."""
    rng, uses, near = Random("alpenglow usage"), [], []
    standing = {(one.person.id, one.kind): one for one in sorted(said, key=lambda one: one.at) if one.at < now}
    for one in standing.values():
        if one.given and one.kind is USAGE:
            uses += list(_uses(rng, one, now - max(one.at, now - KEPT), often=one.person is customer, now=now))
        elif one.given and one.kind is NEARBY:
            near += list(_near(rng, one, now - max(one.at, now - KEPT_NEARBY), often=one.person is customer, now=now))
    return uses, near


def _uses(rng: Random, said: Said, since: timedelta, *, often: bool, now: datetime) -> Iterator[Row]:
    devices = [(APP, PHONE), (SITE, LAPTOP)] if often else [rng.choice(OTHER_DEVICES)]
    for _ in range(340 if often else rng.randrange(1, 5)):
        system, device = rng.choice(devices)
        language = said.person.language
        yield _row(rng, said.person, system, now - rng.random() * since) | {
            "device": device,
            "ip": f"203.0.113.{said.person.id.int % 254 + 1}" if system is APP else "198.51.100.27",
            "locale": LANGUAGES[language],
            "language": language,
        }


def _near(rng: Random, said: Said, since: timedelta, *, often: bool, now: datetime) -> Iterator[Row]:
    around = rng.sample(ACCESS_POINTS, 6)
    for _ in range(48 if often else rng.randrange(1, 4)):
        found = [
            {"bssid": bssid, "signal": -rng.randrange(38, 90)} for bssid in rng.sample(around, rng.randrange(1, 4))
        ]
        yield _row(rng, said.person, APP, now - rng.random() * since) | {"access_points": found}


def _row(rng: Random, person: Person, system: System, at: datetime) -> Row:
    return {
        "id": new_id(rng),
        "subject_id": person.id,
        "observed_at": at,
        "received_at": at + timedelta(seconds=rng.randrange(2, 90)),
        "app": NAMES[system],
        "key_id": system.id,
    }
