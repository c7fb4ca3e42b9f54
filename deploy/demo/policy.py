"""The privacy policy of the demo's company: two published versions, a draft, and who was shown what."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from deploy.demo.cast import Cast
from deploy.demo.people import Person
from deploy.demo.policy_news import ADDED_LATER, EARLIER_WORDS, NEW_IN_SECOND, NEW_IN_THIRD, TO_COME
from webapp.access import Role
from webapp.config import settings
from webapp.db import db
from webapp.privacy import inventory, manifest
from webapp.privacy.policy import drafts, versions
from webapp.privacy.policy.facts import facts
from webapp.privacy.policy.models import PolicyNotice, PolicyState, PolicyVersion, Way

FIRST_AGO = timedelta(days=421, hours=5)
SECOND_AGO = timedelta(days=12, hours=3)
DRAFT_AGO = timedelta(hours=21)
PROPOSED_BEFORE = timedelta(days=1, hours=2)
NOTICE = "privacy/policy_changed"

Row = dict[str, Any]


def write(cast: Cast, *, now: datetime) -> None:
    """One at a time, by the way that the database asks for."""
    later = {code: drafts.shipped(code) for code in settings().languages}
    first = {code: _earlier(code, text) for code, text in later.items()}
    coming = {code: text.rstrip() + f"\n\n{TO_COME[code]}\n" for code, text in later.items()}
    reto, seraina = cast.administrator, cast.officer
    _publish(_draft(1, first, {}, reto, now - FIRST_AGO - PROPOSED_BEFORE), by=seraina, at=now - FIRST_AGO)
    second = _draft(2, later, NEW_IN_SECOND, seraina, now - SECOND_AGO - PROPOSED_BEFORE)
    _publish(second, by=reto, at=now - SECOND_AGO)
    _draft(3, coming, NEW_IN_THIRD, seraina, now - DRAFT_AGO)


def notices(people: Sequence[Person], bounced: set[UUID], *, now: datetime) -> Iterator[Row]:
    """Everybody was told of both. Those as whom one signs in are told when the demo starts: in its inbox."""
    for version, published in ((1, now - FIRST_AGO), (2, now - SECOND_AGO)):
        for number, person in enumerate(_told(people, bounced, published)):
            waits = version == 2 and person.email.endswith("@alpenglow.example")
            yield _notice(person, version, now if waits else published + number * timedelta(milliseconds=400), waits)


def showings(people: Sequence[Person], bounced: set[UUID], *, now: datetime) -> Iterator[Row]:
    """The customer as whom one signs in has not looked at the second version yet."""
    rng = Random("alpenglow policy")
    first, second = now - FIRST_AGO, now - SECOND_AGO
    for person in people:
        if person.signed_up_at >= first:
            yield _showing(person, 2 if person.signed_up_at >= second else 1, Way.SIGN_UP, person.signed_up_at)
    for notice in notices(people, bounced, now=now):
        if notice["sent_at"]:
            yield _row(notice["subject_id"], int(notice["ids"]["version"]), Way.EMAIL, notice["sent_at"])
    for person in _told(people, bounced, second):
        if person.role is Role.CUSTOMER and not person.email.endswith("@alpenglow.example") and rng.random() < 0.3:
            noticed = second + (now - second) * rng.random() ** 2.2
            yield _showing(person, 2, Way.BANNER, noticed)
            if rng.random() < 0.6:
                yield _showing(person, 2, Way.PAGE, noticed + timedelta(seconds=rng.randrange(8, 90)))


def _told(people: Sequence[Person], bounced: set[UUID], at: datetime) -> list[Person]:
    return [person for person in people if person.confirmed_at < at and person.id not in bounced]


def _draft(number: int, texts: dict[str, str], news: dict[str, str], by: Person, at: datetime) -> PolicyVersion:
    draft = PolicyVersion(
        number=number,
        texts=texts,
        changes={code: news[code] for code in texts} if news else {},
        editors=[by.id],
        edited_by=by.id,
        edited_at=at,
        created_at=at - timedelta(hours=2),
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def _publish(draft: PolicyVersion, *, by: Person, at: datetime) -> None:
    said = {code: inventory.snapshot(code) | {"facts": facts()} for code in draft.texts}
    draft.inventories = {code: _without_later(said[code]) if draft.number == 1 else said[code] for code in said}
    draft.manifest_number, draft.manifest_hash = manifest.number(), manifest.current().hash
    draft.state, draft.proposed_by, draft.proposed_at = PolicyState.PROPOSED, draft.edited_by, draft.edited_at
    db.session.flush()
    draft.state, draft.approved_by, draft.published_at = PolicyState.PUBLISHED, by.id, at
    draft.valid_from = versions.today(at)
    db.session.flush()
    db.session.add(PolicyNotice(version=draft.number, started_at=at, finished_at=at + timedelta(minutes=2)))


def _earlier(code: str, text: str) -> str:
    for now_said, said_before in EARLIER_WORDS.get(code, []):
        text = text.replace(now_said, said_before)
    sections = text.split("\n## ")
    return "\n## ".join([*sections[:-2], sections[-1]])  # the one before the last came with the second version


def _without_later(said: Row) -> Row:
    """What the company did not hold yet."""
    categories = [
        entry | {"holdings": [held for held in entry["holdings"] if held["name"] not in ADDED_LATER]}
        for entry in said["categories"]
    ]
    return said | {"categories": [entry for entry in categories if entry["holdings"]]}


def _notice(person: Person, version: int, at: datetime, waits: bool) -> Row:
    return {
        "subject_id": person.id,
        "email": NOTICE,
        "ids": {"version": str(version)},
        "bulk": True,
        "created_at": at,
        "due_at": at,
        "state": "pending" if waits else "sent",
        "sent_at": None if waits else at + timedelta(seconds=1),
        "attempts": 0 if waits else 1,
        "reply": None if waits else "250 2.0.0 Ok: queued as 5B77C01D3A",
    }


def _showing(person: Person, version: int, how: Way, at: datetime) -> Row:
    return _row(person.id, version, how, at)


def _row(subject_id: UUID, version: int, how: Way, at: datetime) -> Row:
    return {"subject_id": subject_id, "version": version, "how": how, "at": at}
