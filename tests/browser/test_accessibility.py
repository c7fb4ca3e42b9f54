"""Every page passes axe (WCAG 2.2 AA and good practice), in both themes, on a phone too, and by keyboard.

`make test` looks at every other page in the light and at the rest in the dark, `make test-deep` the other way round.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from _pytest.mark import ParameterSet
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, StorageState, ViewportSize, expect
from werkzeug.exceptions import NotFound

from deploy.demo.cast import SIGN_INS
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.places import EMAILS, NO_PAGES, PLACES, Place
from tests.browser.samples import Samples
from tests.browser.witness import Witness
from tests.demo import Demo

SMALLEST: ViewportSize = {"width": 320, "height": 640}
SMALLEST_TARGET = 44
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE_AT_HAND = f"window.startAxe = () => {{ {AXE_SCRIPT} }}"  # sent to a browser once instead of to each page
STILL = "/healthz"  # nothing moves there. A blank page would take another process of the browser, and time
AFTER_TRANSITIONS = """async () => {
    const isRunning = () => document.getAnimations().some((each) => each instanceof CSSTransition)
    while (isRunning()) await new Promise(requestAnimationFrame)
}"""
OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "iframes": False,  # the emails in them are places of their own
    "rules": {"target-size": {"enabled": True}},
}

Theme = Literal["light", "dark"]
THEMES: dict[Theme, ViewportSize] = {"light": DESKTOP, "dark": PHONE}

OpenTab = Callable[..., Page]


@pytest.fixture(scope="module")
def browsers(
    browser: Browser, demo: Demo, signed_in: Callable[[str], StorageState]
) -> Iterator[dict[str | None, BrowserContext]]:
    """One for each role, as opening a browser takes longer than looking at a page."""
    settings: dict[str, Any] = {"base_url": demo.url, "viewport": DESKTOP, "reduced_motion": "reduce"}
    browsers: dict[str | None, BrowserContext] = {None: browser.new_context(**settings)}
    for who, _email, _password in SIGN_INS:
        browsers[who] = browser.new_context(**settings, storage_state=signed_in(who))
    for context in browsers.values():
        context.add_init_script(AXE_AT_HAND)
    yield browsers
    for context in browsers.values():
        context.close()


@pytest.fixture
def open_tab(browsers: dict[str | None, BrowserContext], witness: Witness) -> Iterator[OpenTab]:
    """Each role goes on in the tab that it has."""
    tabs: list[Page] = []

    def open_tab(who: str | None = None, theme: Theme = "light") -> Page:
        tab = next(iter(browsers[who].pages), None) or browsers[who].new_page()
        wear(tab, theme)
        witness.watch(tab)
        tabs.append(tab)
        return tab

    yield open_tab
    for tab in tabs:
        witness.turn_away(tab)
        tab.goto(STILL)


def test_every_page_is_in_the_list(demo_app: Flask) -> None:
    listed = {place.endpoint for place in PLACES} | NO_PAGES.keys()
    pages = {rule.endpoint for rule in demo_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages - listed == set()


def one_look_at_each_page_the_others_when_there_is_time() -> list[ParameterSet]:
    seen: set[str] = set()
    looks = []
    for number, place in enumerate(PLACES):
        for theme, turn in zip(THEMES, (number % 2, 1 - number % 2), strict=True):
            marks = [pytest.mark.deep] if turn or place.endpoint in seen else []
            looks.append(pytest.param(place, theme, id=f"{place} {theme}", marks=marks))
        seen.add(place.endpoint)
    return looks


@pytest.mark.parametrize(("place", "theme"), one_look_at_each_page_the_others_when_there_is_time())
def test_page(
    place: Place, theme: Theme, open_tab: OpenTab, witness: Witness, demo_app: Flask, samples: Samples
) -> None:
    witness.expect(place.status)
    page = open_tab(place.who, theme)
    samples.prove(fresh=place.endpoint != "accounts.proof")
    response = page.goto(place.path.format_map(samples))
    assert response is not None
    assert response.status == place.status
    assert endpoint_of(page.url, demo_app) == place.endpoint
    if place.endpoint in EMAILS:
        email = response.text()
        page.goto("about:blank")  # axe cannot run in the sandbox of an email
        page.set_content(email)
        check(page, theme, options={**OPTIONS, "runOnly": WCAG})
    else:
        check(page, theme)


def test_a_refused_sign_up(open_tab: OpenTab) -> None:
    page = open_tab()
    page.goto("/sign-up")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("alert")).to_contain_text("Please check what you entered")
    check(page)


def test_a_refused_sign_in(open_tab: OpenTab) -> None:
    page = open_tab()
    page.goto("/sign-in")
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("a wrong password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    check(page)


def test_a_detail_refused_in_place(open_tab: OpenTab) -> None:
    page = open_tab("customer")
    page.goto("/account/profile")
    page.locator("#profile-phone").get_by_role("link").click()
    page.get_by_label("Mobile phone").fill("1")
    page.get_by_label("Mobile phone").press("Enter")
    expect(page.get_by_label("Mobile phone")).to_have_attribute("aria-invalid", "true")
    check(page)


def test_a_refused_campaign(open_tab: OpenTab, samples: Samples) -> None:
    page = open_tab("marketer")
    page.goto("/marketing/campaigns/{draft}/edit".format_map(samples))
    page.get_by_label("Message").fill("{{ shoe_size }}")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#outcome")).to_contain_text("shoe_size")
    check(page)


def test_an_open_menu(open_tab: OpenTab) -> None:
    page = open_tab("marketer")
    page.goto("/account")
    page.locator("summary").filter(has_text="Mara").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    check(page)


def test_a_copy_of_the_data(open_tab: OpenTab, samples: Samples, tmp_path: Path) -> None:
    page = open_tab("customer")
    page.goto("/account/data/exports/download/{copy_link}".format_map(samples))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    with ZipFile(download.value.path()) as archive:
        page.goto(Path(archive.extract("index.html", tmp_path)).as_uri())
    check(page)


def test_sign_in_by_keyboard(open_tab: OpenTab) -> None:
    page = open_tab()
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    for control in (page.get_by_label("Email"), page.get_by_label("Password", exact=True)):
        page.keyboard.press("Tab")
        expect(control).to_be_focused()
        assert has_visible_focus(control)


def has_visible_focus(control: Locator) -> bool:
    """It looks different from when it is not focused."""
    look = "element => { const s = getComputedStyle(element); return [s.outline, s.boxShadow, s.borderColor].join() }"
    focused = control.evaluate(look)
    control.blur()
    unfocused = control.evaluate(look)
    control.focus()
    return bool(focused != unfocused)


def check(page: Page, *themes: Theme, options: dict[str, Any] = OPTIONS) -> None:
    """In both themes, unless one is named."""
    if not page.evaluate("window.startAxe && (startAxe(), true)"):
        page.evaluate(AXE_SCRIPT)
    for theme in themes or THEMES:
        wear(page, theme)
        page.evaluate(AFTER_TRANSITIONS)
        assert violations(page, options) == []
    page.set_viewport_size(PHONE)
    assert overflow(page) == 0
    assert small_buttons(page) == []
    page.set_viewport_size(SMALLEST)
    assert overflow(page) == 0


def wear(page: Page, theme: Theme) -> None:
    page.set_viewport_size(THEMES[theme])
    page.emulate_media(color_scheme=theme)


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    found = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels one has to scroll sideways."""
    pixels: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return pixels


def small_buttons(page: Page) -> list[str]:
    heights: list[tuple[str, float]] = page.evaluate(
        "[...document.querySelectorAll('.button')].filter((button) => button.checkVisibility())"
        ".map((button) => [button.innerText, button.getBoundingClientRect().height])"
    )
    return [name for name, height in heights if height < SMALLEST_TARGET]


def endpoint_of(url: str, app: Flask) -> str:
    try:
        endpoint, _values = app.url_map.bind("localhost").match(urlsplit(url).path)
    except NotFound:
        return ""
    return str(endpoint)
