"""The security page: changing the password, and the devices that are signed in."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import another_browser, can_sign_in, csrf_token
from tests.accounts.mailbox import newest, subjects
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay
from webapp.accounts import devices
from webapp.accounts.models import DeviceSession
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db

ANNA, NEW = "anna@example.org", "eleven glaciers, one marmot"
HTMX = {"HX-Request": "true"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
EDGE = CHROME + " Edg/141.0.0.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605 Version/18.5 Mobile/15 Safari/604"


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
    assert subjects(relay, ANNA) == ["Your password was changed"]
    assert "http://localhost/password/forgotten" in newest(relay, ANNA).text


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


def test_the_devices_are_listed_the_one_at_hand_first(client: PageClient, app: Flask, anna: Person) -> None:
    other = another_browser(app)
    other.submit("/sign-in", {"email": ANNA, "password": PASSWORD}, headers={"User-Agent": SAFARI})
    page = client.get("/account/security").text
    assert page.count("This device") == 1
    assert page.index("This device") < page.index("Safari on iPhone")
    assert "from 127.0.0.1" in page
    assert "Last seen" in page


def test_a_device_can_be_signed_out(client: PageClient, app: Flask, anna: Person) -> None:
    other, third = another_browser(app), another_browser(app)
    assert can_sign_in(other, ANNA)
    first_id = db.session.scalars(select(DeviceSession.id).order_by(DeviceSession.signed_in_at.desc())).first()
    assert can_sign_in(third, ANNA)
    url = f"/account/devices/{first_id}/sign-out"
    for _ in range(2):
        fragment = client.submit(url, page="/account/security", headers=HTMX)
        assert fragment.status_code == 200
        assert 'id="devices"' in fragment.text
        assert "That device is signed out." in fragment.text
    assert [is_in(browser) for browser in (client, other, third)] == [True, False, True]


def test_all_other_devices_can_be_signed_out(client: PageClient, app: Flask, anna: Person) -> None:
    other = another_browser(app)
    assert can_sign_in(other, ANNA)
    answer = client.submit("/account/devices/sign-out-others", page="/account/security")
    assert answer.location == "/account/security#devices"
    assert is_in(client)
    assert not is_in(other)
    assert "Sign out everywhere else" not in client.get("/account/security").text


def test_nobody_signs_out_the_devices_of_another(client: PageClient, app: Flask, anna: Person) -> None:
    bea = another_browser(app)
    person("bea@example.org")
    assert can_sign_in(bea, "bea@example.org")
    for device_id in db.session.scalars(select(DeviceSession.id)):
        bea.submit(f"/account/devices/{device_id}/sign-out", page="/account/profile")
    assert is_in(client)
    assert can_sign_in(bea, "bea@example.org")
    bea.submit("/account/devices/sign-out-others", page="/account/security")
    assert is_in(client)


def test_an_unknown_device_is_no_error(client: PageClient, anna: Person) -> None:
    assert client.submit(f"/account/devices/{uuid4()}/sign-out", page="/account/security").status_code == 303
    assert client.submit("/account/devices/x/sign-out", page="/account/security").status_code == 404


@pytest.mark.parametrize("path", ["sign-out-others", "00000000-0000-0000-0000-000000000000/sign-out"])
def test_signing_out_devices_needs_a_csrf_token(client: PageClient, anna: Person, path: str) -> None:
    assert client.post(f"/account/devices/{path}").status_code == 400


def test_a_sign_in_ends_by_itself(client: PageClient, anna: Person, settings: Settings) -> None:
    device = db.session.scalars(select(DeviceSession)).one()
    device.seen_at = utc_now() - settings.session_idle + timedelta(minutes=5)
    assert is_in(client)
    device.signed_in_at = utc_now() - settings.session_absolute - timedelta(minutes=1)
    assert not is_in(client)
    device.signed_in_at, device.seen_at = utc_now(), utc_now() - settings.session_idle - timedelta(minutes=1)
    assert not is_in(client)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Windows"),
        (EDGE, "Edge on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("curl/8.0", "Unknown browser"),
        ("Something (Android 15)", "Android"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
    ],
)
def test_devices_are_named_by_browser_and_system(app: Flask, user_agent: str, name: str) -> None:
    with app.test_request_context():
        assert devices.name_of(user_agent) == name
