"""The security page: changing the password."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.accounts.browsers import another_browser, can_sign_in, csrf_token
from tests.accounts.mailbox import subjects, titled
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay

ANNA, NEW = "anna@example.org", "eleven glaciers, one marmot"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def anna(client: PageClient, sign_in: Callable[[Person], PageClient]) -> Person:
    anna = person(ANNA)
    sign_in(anna)
    return anna


def is_in(client: PageClient) -> bool:
    return client.get("/account/security").status_code == 200


def change(client: PageClient, password: str = NEW, current: str = PASSWORD, **more: object) -> tuple[int, str]:
    data = {"current_password": current, "password": password}
    response = client.submit("/account/security/password", data, **more)
    return response.status_code, response.text


def test_a_new_password_signs_out_the_other_devices_and_is_told(
    client: PageClient, app: Flask, anna: Person, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    other = another_browser(app)
    assert can_sign_in(other, ANNA)
    assert change(client)[0] == 303
    assert "Your password is changed." in client.get("/account/security").text
    assert is_in(client)
    assert not is_in(other)
    assert not can_sign_in(other, ANNA)
    assert can_sign_in(other, ANNA, NEW)
    run_jobs()
    assert "Your password was changed" in subjects(relay, ANNA)
    assert "http://localhost/password/forgotten" in titled(relay, ANNA, "Your password was changed").text


@pytest.mark.parametrize(
    ("password", "current"),
    [
        (NEW, "not her password"),
        (NEW, ""),
        ("", PASSWORD),
        ("too short", PASSWORD),
        ("p" * 257, PASSWORD),
        ("with a null \0 byte in it", PASSWORD),
        ("anna keller 1984 zürich", PASSWORD),
    ],
)
def test_a_password_change_that_is_refused(
    client: PageClient, app: Flask, anna: Person, password: str, current: str
) -> None:
    status, page = change(client, password, current)
    assert status == 422
    assert 'class="error"' in page
    status, fragment = change(client, password, current, headers=HTMX)
    assert status == 422
    assert "<html" not in fragment
    assert 'id="security-password"' in fragment
    assert can_sign_in(another_browser(app), ANNA)


def test_sending_the_password_form_twice_is_harmless(client: PageClient, anna: Person) -> None:
    data = {
        "current_password": PASSWORD,
        "password": NEW,
        "csrf_token": csrf_token(client, "/account/security/password"),
    }
    answers = [client.post("/account/security/password", data=data).status_code for _ in range(2)]
    assert answers == [303, 422]
    assert is_in(client)
