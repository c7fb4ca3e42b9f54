"""Closed accounts go by themselves: after two notices, six months after they were closed, or when nobody asks again."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.pages import PageClient
from tests.people import Person, person
from tests.privacy.closing.test_closures import product
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp.accounts.models import Account
from webapp.clock import utc_now
from webapp.consents.models import Ground, Restriction, Use
from webapp.db import db
from webapp.mail.models import Message
from webapp.privacy.closing import closures, deletions
from webapp.privacy.closing.models import Closure
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure.models import Cause, Erasure
from webapp.products.models import Product
from webapp.subjects.models import Subject

DAY = timedelta(days=1)


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


@pytest.fixture
def delete_at(anna: Person) -> datetime:
    """She closed it today; this is when it goes."""
    closures.close_again(db.session.get_one(Subject, anna.id), at=utc_now())
    db.session.commit()
    return over()


def closure() -> Closure:
    return db.session.scalars(select(Closure)).one()


def over() -> datetime:
    delete_at = closure().delete_at
    assert delete_at
    return delete_at


def watch(now: datetime) -> None:
    for _ in deletions.tell_and_delete(now=now):
        db.session.commit()


def notices() -> int:
    return len(db.session.scalars(select(Message).where(Message.email == "closing/deletion_ahead")).all())


def begun() -> list[Cause]:
    return list(db.session.scalars(select(Erasure.cause)))


def test_it_tells_30_and_7_days_before_and_then_deletes(delete_at: datetime) -> None:
    expected = {31: (0, []), 30: (1, []), 29: (1, []), 7: (2, []), 1: (2, []), 0: (2, [Cause.CLOSURE])}
    for days, (told, causes) in expected.items():
        for _twice in range(2):
            watch(delete_at - days * DAY)
        assert (notices(), begun()) == (told, causes), days


def test_when_it_is_over_nothing_of_the_account_is_left(anna: Person, delete_at: datetime) -> None:
    watch(delete_at - 7 * DAY)
    watch(delete_at)
    erasure = db.session.scalars(select(Erasure)).one()
    for _ in erasures.work_on(erasure.id, now=delete_at + timedelta(hours=1)):
        db.session.commit()
    db.session.expire_all()
    assert db.session.get(Account, anna.id) is None
    assert db.session.scalars(select(Closure)).all() == []


def test_nobody_is_deleted_without_a_week_of_notice_however_long_the_workers_stood_still(delete_at: datetime) -> None:
    late = delete_at + 60 * DAY
    watch(late)
    watch(late + 6 * DAY)
    assert (notices(), begun()) == (1, [])
    watch(late + 7 * DAY)
    assert begun() == [Cause.CLOSURE]


def test_it_waits_while_a_product_is_active_again(anna: Person, delete_at: datetime) -> None:
    product(anna)
    watch(delete_at - 7 * DAY)
    watch(delete_at)
    assert begun() == []
    db.session.delete(db.session.scalars(select(Product)).one())
    watch(delete_at + DAY)
    assert begun() == [Cause.CLOSURE]


def test_it_waits_while_the_person_wants_the_data_only_stored(anna: Person, delete_at: datetime) -> None:
    wish = {"use": Use.EVERYTHING, "ground": Ground.CLAIMS, "words": "", "asked_at": delete_at, "due_at": delete_at}
    db.session.add(Restriction(subject_id=anna.id, **wish))
    watch(delete_at - 7 * DAY)
    watch(delete_at)
    assert begun() == []
    db.session.delete(db.session.scalars(select(Restriction)).one())
    watch(delete_at + DAY)
    assert begun() == [Cause.CLOSURE]


def test_who_opened_it_again_gets_neither_notice_nor_deletion(delete_at: datetime) -> None:
    closures.reopen(closure(), now=utc_now())
    watch(delete_at - 7 * DAY)
    watch(delete_at)
    assert (notices(), begun()) == (0, [])


def test_who_asked_to_keep_it_is_asked_again_each_year(delete_at: datetime) -> None:
    watch(delete_at - 30 * DAY)
    for year in (1, 2):
        closures.keep(closure(), now=delete_at - 20 * DAY + (year - 1) * 365 * DAY)
        watch(delete_at)
        watch(over() - 30 * DAY)
        assert (notices(), begun()) == (1 + year, [])
    watch(over() - 7 * DAY)
    watch(over())
    assert begun() == [Cause.CLOSURE]


def test_who_stops_the_deletion_in_its_first_moments_wants_it_kept(delete_at: datetime) -> None:
    watch(delete_at - 7 * DAY)
    watch(delete_at)
    erasures.cancel(db.session.scalars(select(Erasure)).one(), now=delete_at + timedelta(seconds=3))
    watch(delete_at + timedelta(hours=1))
    assert closure().begun_at is None
    assert over() > delete_at + 360 * DAY


def test_the_notice_says_when_and_leads_to_what_one_can_do(
    anna: Person, delete_at: datetime, client: PageClient, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    watch(delete_at - 30 * DAY)
    db.session.scalars(select(Message)).one().due_at = utc_now()
    run_jobs()
    [email] = relay.to(anna.email)
    assert f"{delete_at.day}" in email.subject
    assert "/account/closure" in email.text
    page = signed_in(client, anna).get("/account/closure").text
    assert "Open my account again" in page
    assert "Delete it earlier" in page
