"""The register of what was passed on, and each person's own part of it (P9)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.accounts.browsers import another_browser
from tests.pages import PageClient
from tests.people import Person, person
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.subjects.models import Subject
from webapp.support import disclosures
from webapp.support.models import Disclosure

SignIn = Callable[[Person], PageClient]
TODAY = utc_now().date()
NEW = "/staff/disclosures/new"
ENTRY = {
    "email": "anna@example.org",
    "recipient": "Cantonal police, Chur",
    "data": "Sign-ins of one week",
    "reason": "A criminal case",
    "legal_basis": "CCP Art. 263",
    "disclosed_on": str(TODAY),
}


@pytest.fixture
def office(app: Flask) -> PageClient:
    return signed_in(another_browser(app), person("nina@example.org", role=Role.PRIVACY_OFFICER))


def test_what_is_written_down_is_seen_by_staff_and_by_the_person_alone(
    client: PageClient, sign_in: SignIn, office: PageClient, app: Flask
) -> None:
    anna, bea = person(), person("bea@example.org")
    assert office.submit(NEW, ENTRY).status_code == 303
    assert "Cantonal police" in office.get("/staff/disclosures").text
    sign_in(anna)
    mine = client.get("/account/disclosures").text
    assert "Cantonal police" in mine
    assert "CCP Art. 263" in mine
    assert "Cantonal police" not in signed_in(another_browser(app), bea).get("/account/disclosures").text


def test_a_secret_one_leaves_no_trace_for_the_person_until_its_day_is_over(
    client: PageClient, sign_in: SignIn, office: PageClient
) -> None:
    anna = person()
    office.submit(NEW, ENTRY | {"secret_until": str(TODAY)})
    assert "Secret until" in office.get("/staff/disclosures").text
    sign_in(anna)
    for page in ("/account/disclosures", "/account/data/history", "/account/activity"):
        assert "police" not in client.get(page).text
    about_anna = select(func.count()).where(
        AuditEntry.subject_id == anna.id, AuditEntry.action == Action.DISCLOSURE_RECORDED
    )
    assert db.session.scalar(about_anna) == 0
    subject = db.session.get_one(Subject, anna.id)
    assert disclosures.told_to(subject, today=TODAY) == []
    assert len(disclosures.told_to(subject, today=TODAY + timedelta(days=1))) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "stranger@example.org"},
        {"email": "nonsense"},
        {"recipient": ""},
        {"legal_basis": " "},
        {"data": "card 4242 4242 4242 4242"},
        {"disclosed_on": str(TODAY + timedelta(days=1))},
        {"disclosed_on": "yesterday"},
        {"secret_until": str(TODAY - timedelta(days=1))},
    ],
    ids=str,
)
def test_what_is_not_complete_or_cannot_be_is_explained(office: PageClient, wrong: dict[str, str]) -> None:
    person()
    assert office.submit(NEW, ENTRY | wrong).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Disclosure)) == 0


def test_support_does_not_see_the_register(app: Flask) -> None:
    support = signed_in(another_browser(app), person("olga@example.org", role=Role.SUPPORT))
    assert support.get("/staff/disclosures").status_code == 403


def test_pages_lead_through_the_register_and_back(office: PageClient) -> None:
    anna, by = db.session.get_one(Subject, person().id), db.session.scalars(select(Subject).limit(1)).one()
    details = {"recipient": "Bank", "data": "d", "reason": "r", "legal_basis": "l", "secret_until": None}
    for number in range(disclosures.PAGE + 2):
        day = TODAY - timedelta(days=number // 2)
        disclosures.record(anna, details | {"disclosed_on": day}, by=by, now=utc_now())
    db.session.commit()
    first = disclosures.page()
    second = disclosures.page(older_than=first.older_than)
    assert len(second.entries) == 2
    assert disclosures.page(newer_than=second.newer_than).entries == first.entries
    assert office.get(f"/staff/disclosures?older_than={first.older_than}").text.count("Bank") == 2
