"""The strength of a password, shown while it is typed."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.accounts.browsers import another_browser, csrf_token
from tests.accounts.mailbox import link, newest
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay
from webapp.accounts.routes.strength import WHILE_TYPING
from webapp.app import create_app
from webapp.config import Settings
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
