"""What the sweep deleted in the last three months, and the legal holds that keep something longer."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from deploy.demo.people import Person
from webapp.privacy import data_map
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.vocabulary import Category
from webapp.privacy.retention import work
from webapp.privacy.retention.models import LegalHold, RetentionRun
from webapp.privacy.retention.work import Work

DAYS = 90
# How many entries of a table go on a day, about.
DAILY = {"guesses": 9, "sign_ups": 2, "newsletter_requests": 3, "device_sessions": 14, "interactions": 60}
DAILY |= {"nearby_access_points": 25, "known_devices": 4, "subscriptions": 2}


def runs(*, now: datetime) -> Iterator[RetentionRun]:
    """Until yesterday; today the workers of the demo do it."""
    random = Random("alpenglow retention")
    tonight = now.replace(hour=2, minute=17)  # far from midnight, so that no day has two when the clocks change
    for ago in range(DAYS, 0, -1):
        at = tonight - timedelta(days=ago)
        for one in work.all_of(now=at) if ago <= 3 else _busy(at):
            about = DAILY.get(one.table.name, 0)
            yield _run(one, rows=random.randint(about // 2, about * 3 // 2), at=at)


def holds(people: Sequence[Person], officer: UUID, *, now: datetime) -> list[LegalHold]:
    debtor, suspect, settled = people[40], people[57], people[73]
    half_a_year_ago, long_ago, released = (now - timedelta(days=days) for days in (170, 420, 61))
    in_spring = (now + timedelta(days=120)).date()
    return [
        LegalHold(
            subject_id=debtor.id,
            categories=[Category.PAYMENT, Category.COMMUNICATION],
            **_set(officer, half_a_year_ago, "Claim about unpaid invoices", "BA Chur 2026/4471"),
            **{"expected_until": in_spring, "review_by": in_spring},
        ),
        LegalHold(
            subject_id=suspect.id,
            categories=[],
            **_set(officer, long_ago, "Order of the public prosecutor to keep everything", "StA GR 25 318"),
            review_by=(now + timedelta(days=290)).date(),
            **{"reviewed_by": officer, "reviewed_at": now - timedelta(days=75)},
        ),
        LegalHold(
            **{"subject_id": settled.id, "categories": [Category.PAYMENT]},
            **_set(officer, long_ago, "Objection against a credit note", ""),
            review_by=(now - timedelta(days=55)).date(),
            **{"released_by": officer, "released_at": released, "release_reason": "Settled out of court"},
        ),
    ]


def _busy(at: datetime) -> Iterator[Work]:
    tables = (table for table in data_map.subject_tables() if table.name in DAILY)
    return (one for table in tables for one in work.of_table(table, now=at))


def _run(one: Work, *, rows: int, at: datetime) -> RetentionRun:
    return RetentionRun(
        day=clocks.day_of(at),
        table_name=one.table.name,
        rule=one.name,
        due_until=one.due_until,
        treatment=one.treatment,
        rows=rows,
        started_at=at,
        finished_at=at,
    )


def _set(officer: UUID, at: datetime, reason: str, reference: str) -> dict[str, object]:
    return {"set_by": officer, "set_at": at, "reason": reason, "reference": reference}
