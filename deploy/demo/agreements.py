"""Who agreed to get what, when and how, and who changed their mind. Everybody does that at most once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from deploy.demo.people import Person
from deploy.demo.topics import TOPICS
from webapp.consents.models import Method, SuppressionReason

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Choice:
    """A line of the ledger of consents. `topic` None: all marketing is off."""

    person: Person
    topic: str | None
    given: bool
    method: Method
    at: datetime
    campaign: UUID | None = None
    evidence: str = ""


class Suppressed(NamedTuple):
    person: Person
    reason: SuppressionReason
    at: datetime


@dataclass
class Agreements:
    choices: list[Choice] = field(default_factory=list)
    suppressions: dict[UUID, Suppressed] = field(default_factory=dict)
    _since: dict[tuple[UUID, str], datetime] = field(default_factory=dict)
    _until: dict[tuple[UUID, str], datetime] = field(default_factory=dict)
    _decided: set[UUID] = field(default_factory=set)

    def give(self, person: Person, topic: str, method: Method, at: datetime, evidence: str = "") -> None:
        self.choices.append(Choice(person, topic, True, method, at, evidence=evidence))
        self._since[person.id, topic] = at
        if method is not Method.SIGN_UP_FORM:
            self._decided.add(person.id)

    def withdraw(
        self, person: Person, topic: str | None, method: Method, at: datetime, campaign: UUID | None = None
    ) -> None:
        self.choices.append(Choice(person, topic, False, method, at, campaign))
        self._decided.add(person.id)
        if topic:
            self._until[person.id, topic] = at
        else:
            self.suppress(person, SuppressionReason.EVERYTHING_OFF, at)

    def suppress(self, person: Person, reason: SuppressionReason, at: datetime) -> None:
        self.suppressions[person.id] = Suppressed(person, reason, at)
        self._decided.add(person.id)

    def wants(self, person: Person, topic: str, at: datetime) -> bool:
        since, until = self._since.get((person.id, topic)), self._until.get((person.id, topic))
        suppressed = self.suppressions.get(person.id)
        ends = [end for end in (until, suppressed and suppressed.at) if end]
        return since is not None and since <= at < min(ends, default=NEVER)

    def may_change_their_mind(self, person: Person) -> bool:
        return person.id not in self._decided


def at_sign_up_and_later(agreements: Agreements, people: Iterable[Person], *, until: datetime) -> None:
    """What people chose of their own accord, not because of an email that they got."""
    rng = Random("alpenglow agreements")
    for person in people:
        chosen = [topic.slug for topic in TOPICS if rng.randrange(100) < topic.wanted_by]
        for topic in chosen:
            agreements.give(person, topic, Method.SIGN_UP_FORM, person.confirmed_at)
        if rng.random() < 0.1:
            _look_at_preferences(rng, agreements, person, chosen, until)


def _look_at_preferences(
    rng: Random, agreements: Agreements, person: Person, chosen: list[str], until: datetime
) -> None:
    at = person.confirmed_at + rng.random() * (until - person.confirmed_at)
    others = [topic.slug for topic in TOPICS if topic.slug not in chosen]
    if others and rng.random() < 0.6:
        agreements.give(person, rng.choice(others), Method.ACCOUNT, at)
    elif chosen:
        leave = None if rng.random() < 0.15 else rng.choice(chosen)
        agreements.withdraw(person, leave, Method.ACCOUNT, at + timedelta(seconds=30))
