"""Deleting what is held about somebody without an account: a letter, a link, and a code from another email."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import another_browser
from tests.accounts.mailbox import link, newest
from tests.pages import PageClient
from tests.people import person
from tests.privacy.erasure.test_life import LATER, hidden, the_one
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy import mailed_codes
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure.models import Cause, Erasure, ErasureState
from webapp.subjects import subjects

NORA = "nora@example.org"


@pytest.fixture
def link_to_nora(app: Flask, run_jobs: Callable[[], None], relay: TestRelay) -> str:
    subjects.find_or_create(NORA, language="en")
    db.session.commit()
    office = signed_in(another_browser(app), person("olga@example.org", role=Role.SUPPORT))
    entries = {"email": NORA, "reason": "a letter", "asked_on": str(utc_now().date())}
    assert office.submit("/staff/erasures/new", entries).status_code == 303
    run_jobs()
    return link(newest(relay, NORA))


def test_staff_start_it_from_the_list_of_deletions_and_come_back_there(app: Flask) -> None:
    subjects.find_or_create(NORA, language="en")
    db.session.commit()
    office = signed_in(another_browser(app), person("olga@example.org", role=Role.SUPPORT))
    form = re.findall(r'href="([^"]*)"[^>]*>(?:(?!</a>).)*Start a deletion', office.get("/staff/erasures").text, re.S)
    assert form == ["/staff/erasures/new"]
    entries = {"email": NORA, "reason": "a letter", "asked_on": str(utc_now().date())}
    answer = office.submit(form[0], entries)
    assert answer.location == "/staff/erasures"
    assert "We wrote to the address on file" in office.get(answer.location).text


def test_link_and_code_show_the_plan_and_confirm_it(
    client: PageClient, link_to_nora: str, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    assert "Of " not in client.get(link_to_nora).text
    page = opened(client, link_to_nora, run_jobs, relay)
    assert "Yes, delete my data" in page
    client.submit(f"{link_to_nora}/agreement", {"plan": hidden(page, "plan")}, page=link_to_nora)
    erasure = the_one()
    assert (erasure.state, erasure.cause) == (ErasureState.CONFIRMED, Cause.STAFF)
    for _ in erasures.work_on(erasure.id, now=utc_now() + LATER):
        db.session.commit()
    db.session.commit()
    assert subjects.find(NORA) is None


def test_without_the_code_nothing_is_shown_and_nothing_confirmed(client: PageClient, link_to_nora: str) -> None:
    plan = the_one().plan_hash
    client.submit(f"{link_to_nora}/agreement", {"plan": plan}, page=link_to_nora)
    assert the_one().state is ErasureState.PLANNED


def test_a_wrong_code_counts(client: PageClient, link_to_nora: str) -> None:
    client.submit(f"{link_to_nora}/code", page=link_to_nora)
    for _ in range(mailed_codes.TRIES):
        assert "This is not the code" in client.submit(link_to_nora, {"code": "000000"}).text
    assert "does not work any more" in client.submit(link_to_nora, {"code": "000000"}).text


def test_who_did_not_ask_ends_it_without_a_code(client: PageClient, link_to_nora: str) -> None:
    client.submit(f"{link_to_nora}/cancellation", page=link_to_nora)
    assert the_one().state is ErasureState.CANCELLED


def test_who_has_an_account_by_now_signs_in_for_it(client: PageClient, link_to_nora: str) -> None:
    person(NORA)
    assert client.get(link_to_nora).headers["Location"] == "/account/erasure"


def test_staff_start_none_for_strangers_and_for_people_with_an_account(app: Flask, client: PageClient) -> None:
    signed_in(client, person("olga@example.org", role=Role.SUPPORT))
    person("anna@example.org")
    today = str(utc_now().date())
    for address, said in {"nobody@example.org": "We hold nothing", "anna@example.org": "has an account"}.items():
        answer = client.submit("/staff/erasures/new", {"email": address, "reason": "a letter", "asked_on": today})
        assert said in answer.text
    assert db.session.scalars(select(Erasure)).all() == []


def opened(client: PageClient, path: str, run_jobs: Callable[[], None], relay: TestRelay) -> str:
    client.submit(f"{path}/code", page=path)
    run_jobs()
    code = re.search(r"^(\d{6})\s*$", newest(relay, NORA).text, re.MULTILINE)
    assert code
    client.submit(path, {"code": code[1]})
    return client.get(path).text
