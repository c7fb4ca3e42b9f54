"""Signing in and out, and what nobody may learn from it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import another_browser, can_sign_in, csrf_token, without_secrets
from tests.accounts.mailbox import subjects
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay
from webapp.accounts import passwords
from webapp.accounts.models import Account, DeviceSession, SignUp
from webapp.accounts.next_page import local_path
from webapp.app import create_app
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db
from webapp.guard import limiter

SignIn = Callable[[Person], PageClient]
ANNA = "anna@example.org"


def test_a_person_signs_in_and_out(client: PageClient, sign_in: SignIn) -> None:
    sign_in(person())
    assert client.get("/account/profile").status_code == 200
    assert client.get("/sign-in").location == "/account"
    assert client.submit("/sign-out", page="/account/profile").location == "/"
    assert client.get("/account/profile").status_code == 303
    assert [entry.action for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))] == [
        Action.SIGNED_IN,
        Action.SIGNED_OUT,
    ]


def test_the_address_may_be_written_in_capitals_and_with_blanks(client: PageClient) -> None:
    person()
    assert can_sign_in(client, " ANNA@Example.ORG ")


def test_the_same_letter_may_be_typed_in_two_ways(client: PageClient) -> None:
    anna = person()
    db.session.get_one(Account, anna.id).password_hash = passwords.hashed(
        "Zu\u0308rich, Sto\u0308ckli, Ra\u0308ssch\u00e4s"
    )
    assert can_sign_in(client, ANNA, "Z\u00fcrich, St\u00f6ckli, R\u00e4ssch\u00e4s")


@pytest.mark.parametrize("confirmed", [True, False])
def test_nobody_learns_why_it_did_not_work(client: PageClient, confirmed: bool) -> None:
    person(confirmed=confirmed)
    tries = [
        (ANNA, "not her password"),
        (ANNA, "nor this, with a null \0 byte"),
        (ANNA, "p" * 300),
        ("nobody@example.org", PASSWORD),
        ("not an address", PASSWORD),
        ("nobody@example.org\0", PASSWORD),
    ]
    if not confirmed:
        tries.append((ANNA, PASSWORD))
    answers = set()
    for email, password in tries:
        page = client.submit("/sign-in", {"email": email, "password": password})
        answers.add((page.status_code, without_secrets(page.text.replace(f'value="{email}"', ""))))
    assert len(answers) == 1


def test_a_refusal_takes_a_hash_and_an_audit_entry_whoever_asks(
    client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    person()
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  # argon2's own name
            verified.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "hasher", Counting(1, 64, 1))
    for email in (ANNA, "nobody@example.org", "not an address"):
        assert not can_sign_in(client, email, "not the password")
    assert len(verified) == 3
    refused = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == Action.SIGN_IN_REFUSED).order_by(AuditEntry.id)
    ).all()
    assert [entry.subject_id is not None for entry in refused] == [True, False, False]


@pytest.mark.parametrize("data", [{}, {"email": ANNA}, {"password": PASSWORD}, {"email": "", "password": ""}])
def test_an_empty_form_says_what_is_missing(client: PageClient, data: dict[str, str]) -> None:
    response = client.submit("/sign-in", data)
    assert response.status_code == 422
    assert 'class="error"' in response.text


def test_who_did_not_confirm_yet_gets_the_link_again_but_not_all_the_time(
    client: PageClient, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    data = {"email": ANNA, "password": PASSWORD, "given_name": "Anna", "family_name": "Keller"}
    client.submit("/sign-up", data)
    assert not can_sign_in(client, ANNA)
    run_jobs()
    assert len(relay.received) == 1
    db.session.scalars(select(SignUp)).one().link_sent_at = utc_now() - timedelta(minutes=11)
    assert not can_sign_in(client, ANNA, "not her password")
    run_jobs()
    assert len(relay.received) == 1
    assert not can_sign_in(client, ANNA)
    assert not can_sign_in(client, ANNA)
    run_jobs()
    assert subjects(relay, ANNA) == ["Confirm your email address"] * 2


def test_a_page_that_asked_for_sign_in_comes_next(client: PageClient) -> None:
    person()
    wanted = client.get("/account/security?row=password").location
    assert wanted == "/sign-in?next=/account/security?row%3Dpassword"
    assert 'name="next" value="/account/security?row=password"' in client.get(wanted).text
    data = {"email": ANNA, "password": PASSWORD, "next": "/account/security?row=password"}
    assert client.submit("/sign-in", data).location == "/account/security?row=password"


ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/\t/evil.example",
    "/\r\nSet-Cookie: a=b",
    "\t//evil.example",
    "/\0",
    "",
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_the_next_page_is_never_elsewhere(client: PageClient, elsewhere: str) -> None:
    person()
    assert "evil" not in client.get("/sign-in", query_string={"next": elsewhere}).text
    data = {"email": ANNA, "password": PASSWORD, "next": elsewhere}
    assert client.submit("/sign-in", data).location == "/account"
    assert client.get("/sign-in", query_string={"next": elsewhere}).location == "/account"
    language = client.submit("/language", {"language": "de", "next": elsewhere}, page="/account/profile")
    assert language.location == "/"


@pytest.mark.parametrize("here", ["/", "/account", "/account?a=b&c=//d", "/straße/ü"])
def test_the_next_page_may_be_any_of_ours(here: str) -> None:
    assert local_path(here) == here


def test_signing_in_on_two_tabs_leaves_one_session(client: PageClient) -> None:
    person()
    token = csrf_token(client, "/sign-in")
    for _ in range(2):
        data = {"email": ANNA, "password": PASSWORD, "csrf_token": token}
        assert client.post("/sign-in", data=data).status_code == 303
    in_order = select(DeviceSession).order_by(DeviceSession.signed_in_at)
    assert [device.ended_at is None for device in db.session.scalars(in_order)] == [False, True]


def test_signing_out_on_two_tabs_is_harmless(client: PageClient, sign_in: SignIn) -> None:
    sign_in(person())
    token = csrf_token(client, "/account/profile")
    answers = [client.post("/sign-out", data={"csrf_token": token}) for _ in range(2)]
    assert [answer.location for answer in answers] == ["/", "/"]


def test_signing_in_and_out_need_a_csrf_token(client: PageClient, sign_in: SignIn) -> None:
    sign_in(person())
    assert client.post("/sign-out").status_code == 400
    assert client.get("/account/profile").status_code == 200
    assert client.post("/sign-in", data={"email": ANNA, "password": PASSWORD}).status_code == 400


def test_a_cookie_is_worth_nothing_after_signing_out(client: PageClient, app: Flask, sign_in: SignIn) -> None:
    sign_in(person())
    cookie = client.get_cookie("session")
    assert cookie
    client.submit("/sign-out", page="/account/profile")
    thief = another_browser(app)
    thief.set_cookie("session", cookie.value)
    assert thief.get("/account/profile").status_code == 303


def test_a_password_kept_in_an_older_manner_is_kept_in_todays_manner_from_now_on(client: PageClient) -> None:
    anna = person()
    older = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    db.session.get_one(Account, anna.id).password_hash = older
    assert can_sign_in(client, ANNA)
    kept = db.session.get_one(Account, anna.id).password_hash
    assert kept != older
    assert not passwords.is_outdated(kept)
    client.submit("/sign-out", page="/account/profile")
    assert can_sign_in(client, ANNA)


def test_guessing_is_slowed_down(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "enabled", limiter.enabled)  # the app below switches it on for all
    limited = create_app(settings.model_copy(update={"rate_limits": True}))
    client = PageClient(limited, limited.response_class)
    for path in ("/sign-in", "/sign-up", "/password/forgotten"):
        token = csrf_token(client, path)
        codes = [client.post(path, data={"csrf_token": token}).status_code for _ in range(21)]
        assert codes == [422] * 20 + [429]
        assert client.get(path).status_code == 200
