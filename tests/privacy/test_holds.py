"""Legal holds: set, looked at again and ended by people, and never silently."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import another_browser
from tests.pages import PageClient
from tests.people import Person, person
from tests.signed_in import signed_in
from tests.sweeping import swept
from webapp.access import Role
from webapp.accounts.models import DeviceSession
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.language import speaking
from webapp.mail.models import Message
from webapp.privacy import data_map
from webapp.privacy.data_map.vocabulary import Category
from webapp.privacy.promises.measured.retention import deleted_when_over, holds_to_review, rules_not_kept
from webapp.privacy.retention import forecast, holds, work
from webapp.privacy.retention.models import LegalHold, RetentionRun
from webapp.privacy.retention.overview import overview
from webapp.subjects.models import Subject, SubjectKey

PAGE = "/staff/retention"
NEW = f"{PAGE}/holds/new"
CLAIM = {"email": "anna@example.org", "reason": "Claim about invoice 7", "reference": "HG 26 114"}


@pytest.fixture
def office(client: PageClient) -> PageClient:
    return signed_in(client, person("olga@example.org", role=Role.PRIVACY_OFFICER))


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


def only_hold() -> LegalHold:
    db.session.expire_all()
    return db.session.scalars(select(LegalHold)).one()


def test_a_hold_says_who_why_what_and_until_when(office: PageClient, anna: Person) -> None:
    until = utc_now().date() + timedelta(days=90)
    answer = office.submit(NEW, {**CLAIM, "categories": ["payment"], "expected_until": until.isoformat()})
    hold = only_hold()
    assert answer.location == f"{PAGE}/holds/{hold.id}"
    assert (hold.subject_id, hold.categories, hold.review_by) == (anna.id, ["payment"], until)
    for path in (PAGE, answer.location):
        text = office.get(path).text
        assert all(
            part in text for part in ("anna@example.org", "Claim about invoice 7", "HG 26 114", "Products and payments")
        )
    assert "olga@example.org" in office.get(answer.location).text
    assert Action.HOLD_SET in set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == anna.id)))


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ({"email": "nobody@example.org"}, "We hold nothing about this address."),
        ({"reason": ""}, "Write down why this data must stay."),
        ({"reason": "Card 4111 1111 1111 1111"}, "card"),
        ({"expected_until": "2020-01-01"}, "Enter a day to come"),
        ({"categories": ["secrets"]}, "is not a valid choice"),
    ],
)
def test_what_is_missing_is_said(office: PageClient, anna: Person, entered: dict[str, str], said: str) -> None:
    answer = office.submit(NEW, {**CLAIM, **entered})
    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.scalars(select(LegalHold)).all() == []


def test_it_is_looked_at_again_within_a_year(office: PageClient, anna: Person) -> None:
    office.submit(NEW, CLAIM)
    hold = only_hold()
    assert hold.review_by - hold.set_at.date() in {timedelta(days=365), timedelta(days=366)}
    assert holds_to_review(now=utc_now()).value == 0
    assert holds_to_review(now=utc_now() + timedelta(days=367)).value == 1
    hold.review_by = utc_now().date()
    db.session.commit()
    path = f"{PAGE}/holds/{hold.id}"
    assert "Please look at it again" in office.get(path).text
    office.submit(f"{path}/review", {"expected_until": ""}, page=path)
    assert "Please look at it again" not in office.get(path).text
    assert only_hold().reviewed_by is not None


def test_it_ends_with_a_reason_and_only_once(office: PageClient, anna: Person) -> None:
    office.submit(NEW, CLAIM)
    hold = only_hold()
    path = f"{PAGE}/holds/{hold.id}"
    assert office.submit(f"{path}/release", {"reason": ""}, page=path).status_code == 422
    assert holds.on(anna.id)
    office.submit(f"{path}/release", {"reason": "Settled out of court"}, page=path)
    assert holds.on(anna.id) == []
    text = office.get(path).text
    assert "Settled out of court" in text
    assert "End the hold" not in text
    first = only_hold().released_at
    holds.release(only_hold(), reason="Again", by=db.session.get_one(Subject, anna.id), now=utc_now())
    assert only_hold().released_at == first


def test_the_person_sees_it(app: Flask, office: PageClient, anna: Person) -> None:
    office.submit(NEW, CLAIM)
    browser = signed_in(another_browser(app), anna)
    assert "legal hold" in browser.get("/account/activity").text
    assert "Claim about invoice 7" in browser.get("/account/data/request/legal_holds").text


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.MARKETER, Role.CUSTOMER])
def test_others_have_no_business_here(client: PageClient, role: Role) -> None:
    signed_in(client, person("eve@example.org", role=role))
    assert client.get(PAGE).status_code in {403, 404}
    assert client.get(NEW).status_code in {403, 404}


def test_a_fresh_proof_is_asked_for(office: PageClient, anna: Person) -> None:
    for device in db.session.scalars(select(DeviceSession)):
        device.proved_at = utc_now() - timedelta(hours=1)
    db.session.commit()
    assert office.get(NEW).location.startswith("/account/proof")


def test_what_a_hold_is_about_decides_what_it_covers(app: Flask) -> None:
    tables = {table.name: table for table in data_map.subject_tables()}
    payments = LegalHold(categories=[Category.PAYMENT])
    covered = {name for name, table in tables.items() if holds.covers(payments, table)}
    assert {"invoices", "products", Subject.__tablename__, SubjectKey.__tablename__} <= covered
    assert not {"messages", "consents", "device_sessions"} & covered
    assert all(holds.covers(LegalHold(categories=[]), table) for table in tables.values())


def test_the_page_shows_what_is_deleted_and_what_will_be(office: PageClient, anna: Person) -> None:
    assert "Not yet" in office.get(PAGE).text
    assert "What the next twelve months bring" not in office.get(PAGE).text
    now = utc_now()
    for age in (timedelta(days=365 * 5), timedelta(days=365 * 3)):
        db.session.add(Message(subject_id=anna.id, email="", ids={}, created_at=now - age, due_at=now, state="sent"))
    db.session.commit()
    swept(now, "messages")
    for _ in forecast.count(now=now):
        db.session.commit()
    text = office.get(PAGE).text
    assert "Not yet" in text  # the others
    assert "What the next twelve months bring" in text
    with speaking("en"):
        assert overview(now=now).rows == 1
    shown = forecast.ahead(now=now)
    assert sum(shown.rows[Category.COMMUNICATION]) == 1
    assert len(shown.months) == len(shown.totals) == 12


def test_a_rule_that_is_not_kept_raises_an_alert(office: PageClient) -> None:
    now = utc_now()
    assert rules_not_kept(now=now).value == 0
    run = {"table_name": "messages", "rule": rule_of("messages"), "due_until": now.date(), "treatment": "delete"}
    for days in (5, 1):
        db.session.add(RetentionRun(**run, day=now.date() - timedelta(days=days), started_at=now, error="LockTimeout"))
    db.session.commit()
    assert rules_not_kept(now=now).value == 1
    assert "Some rules are not being kept" in office.get(PAGE).text
    swept(now, "messages")
    assert rules_not_kept(now=now).value == 0
    assert "Some rules are not being kept" not in office.get(PAGE).text
    assert deleted_when_over(now=now).value == 0


def rule_of(table: str) -> str:
    return next(one.name for one in work.all_of(now=utc_now()) if one.table.name == table)
