"""A forgotten password: by a link to the mailbox, for one change."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import another_browser, can_sign_in, csrf_token, without_secrets
from tests.accounts.mailbox import link, newest, subjects
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay
from webapp.accounts import password_resets
from webapp.accounts.models import Account
from webapp.accounts.routes.password import COOKIE
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db

ANNA = "anna@example.org"
NEW = "eleven glaciers, one marmot"
RunJobs = Callable[[], None]


def ask(client: PageClient, email: str = ANNA) -> None:
    assert client.submit("/password/forgotten", {"email": email}).location == "/password/forgotten/sent"


def open_link(client: PageClient, address: str) -> None:
    assert client.get(address).location == "/password/new"
    assert client.get("/password/new").status_code == 200


def test_a_forgotten_password_is_replaced(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    person()
    ask(client)
    run_jobs()
    open_link(client, link(newest(relay, ANNA)))
    assert client.submit("/password/new", {"password": NEW}).location == "/sign-in"
    assert "Your new password is set" in client.get("/sign-in").text
    assert client.get("/account/profile").status_code == 303  # no link signs anyone in
    assert not can_sign_in(client, ANNA)
    assert can_sign_in(client, ANNA, NEW)
    run_jobs()
    assert subjects(relay, ANNA) == ["Choose a new password", "Your password was changed"]
    changed = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == Action.PASSWORD_CHANGED))
    assert len(changed.all()) == 1


def test_a_new_password_ends_every_sign_in(
    client: PageClient, app: Flask, run_jobs: RunJobs, relay: TestRelay, sign_in: Callable[[Person], PageClient]
) -> None:
    sign_in(person())
    owner = another_browser(app)
    ask(owner)
    run_jobs()
    open_link(owner, link(newest(relay, ANNA)))
    assert client.get("/account/profile").status_code == 200
    owner.submit("/password/new", {"password": NEW})
    assert client.get("/account/profile").status_code == 303


def test_the_token_leaves_the_address_at_once(client: PageClient) -> None:
    account = db.session.get_one(Account, person().id)
    token = password_resets.link_token(account, now=utc_now())
    response = client.get(f"/password/reset/{token}")
    cookie = client.get_cookie(COOKIE)
    assert cookie
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Lax", 1800)
    assert token not in response.location
    assert token not in client.get("/password/new").text


def test_nobody_learns_whether_there_is_an_account(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    person()
    answers = [client.submit("/password/forgotten", {"email": email}) for email in (ANNA, "nobody@example.org")]
    assert len({(answer.status_code, answer.location) for answer in answers}) == 1
    assert len({without_secrets(client.get(answer.location).text) for answer in answers}) == 1
    run_jobs()
    assert [received.to for received in relay.received] == [ANNA]


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@example.org\0", "a\r\nBcc: b@example.org", "a" * 300 + "@example.org"]
)
def test_what_is_no_address_is_refused(client: PageClient, email: str) -> None:
    response = client.submit("/password/forgotten", {"email": email})
    assert response.status_code == 422
    assert 'class="error"' in response.text


def test_asking_often_sends_one_email(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    person()
    for _ in range(3):
        ask(client)
    run_jobs()
    assert len(relay.received) == 1


def test_scanners_that_open_the_link_fifty_times_use_nothing_up(
    client: PageClient, app: Flask, run_jobs: RunJobs, relay: TestRelay
) -> None:
    person()
    ask(client)
    run_jobs()
    address, scanner = link(newest(relay, ANNA)), another_browser(app)
    for _ in range(25):
        assert scanner.get(address).status_code == 303
        assert scanner.head(address).status_code == 303
        assert scanner.get("/password/new").status_code == 200
    open_link(client, address)
    assert client.submit("/password/new", {"password": NEW}).status_code == 303


def test_a_second_press_changes_nothing_and_says_so(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    person()
    ask(client)
    run_jobs()
    address = link(newest(relay, ANNA))
    open_link(client, address)
    token = csrf_token(client, "/password/new")
    assert client.post("/password/new", data={"password": NEW, "csrf_token": token}).status_code == 303
    again = client.post("/password/new", data={"password": "quite another password", "csrf_token": token})
    assert again.status_code == 410
    assert "This link was used already" in again.text
    assert client.get(address).status_code == 410
    assert can_sign_in(client, ANNA, NEW)


def test_links_die_when_the_password_or_the_address_changes(client: PageClient) -> None:
    account = db.session.get_one(Account, person().id)
    tokens = [password_resets.link_token(account, now=utc_now()) for _ in range(2)]
    client.get(f"/password/reset/{tokens[0]}")
    client.submit("/password/new", {"password": NEW})
    assert client.get(f"/password/reset/{tokens[1]}").status_code == 410
    account = db.session.scalars(select(Account)).one()
    token = password_resets.link_token(account, now=utc_now())
    account.subject.address_hash = b"another"
    assert client.get(f"/password/reset/{token}").status_code == 410


def test_a_link_lives_thirty_minutes(client: PageClient) -> None:
    account = db.session.get_one(Account, person().id)
    old, older = (
        password_resets.link_token(account, now=utc_now() - age)
        for age in (timedelta(minutes=29), timedelta(minutes=30, seconds=2))
    )
    assert client.get(f"/password/reset/{old}").status_code == 303
    answer = client.get(f"/password/reset/{older}")
    assert answer.status_code == 410
    assert "This link is too old" in answer.text
    client.set_cookie(COOKIE, older)
    assert client.submit("/password/new", {"password": NEW}, page="/sign-in").status_code == 410
    assert can_sign_in(client, ANNA)


@pytest.mark.parametrize("spoil", [lambda t: t[:-2], lambda t: t[:9], lambda t: "x" + t, lambda t: "."])
def test_a_truncated_or_changed_link_says_so(client: PageClient, spoil: Callable[[str], str]) -> None:
    token = password_resets.link_token(db.session.get_one(Account, person().id), now=utc_now())
    answer = client.get(f"/password/reset/{spoil(token)}")
    assert answer.status_code == 404
    assert "This link does not work" in answer.text
    assert client.get_cookie(COOKIE) is None


def test_the_form_needs_the_link(client: PageClient) -> None:
    assert client.get("/password/new").status_code == 404
    assert client.submit("/password/new", {"password": NEW}, page="/sign-in").status_code == 404


@pytest.mark.parametrize(
    "password", ["", "too short", "p" * 257, "with a null \0 byte in it", "anna keller 1984 zuerich", PASSWORD[:14]]
)
def test_a_bad_password_is_refused_and_the_link_stays_good(client: PageClient, password: str) -> None:
    token = password_resets.link_token(db.session.get_one(Account, person().id), now=utc_now())
    client.get(f"/password/reset/{token}")
    response = client.submit("/password/new", {"password": password})
    assert response.status_code == 422
    assert 'class="error"' in response.text
    assert client.submit("/password/new", {"password": NEW}).status_code == 303


def test_the_form_without_its_csrf_token_is_refused(client: PageClient) -> None:
    token = password_resets.link_token(db.session.get_one(Account, person().id), now=utc_now())
    client.get(f"/password/reset/{token}")
    assert client.post("/password/new", data={"password": NEW}).status_code == 400
    assert can_sign_in(client, ANNA)
