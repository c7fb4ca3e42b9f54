"""A real browser before a real demo. Each browser is a person's own: cookies, size, theme, with or without scripts."""

import os
import shlex
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, ViewportSize, expect

from deploy.demo import authenticator
from deploy.demo.cast import SIGN_INS
from tests.browser.mailbox import Mailbox
from tests.browser.samples import Samples
from tests.browser.witness import Witness
from tests.demo import Demo
from webapp.app import create_app
from webapp.config import Settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 15_000

expect.set_options(timeout=PATIENCE)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process of pytest runs them all, so that one demo is enough."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


class OpenBrowser(Protocol):
    """Opens a browser of somebody's own. `who` is a role of the demo's sign-ins, or None for a stranger."""

    def __call__(self, who: str | None = None, **settings: Any) -> Page: ...


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    demo = Demo(tmp_path_factory.mktemp("demo") / "var")
    try:
        demo.wait_until_up(120)
        yield demo
    finally:
        if demo.supervisor.poll() is None:
            demo.end(signal.SIGTERM)
    assert demo.processes() == []


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    wanted = [os.environ.get("CHROMIUM", ""), *BROWSERS]
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {
        **browser_type_launch_args,
        "executable_path": next(filter(None, map(shutil.which, filter(None, wanted))), None),
        "args": [*quiet, "--disable-gpu", *as_root],
    }


@pytest.fixture(scope="package")
def signed_in(browser: Browser, demo: Demo) -> Callable[[str], StorageState]:
    """The cookies of somebody who has signed in, once for all tests."""
    cookies: dict[str, StorageState] = {}

    def signed_in(who: str) -> StorageState:
        if who not in cookies:
            with browser.new_context(base_url=demo.url) as context:
                _sign_in(context.new_page(), who)
                cookies[who] = context.storage_state()
        return cookies[who]

    return signed_in


@pytest.fixture
def witness(demo: Demo) -> Iterator[Witness]:
    witness = Witness(demo.url)
    yield witness
    assert witness.complaints == []


@pytest.fixture
def open_browser(
    new_context: Callable[..., BrowserContext],
    demo: Demo,
    witness: Witness,
    signed_in: Callable[[str], StorageState],
) -> Iterator[OpenBrowser]:
    pages: list[Page] = []

    def open_browser(who: str | None = None, **settings: Any) -> Page:
        cookies = signed_in(who) if who else None
        defaults = {"base_url": demo.url, "viewport": DESKTOP, "locale": "en-GB", "storage_state": cookies}
        context = new_context(**defaults | settings)
        context.set_default_timeout(PATIENCE)
        context.on("page", witness.watch)
        pages.append(context.new_page())
        return pages[-1]

    yield open_browser
    for page in pages:
        witness.look_into_storage(page)


@pytest.fixture(scope="package")
def mailbox(demo: Demo) -> Mailbox:
    return Mailbox(demo.folder / "mail")


@pytest.fixture(scope="package")
def demo_app(demo: Demo) -> Flask:
    """The application on the demo's database and with its keys. A process has one limiter for all applications."""
    lines = (demo.folder / "demo.env").read_text().splitlines()
    environment = dict(shlex.split(line)[0].split("=", 1) for line in lines) | {"RATE_LIMITS": "false"}
    return create_app(Settings.model_validate({name.lower(): value for name, value in environment.items()}))


@pytest.fixture(scope="package")
def samples(demo_app: Flask, mailbox: Mailbox) -> Samples:
    return Samples(demo_app, mailbox)


def _sign_in(page: Page, who: str) -> None:
    email, password = next((email, password) for role, email, password in SIGN_INS if role == who)
    page.goto("/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    if who in {"staff", "officer"}:
        page.get_by_label("Code").fill(pyotp.TOTP(authenticator.KEY).now())
        page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url("/account")
