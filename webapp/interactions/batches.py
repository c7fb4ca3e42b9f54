"""Taking in what apps and sites report: only what the person allows, with a reason for everything else.

A batch takes the same number of statements whether it holds one observation or a thousand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from webapp import partitions
from webapp.consents import tracking
from webapp.consents.models import ConsentPurpose
from webapp.consents.tracking import Allowed
from webapp.db import db
from webapp.interactions.models import Interaction, NearbyAccessPoints
from webapp.subjects.addresses import address_hash
from webapp.subjects.models import Subject

CLOCKS_DIFFER = timedelta(minutes=5)
LATEST = timedelta(days=31)  # for a device that was offline; there is a partition for every month that reaches back to

USAGE, NEARBY = ConsentPurpose.USAGE, ConsentPurpose.NEARBY
NOTHING: Mapping[str, Any] = {"device": {}, "ip": None, "locale": None, "language": None}

Choices = Mapping[tuple[UUID, ConsentPurpose], Allowed]


class Outcome(StrEnum):
    STORED = "stored"
    KNOWN_ALREADY = "known_already"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why something was refused. Whoever is unknown here gave no consent either, and gets the same answer."""

    NOT_VALID = "not_valid"
    NO_CONSENT = "no_consent"
    BEFORE_CONSENT = "before_consent"
    PRIVACY_SIGNAL = "privacy_signal"
    IN_THE_FUTURE = "in_the_future"
    TOO_OLD = "too_old"


@dataclass(frozen=True)
class Observation:
    """`usage` and `access_points` hold what was reported; each part needs a consent of its own."""

    id: UUID
    email: str
    observed_at: datetime
    app: str
    usage: Mapping[str, Any]
    access_points: Sequence[Mapping[str, Any]]
    privacy_signal: bool

    @property
    def key(self) -> tuple[datetime, UUID]:
        return (self.observed_at, self.id)

    @property
    def kinds(self) -> list[ConsentPurpose]:
        """Access points alone tell nothing of the use."""
        nearby = [NEARBY] if self.access_points else []
        return [USAGE, *nearby] if self.usage or not nearby else nearby

    @property
    def parts(self) -> list[str]:
        return [*self.usage, *(["access_points"] if self.access_points else [])]


@dataclass(frozen=True)
class Result:
    outcome: Outcome
    reason: Reason | None = None
    dropped: Sequence[str] = ()  # the parts that were not stored, because the person does not allow them


@dataclass(frozen=True)
class _Checked:
    """What may be stored of an observation: nothing, when there is a reason."""

    observation: Observation
    subject_id: UUID | None = None
    usage: bool = False
    nearby: bool = False
    reason: Reason | None = None


def take_in(observations: Sequence[Observation], *, key_id: UUID, now: datetime) -> list[Result]:
    """One result each, in their order. Commit soon: until then those they are about cannot change their choice."""
    subject_ids = _subject_ids(observation.email for observation in observations)
    allowed = tracking.allowed(subject_ids.values())
    checked = [_check(one, subject_ids.get(one.email), allowed, now=now) for one in observations]
    new = _store(Interaction, [_usage(one) for one in checked if one.usage], key_id=key_id, now=now)
    new |= _store(NearbyAccessPoints, [_nearby(one) for one in checked if one.nearby], key_id=key_id, now=now)
    return [_result(one, new) for one in checked]


def _subject_ids(addresses: Iterable[str]) -> dict[str, UUID]:
    hashes = {address: address_hash(address) for address in set(addresses)}
    known = select(Subject.address_hash, Subject.id).where(Subject.address_hash.in_(hashes.values()))
    ids = {row.address_hash: row.id for row in db.session.execute(known)}
    return {address: ids[hashed] for address, hashed in hashes.items() if hashed in ids}


def _check(one: Observation, subject_id: UUID | None, choices: Choices, *, now: datetime) -> _Checked:
    if one.observed_at > now + CLOCKS_DIFFER:
        return _Checked(one, reason=Reason.IN_THE_FUTURE)
    if one.observed_at < now - LATEST:
        return _Checked(one, reason=Reason.TOO_OLD)
    allowed = {kind: choices[subject_id, kind] for kind in one.kinds if subject_id and (subject_id, kind) in choices}
    meant = {kind for kind, choice in allowed.items() if choice.despite_signal or not one.privacy_signal}
    covered = {kind for kind in meant if allowed[kind].since <= one.observed_at}
    if covered:
        return _Checked(one, subject_id, usage=USAGE in covered, nearby=NEARBY in covered)
    if meant:
        return _Checked(one, reason=Reason.BEFORE_CONSENT)
    return _Checked(one, reason=Reason.PRIVACY_SIGNAL if allowed else Reason.NO_CONSENT)


def _usage(one: _Checked) -> dict[str, Any]:
    return _row(one) | dict(NOTHING) | dict(one.observation.usage)


def _nearby(one: _Checked) -> dict[str, Any]:
    return _row(one) | {"access_points": one.observation.access_points}


def _row(one: _Checked) -> dict[str, Any]:
    seen = one.observation
    return {"observed_at": seen.observed_at, "id": seen.id, "subject_id": one.subject_id, "app": seen.app}


def _store(
    model: type[Interaction] | type[NearbyAccessPoints], rows: list[dict[str, Any]], *, key_id: UUID, now: datetime
) -> set[tuple[datetime, UUID]]:
    """Returns the keys of those that were not there yet."""
    if not rows:
        return set()
    for month in sorted({partitions.month_of(row["observed_at"]) for row in rows}):
        partitions.ensure(model, month)
    adding = insert(model).on_conflict_do_nothing().returning(model.observed_at, model.id)
    received = [row | {"key_id": key_id, "received_at": now} for row in rows]
    return {(row.observed_at, row.id) for row in db.session.execute(adding, received)}


def _result(one: _Checked, new: set[tuple[datetime, UUID]]) -> Result:
    if one.reason:
        return Result(Outcome.REFUSED, one.reason)
    dropped = [*(one.observation.usage if not one.usage else []), *([] if one.nearby else ["access_points"])]
    dropped = [part for part in one.observation.parts if part in dropped]
    if one.observation.key not in new:
        return Result(Outcome.KNOWN_ALREADY, dropped=dropped)
    new.discard(one.observation.key)  # a second one with this number is known from now on
    return Result(Outcome.STORED, dropped=dropped)
