"""Passkeys in a real browser, with the authenticator that Chromium plays."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, Route, expect
from sqlalchemy import update

from tests.browser.conftest import OpenBrowser
from tests.browser.test_accessibility import check
from tests.people import PASSWORD, Person, person
from webapp.accounts.models import DeviceSession
from webapp.clock import utc_now
from webapp.db import db


class Device:
    """What holds the passkeys of a browser: a phone's fingerprint reader, for example."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = added["authenticatorId"]

    def is_not_unlocked(self) -> None:
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": False})

    def forgets_everything(self) -> None:
        self.session.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})


@pytest.fixture
def somebody(demo_app: Flask) -> Person:
    with demo_app.app_context():
        return person(f"{uuid4().hex}@example.org")


@pytest.fixture
def page(open_browser: OpenBrowser) -> Page:
    return open_browser()


@pytest.fixture
def phone(page: Page) -> Device:
    return Device(page)


def enter_password(page: Page, somebody: Person) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email").fill(somebody.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def make_passkey(page: Page, somebody: Person) -> None:
    enter_password(page, somebody)
    page.goto("/account/security")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")


def sign_out(page: Page) -> None:
    page.goto("/account")
    page.locator("summary").filter(has_text="Anna").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url("/")


def test_a_passkey_signs_in_without_a_password(page: Page, phone: Device, somebody: Person) -> None:
    make_passkey(page, somebody)
    expect(page.locator(".codes li")).to_have_count(10)
    check(page)
    sign_out(page)
    page.goto("/account/profile")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url("/account/profile")
    expect(page.locator("body")).to_contain_text(somebody.email)


@pytest.mark.deep
def test_a_passkey_on_a_shared_computer_leaves_a_sign_in_that_ends_with_the_browser(
    page: Page, phone: Device, somebody: Person
) -> None:
    make_passkey(page, somebody)
    sign_out(page)
    page.goto("/sign-in")
    page.get_by_label("This is a shared computer").check()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url("/account")
    assert next(cookie for cookie in page.context.cookies() if cookie["name"] == "session")["expires"] == -1
    page.goto("/account/devices")
    expect(page.get_by_text("Shared computer", exact=True)).to_be_visible()


@pytest.mark.deep
def test_a_passkey_is_a_second_factor(page: Page, phone: Device, somebody: Person) -> None:
    make_passkey(page, somebody)
    sign_out(page)
    enter_password(page, somebody)
    expect(page).to_have_url("/sign-in/second-factor")
    check(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url("/account")


@pytest.mark.deep
def test_a_device_that_was_not_unlocked_signs_nobody_in(page: Page, phone: Device, somebody: Person) -> None:
    make_passkey(page, somebody)
    sign_out(page)
    phone.is_not_unlocked()
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    page.goto("/account")
    expect(page).to_have_url("/sign-in?next=/account")


@pytest.mark.deep
def test_a_browser_that_does_not_ask_for_unlocking_signs_nobody_in(page: Page, phone: Device, somebody: Person) -> None:
    """A thief's browser would leave out what ours was told to ask for."""
    make_passkey(page, somebody)
    sign_out(page)
    phone.is_not_unlocked()
    page.route("**/passkey/options", without_unlocking)
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#notice")).to_contain_text("That passkey did not work here")


def without_unlocking(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "userVerification": "discouraged"})


@pytest.mark.deep
def test_a_removed_passkey_is_refused(page: Page, phone: Device, somebody: Person) -> None:
    make_passkey(page, somebody)
    page.goto("/account/security")
    page.get_by_role("link", name="Remove – My phone").click()
    check(page)
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator("#notice")).to_contain_text("The passkey is removed")
    sign_out(page)
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#notice")).to_contain_text("That passkey did not work here")


@pytest.mark.deep
def test_without_a_passkey_the_codes_on_paper_get_in(page: Page, phone: Device, somebody: Person) -> None:
    make_passkey(page, somebody)
    code = page.locator(".codes li").first.inner_text()
    sign_out(page)
    phone.forgets_everything()
    enter_password(page, somebody)
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Code").fill(code.lower())
    check(page)
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url("/account")


def test_a_passkey_shows_that_it_is_still_the_same_person(
    page: Page, phone: Device, somebody: Person, demo_app: Flask
) -> None:
    make_passkey(page, somebody)
    with demo_app.app_context():
        db.session.execute(
            update(DeviceSession)
            .where(DeviceSession.subject_id == somebody.id)
            .values(proved_at=utc_now() - timedelta(minutes=6))
        )
        db.session.commit()
    page.goto("/account/security/authenticator")
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it still you?")
    check(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Authenticator app")
