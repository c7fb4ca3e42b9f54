"""Interaction data ends by the rule that the data map declares, month by month and to the day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Event, Thread
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text

from jobs.interactions import AHEAD, prepare_interactions
from tests.api.senders import allow, forbid
from tests.people import Person, person
from tests.sweeping import swept
from webapp import partitions
from webapp.clock import utc_now
from webapp.consents.models import ConsentPurpose
from webapp.db import db
from webapp.interactions import batches
from webapp.interactions.batches import Observation
from webapp.interactions.models import PARTED, Interaction, NearbyAccessPoints
from webapp.privacy.expiry import expired_before

DAY = timedelta(days=1)


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


def used(who: Person, *moments: datetime) -> None:
    for model, parts in ((Interaction, {"device": {}}), (NearbyAccessPoints, {"access_points": []})):
        for at in moments:
            partitions.ensure(model, partitions.month_of(at))
            row = {"id": uuid4(), "observed_at": at, "subject_id": who.id, "app": "Panel", "key_id": uuid4()}
            db.session.add(model(**row, **parts, received_at=at))
    db.session.commit()


def left(model: type[Interaction] | type[NearbyAccessPoints]) -> list[datetime]:
    return list(db.session.scalars(select(model.observed_at).order_by(model.observed_at)))


def test_what_is_over_goes_and_what_is_not_stays(anna: Person) -> None:
    year, quarter = (expired_before(model, now=utc_now()) for model in PARTED)
    second = timedelta(seconds=1)
    used(anna, year - 400 * DAY, year - second, year, quarter - second, quarter, utc_now())
    swept(utc_now(), "interactions", "nearby_access_points")
    assert left(Interaction)[:3] == [year, quarter - second, quarter]
    assert left(NearbyAccessPoints)[0] == quarter
    for model, border in zip(PARTED, (year, quarter), strict=True):
        assert partitions.months(model)[0] >= partitions.month_of(border)


@pytest.mark.parametrize(
    ("today", "first"),
    [("2026-07-15", "2025-06-16"), ("2026-03-28", "2025-03-01"), ("2026-03-27", "2025-02-28")],
)
def test_the_rule_of_the_data_map_says_from_when_on(app: Flask, today: str, first: str) -> None:
    """What was observed on a day is kept no more from the same day thirteen months later on."""
    at_noon = datetime.fromisoformat(f"{today}T12:00:00+00:00")
    assert expired_before(Interaction, now=at_noon) == datetime.fromisoformat(f"{first}T00:00:00+00:00")


def test_a_day_is_a_day_where_the_company_is(configure: Callable[..., None]) -> None:
    configure(time_zone="Europe/Zurich")
    now = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)  # half past midnight there
    assert expired_before(Interaction, now=now) == datetime(2025, 6, 15, 22, tzinfo=UTC)


def test_there_is_room_for_every_month_that_may_come_in(app: Flask) -> None:
    prepare_interactions()
    first, last = (partitions.month_of(utc_now() + shift) for shift in (-batches.LATEST, AHEAD))
    for model in PARTED:
        assert {first, last, partitions.month_of(utc_now())} <= set(partitions.months(model))


def test_a_partition_holds_its_month_in_universal_time(anna: Person) -> None:
    """Whatever the time zone of the connection."""
    db.session.execute(text("SET LOCAL TIME ZONE 'Pacific/Auckland'"))
    partitions.ensure(Interaction, date(2030, 4, 1))
    used(anna, datetime(2030, 4, 1, tzinfo=UTC), datetime(2030, 5, 1, tzinfo=UTC) - timedelta(microseconds=1))
    assert date(2030, 5, 1) not in partitions.months(Interaction)


def test_two_who_make_the_same_partition_do_not_meet(app: Flask) -> None:
    month, failures, start = date(2031, 1, 1), [], Barrier(4)

    def make() -> None:
        with app.app_context():
            try:
                partitions.months(Interaction)  # connected
                start.wait()
                partitions.ensure(Interaction, month)
                db.session.commit()
            except Exception as error:
                failures.append(error)

    threads = [Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert month in partitions.months(Interaction)


def test_who_withdraws_while_a_batch_comes_in_leaves_nothing_behind(
    app: Flask, anna: Person, run_jobs: Callable[[], None]
) -> None:
    allow(anna)
    batches.take_in([observation(anna)], key_id=uuid4(), now=utc_now())  # not committed yet
    withdrawn = Event()

    def withdraw() -> None:
        with app.app_context():
            forbid(anna, ConsentPurpose.USAGE)
            withdrawn.set()

    thread = Thread(target=withdraw)
    thread.start()
    assert not withdrawn.wait(0.2)
    db.session.commit()
    thread.join()
    run_jobs()
    assert left(Interaction) == []


def observation(who: Person) -> Observation:
    return Observation(
        id=uuid4(),
        email=who.email,
        observed_at=utc_now(),
        app="Panel",
        usage={"ip": "203.0.113.7"},
        access_points=[],
        privacy_signal=False,
    )


def test_migrations_leave_partitions_alone_and_nothing_else() -> None:
    names = ["interactions_2026_03", "deliveries_2026_03", "interactions", "subjects_2026_03", "interactions_old"]
    assert [name for name in names if partitions.is_partition(name)] == names[:2]
