"""The page of the addresses that get no marketing."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import select

from tests.pages import PageClient
from tests.people import Person, person
from webapp.access import Role
from webapp.audit import Action, AuditEntry
from webapp.campaigns.suppression_list import PAGE
from webapp.clock import utc_now
from webapp.consents import suppressions
from webapp.consents.models import Suppression, SuppressionReason
from webapp.db import db
from webapp.mail.bounces.models import ReturnedEmail, ReturnKind
from webapp.subjects.addresses import address_hash

SignIn = Callable[[Person], PageClient]
LIST = "/marketing/suppressions"


@pytest.fixture
def marketer(app: Flask, sign_in: SignIn) -> PageClient:
    return sign_in(person("mara@example.org", role=Role.MARKETER))


@pytest.fixture
def anna(app: Flask) -> Person:
    return person("anna@example.org")


def suppress(email: str, reason: SuppressionReason, *, days_ago: int = 0) -> str:
    hashed = address_hash(email)
    db.session.add(Suppression(address_hash=hashed, reason=reason, at=utc_now() - timedelta(days=days_ago)))
    db.session.commit()
    return f"{LIST}/{hashed.hex()}"


def came_back(who: Person) -> None:
    words = "550 5.1.1 no such user here"
    db.session.add(
        ReturnedEmail(
            subject_id=who.id, at=utc_now(), kind=ReturnKind.HARD_BOUNCE, delivery_id=1, status="5.1.1", words=words
        )
    )
    db.session.commit()


def test_an_address_is_looked_up_without_standing_in_the_web_address(marketer: PageClient, anna: Person) -> None:
    place = suppress(anna.email, SuppressionReason.HARD_BOUNCE)
    came_back(anna)
    answer = marketer.submit(LIST, {"email": " Anna@Example.org "})
    assert answer.status_code == 303
    assert answer.location == place
    page = marketer.get(place).text
    assert "No such mailbox" in page
    assert "550 5.1.1 no such user here" in page
    assert "a•••@example.org" in page
    assert anna.email not in page


def test_an_address_that_is_not_on_the_list_is_said_to_be_so(marketer: PageClient) -> None:
    answer = marketer.submit(LIST, {"email": "somebody@example.org"}, follow_redirects=True)
    assert "Not on the list" in answer.text


@pytest.mark.parametrize("typed", ["", "anna", "anna@", "@example.org", "a b@example.org"])
def test_what_is_no_address_is_not_looked_up(typed: str, marketer: PageClient) -> None:
    answer = marketer.submit(LIST, {"email": typed})
    assert answer.status_code == 422
    assert "email address" in answer.text


@pytest.mark.parametrize("reason", SuppressionReason)
def test_staff_takes_off_only_what_is_about_the_mailbox(
    reason: SuppressionReason, marketer: PageClient, anna: Person
) -> None:
    place = suppress(anna.email, reason)
    allowed = reason in (SuppressionReason.HARD_BOUNCE, SuppressionReason.SOFT_BOUNCE)
    assert ("Take it off the list" in marketer.get(place).text) is allowed
    assert marketer.submit(f"{place}/lifting", page=place).status_code == 303
    assert (suppressions.of(address_hash(anna.email)) == []) is allowed
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.action == Action.SUPPRESSION_LIFTED)).all()
    assert [entry.subject_id for entry in noted] == ([anna.id] if allowed else [])


def test_an_address_that_nobody_has_is_taken_off_too(marketer: PageClient) -> None:
    place = suppress("nobody@example.org", SuppressionReason.HARD_BOUNCE)
    assert "not kept" in marketer.get(LIST).text
    for _ in range(2):
        assert marketer.submit(f"{place}/lifting", page=place).status_code == 303
    assert suppressions.of(address_hash("nobody@example.org")) == []


def test_the_list_goes_on_page_by_page(marketer: PageClient) -> None:
    for number in range(PAGE + 1):
        suppress(f"reader{number}@example.org", SuppressionReason.EVERYTHING_OFF, days_ago=number)
    first = marketer.get(LIST).text
    assert "Wants no marketing" in first
    assert "older_than=" in first
    second = marketer.get(LIST, query_string={"older_than": place_in(first, "older_than")}).text
    assert second.count("Wants no marketing") < first.count("Wants no marketing")
    back = marketer.get(LIST, query_string={"newer_than": place_in(second, "newer_than")})
    assert back.status_code == 200


def place_in(page: str, name: str) -> str:
    return unquote(page.partition(f"{name}=")[2].partition('"')[0])


@pytest.mark.parametrize("place", [f"{LIST}/zz", f"{LIST}?older_than=yesterday"])
def test_a_broken_address_leads_nowhere(place: str, marketer: PageClient) -> None:
    assert marketer.get(place).status_code == 404
