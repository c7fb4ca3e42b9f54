"""Where a person is signed in, ending it from afar, shared computers, and browsers that we do not know yet."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, url_for
from sqlalchemy import select, update
from werkzeug.routing import AnyConverter, IntegerConverter

from tests.accounts.browsers import another_browser, can_sign_in
from tests.accounts.mailbox import newest, subjects
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay
from tests.sweeping import swept
from webapp import access
from webapp.accounts import devices, known_devices
from webapp.accounts.models import DeviceSession, KnownDevice
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db

ANNA = "anna@example.org"
NEW_DEVICE = "Somebody signed in from a new device"
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
    return client.get("/account/devices").status_code == 200


def sign_in_here(client: PageClient, **entries: str) -> None:
    answer = client.submit("/sign-in", {"email": ANNA, "password": PASSWORD, **entries}, headers={"User-Agent": SAFARI})
    assert answer.status_code == 303


def test_the_devices_are_listed_the_one_at_hand_first(client: PageClient, app: Flask, anna: Person) -> None:
    other = another_browser(app)
    other.submit("/sign-in", {"email": ANNA, "password": PASSWORD}, headers={"User-Agent": SAFARI})
    page = client.get("/account/devices").text
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
        fragment = client.submit(url, page="/account/devices", headers=HTMX)
        assert fragment.status_code == 200
        assert 'id="devices"' in fragment.text
        assert "That device is signed out." in fragment.text
    assert [is_in(browser) for browser in (client, other, third)] == [True, False, True]


def test_all_other_devices_can_be_signed_out(client: PageClient, app: Flask, anna: Person) -> None:
    other = another_browser(app)
    assert can_sign_in(other, ANNA)
    answer = client.submit("/account/devices/sign-out-others", page="/account/devices")
    assert answer.location == "/account/devices"
    assert is_in(client)
    assert not is_in(other)
    assert "Sign out everywhere else" not in client.get("/account/devices").text


def test_nobody_signs_out_the_devices_of_another(client: PageClient, app: Flask, anna: Person) -> None:
    bea = another_browser(app)
    person("bea@example.org")
    assert can_sign_in(bea, "bea@example.org")
    for device_id in db.session.scalars(select(DeviceSession.id)):
        bea.submit(f"/account/devices/{device_id}/sign-out", page="/account/profile")
    assert is_in(client)
    assert can_sign_in(bea, "bea@example.org")
    bea.submit("/account/devices/sign-out-others", page="/account/devices")
    assert is_in(client)


def test_an_unknown_device_is_no_error(client: PageClient, anna: Person) -> None:
    assert client.submit(f"/account/devices/{uuid4()}/sign-out", page="/account/devices").status_code == 303
    assert client.submit("/account/devices/x/sign-out", page="/account/devices").status_code == 404


@pytest.mark.parametrize("path", ["sign-out-others", "00000000-0000-0000-0000-000000000000/sign-out"])
def test_signing_out_devices_needs_a_csrf_token(client: PageClient, anna: Person, path: str) -> None:
    assert client.post(f"/account/devices/{path}").status_code == 400


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


def test_a_sign_in_ends_by_itself(client: PageClient, anna: Person, settings: Settings) -> None:
    device = db.session.scalars(select(DeviceSession)).one()
    device.seen_at = utc_now() - settings.session_idle + timedelta(minutes=5)
    assert is_in(client)
    device.signed_in_at = utc_now() - settings.session_absolute - timedelta(minutes=1)
    assert not is_in(client)
    device.signed_in_at, device.seen_at = utc_now(), utc_now() - settings.session_idle - timedelta(minutes=1)
    assert not is_in(client)


def test_a_shared_computer_is_left_soon_and_with_the_browser(app: Flask, settings: Settings) -> None:
    person(ANNA)
    own, shared = another_browser(app), another_browser(app)
    own_answer = own.submit("/sign-in", {"email": ANNA, "password": PASSWORD})
    shared_answer = shared.submit("/sign-in", {"email": ANNA, "password": PASSWORD, "shared": "y"})
    own_cookie, shared_cookie = (str(answer.headers.getlist("Set-Cookie")) for answer in (own_answer, shared_answer))
    assert "Expires=" in own_cookie
    assert "Expires=" not in shared_cookie
    assert "device=" not in shared_cookie
    assert own.get("/account/devices").text.count("Shared computer") == 1
    seen = utc_now() - settings.session_idle_shared - timedelta(seconds=30)
    db.session.execute(update(DeviceSession).values(seen_at=seen))
    assert [is_in(own), is_in(shared)] == [True, False]


def test_nothing_is_left_for_the_back_button(client: PageClient, anna: Person) -> None:
    for page in ("/account", "/account/devices", "/account/profile", "/account/data"):
        assert client.get(page).headers["Cache-Control"] == "no-store"
    assert client.submit("/sign-out", page="/account").headers["Clear-Site-Data"] == '"cache"'


def test_static_files_carry_no_cookie(client: PageClient, anna: Person) -> None:
    assert "Set-Cookie" not in client.get("/static/css/candor.css").headers


def test_a_sign_in_from_a_new_device_is_told_once(
    client: PageClient, app: Flask, anna: Person, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    run_jobs()
    assert subjects(relay, ANNA) == []  # her first sign-in is no surprise
    phone = another_browser(app)
    sign_in_here(phone)
    run_jobs()
    assert subjects(relay, ANNA) == [NEW_DEVICE]
    told = newest(relay, ANNA)
    assert "Safari on iPhone" in told.text
    assert "127.0.0.1" in told.text
    for browser in (phone, client):
        browser.submit("/sign-out", page="/account")
        sign_in_here(browser)
    run_jobs()
    assert subjects(relay, ANNA) == [NEW_DEVICE]


def test_every_sign_in_on_a_shared_computer_is_told(
    app: Flask, anna: Person, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    library = another_browser(app)
    for _ in range(2):
        sign_in_here(library, shared="y")
        library.submit("/sign-out", page="/account")
    run_jobs()
    assert subjects(relay, ANNA) == [NEW_DEVICE] * 2


def test_a_browser_is_known_for_one_person_only(client: PageClient, app: Flask, anna: Person) -> None:
    bea = person("bea@example.org")
    client.submit("/sign-out", page="/account")
    assert can_sign_in(client, "bea@example.org")
    fingerprints = {known.subject_id: known.fingerprint for known in db.session.scalars(select(KnownDevice))}
    assert fingerprints[anna.id] != fingerprints[bea.id]
    cookie = client.get_cookie("device")
    assert cookie
    with app.test_request_context(headers={"Cookie": f"device={cookie.value}"}):
        assert known_devices.recognised(anna.id) == fingerprints[anna.id].hex()
        assert known_devices.recognised(uuid4()) == ""
    with app.test_request_context(headers={"Cookie": "device=invented"}):
        assert known_devices.recognised(anna.id) == ""


def test_browsers_that_are_not_used_any_more_are_forgotten(app: Flask, anna: Person) -> None:
    swept(utc_now() + known_devices.FORGOTTEN_AFTER - timedelta(days=1), "known_devices")
    assert db.session.scalars(select(KnownDevice)).all() != []
    swept(utc_now() + known_devices.FORGOTTEN_AFTER, "known_devices")
    assert db.session.scalars(select(KnownDevice)).all() == []


def test_after_signing_out_everywhere_an_old_cookie_opens_nothing(client: PageClient, app: Flask, anna: Person) -> None:
    """On every route that asks for a sign-in, on the very next request."""
    old = another_browser(app)
    assert can_sign_in(old, ANNA)
    assert client.submit("/account/devices/sign-out-others", page="/account/devices").status_code == 303
    asked = 0
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if access.is_public(view) or access.scope_of(view):  # there, no cookie counts
            continue
        values = {name: _sample(rule._converters[name]) for name in rule.arguments}
        with app.test_request_context():
            url = url_for(rule.endpoint, **values)
        for method in (rule.methods or set()) - {"OPTIONS"}:
            answer = old.open(url, method=method)
            assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in"), (method, url)
            asked += 1
    assert asked > 30


def _sample(converter: Any) -> Any:
    """Something that fits into an address."""
    if isinstance(converter, AnyConverter):
        return next(iter(converter.items))
    if isinstance(converter, IntegerConverter):
        return 1
    return uuid4()
