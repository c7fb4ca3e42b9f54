"""The strength of a password, shown while it is typed."""

from collections.abc import Callable

import pyotp
import pytest
from flask import Flask

from tests.accounts.browsers import another_browser, csrf_token
from tests.accounts.mailbox import link, newest
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay
from webapp.accounts.factors import enrolment
from webapp.accounts.models import Account
from webapp.accounts.routes.strength import WHILE_TYPING
from webapp.app import create_app
from webapp.config import Settings
from webapp.db import db
from webapp.guard import limiter

URL = "/password/new/strength"


def shown(client: PageClient, password: str, *, page: str = "/sign-up", **more: str) -> str:
    token = csrf_token(client, page)
    headers = {"HX-Request": "true", "X-CSRFToken": token}
    answer = client.post(URL, data={"password": password, **more}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert password not in answer.text or not password
    assert 'id="password-strength"' in answer.text
    return answer.text


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("seven", "5 of at least 15 characters"),
        ("PolniyPizdec0211", "known from a theft"),
        ("abcabcabcabcabcabc", "guessed quickly"),
        ("eveningmonday12", "Fair: one more word"),
        (PASSWORD, "Strong"),
        ("🦄🏔️🧀🐄🚠🎿🍫🕰️🐐🌲🏞️🧭", "Strong"),
        ("m" + " alpine rose" * 30, "no more than 256 characters"),
        ("a null \0 byte in the middle", "null character"),
    ],
)
def test_it_says_how_strong_a_password_is_and_what_is_missing(client: PageClient, password: str, says: str) -> None:
    assert says in shown(client, password)


def test_nothing_typed_shows_nothing(client: PageClient) -> None:
    assert "Strength" not in shown(client, "")
    assert "Strength" not in client.get("/sign-up").text


def test_what_was_entered_beside_it_counts(client: PageClient) -> None:
    assert "Leave out “Annabelle”" in shown(client, "annabelle in a meadow", given_name="Annabelle")
    assert "Strong" in shown(client, "annabelle in a meadow")


def test_for_whoever_is_signed_in_what_is_known_of_them_counts(
    client: PageClient, sign_in: Callable[[Person], PageClient]
) -> None:
    sign_in(person(family_name="Ammann"))
    assert "Leave out “Ammann”" in shown(client, "ammann in a meadow", page="/account/profile")


def test_behind_the_link_of_a_reset_too(
    client: PageClient, app: Flask, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    who = person(family_name="Ammann")
    client.submit("/password/forgotten", {"email": who.email})
    run_jobs()
    client.get(link(newest(relay, who.email)))
    assert "Leave out “Ammann”" in shown(client, "ammann in a meadow", page="/password/new")
    assert "Strong" in shown(another_browser(app), "ammann in a meadow")


def test_every_form_for_a_new_password_asks(client: PageClient, sign_in: Callable[[Person], PageClient]) -> None:
    assert f'hx-post="{URL}"' in client.get("/sign-up").text
    sign_in(person())
    form = client.get("/account/security/password").text
    assert f'hx-post="{URL}"' in form
    assert "15 characters or more" in form


def test_it_needs_a_csrf_token(client: PageClient) -> None:
    assert client.post(URL, data={"password": PASSWORD}).status_code == 400


def test_typing_very_fast_stops_the_estimate_and_not_the_form(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", limiter.enabled)  # the app below switches it on for all
    limited = create_app(settings.model_copy(update={"rate_limits": True}))
    client = PageClient(limited, limited.response_class)
    headers = {"X-CSRFToken": csrf_token(client, "/sign-up")}
    times = int(WHILE_TYPING.split()[0])
    codes = [client.post(URL, data={"password": "short"}, headers=headers).status_code for _ in range(times + 1)]
    assert codes == [200] * times + [204]
    assert client.post("/sign-up", data={}, headers=headers).status_code == 422


def test_beside_a_second_factor_a_shorter_password_will_do_until_the_factor_is_gone(
    client: PageClient,
) -> None:
    who = person(authenticator=True)
    client.submit("/sign-in", {"email": who.email, "password": who.password})
    client.submit("/sign-in/second-factor", {"code": pyotp.TOTP(str(who.authenticator_key)).now()})
    url, short = "/account/security/password", "q7 Gämsi"
    assert "8 characters or more" in client.get(url).text
    assert "Fair" in shown(client, short, page="/account/profile")
    assert client.submit(url, {"current_password": who.password, "password": "7 chars"}).status_code == 422
    assert client.submit(url, {"current_password": who.password, "password": short}).status_code == 303
    assert "Choose a longer password" not in client.get("/account").text
    enrolment.turn_off(db.session.get_one(Account, who.id))
    assert "Choose a longer password" in client.get("/account").text
    assert "15 characters or more" in client.get(url).text
    long = "eleven glaciers, one marmot"
    assert client.submit(url, {"current_password": short, "password": long}).status_code == 303
    assert "Choose a longer password" not in client.get("/account").text
