"""Makes the pictures in docs/screens: the main pages on a desktop and on a phone, light and dark."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenBrowser
from tests.browser.samples import Samples

pytestmark = pytest.mark.screens

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP, "device_scale_factor": 1},
    "phone": {"viewport": PHONE, "device_scale_factor": 1.5, "has_touch": True, "is_mobile": True},
}


def nothing_more(page: Page) -> None:
    pass


def edit_phone(page: Page) -> None:
    page.locator("#profile-phone").get_by_role("link", name="Mobile phone").click()
    expect(page.get_by_label("Mobile phone")).to_be_focused()


def show_plot(page: Page) -> None:
    page.locator("#sent-plot").scroll_into_view_if_needed()


def open_copy(page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    file = Path(download.value.path())
    with ZipFile(file) as archive:
        page.goto(Path(archive.extract("index.html", file.parent)).as_uri())


def without_sandbox(page: Page) -> None:
    email = page.content()
    page.goto("about:blank")
    page.set_content(email)


@dataclass(frozen=True)
class Screen:
    name: str
    path: str
    who: str | None = None
    then: Callable[[Page], None] = nothing_more


SCREENS = [
    Screen("home", "/"),
    Screen("sign-up", "/sign-up"),
    Screen("sign-in", "/sign-in"),
    Screen("account", "/account", "customer"),
    Screen("profile", "/account/profile", "customer", edit_phone),
    Screen("preferences", "/account/preferences", "customer"),
    Screen("my-data", "/account/data", "customer"),
    Screen("my-data-devices", "/account/data/interaction", "customer"),
    Screen("my-copy", "/account/data/exports/download/{copy_link}", "customer", open_copy),
    Screen("security", "/account/security", "customer"),
    Screen("check-up", "/account/check-up", "customer"),
    Screen("activity", "/account/activity", "customer"),
    Screen("products", "/account/products", "customer"),
    Screen("payments", "/account/payments", "customer"),
    Screen("erasure", "/account/erasure", "customer"),
    Screen("policy", "/privacy-policy"),
    Screen("policy-changes", "/privacy-policy/1/changes/2"),
    Screen("promises", "/privacy-policy/promises"),
    Screen("cookies", "/cookies", "customer"),
    Screen("newsletter", "/newsletter"),
    Screen("api", "/api/v1/docs"),
    Screen("api-products", "/api/v1/docs/products"),
    Screen("policy-draft", "/staff/policy/draft/en", "staff"),
    Screen("processing-record", "/staff/processing-record", "staff"),
    Screen("staff-copies", "/staff/copies", "staff"),
    Screen("staff-promises", "/staff/promises", "staff"),
    Screen("people", "/staff/people", "staff"),
    Screen("requests", "/staff/requests", "staff"),
    Screen("retention", "/staff/retention", "staff"),
    Screen("webhooks", "/staff/webhooks", "staff"),
    Screen("imports", "/staff/imports", "staff"),
    Screen("unsubscribe", "/unsubscribe/{unsubscribe_link}"),
    Screen("campaigns", "/marketing/campaigns", "marketer"),
    Screen("campaign-editor", "/marketing/campaigns/{draft}/edit", "marketer"),
    Screen("campaign-confirmation", "/marketing/campaigns/{draft}/sending", "marketer"),
    Screen("campaign-on-its-way", "/marketing/campaigns/{on_its_way}", "marketer"),
    Screen("campaign-statistics", "/marketing/campaigns/{sent}", "marketer", show_plot),
    Screen("inbox", "/dev/mail/{campaign_email}"),
    Screen("email", "/dev/mail/{campaign_email}/html", None, without_sandbox),
]


@pytest.fixture(scope="module", autouse=True)
def scene(samples: Samples) -> None:
    """Every picture shows the same moment, in which these are there."""
    for name in ("copy", "on_its_way", "campaign_email"):
        assert samples[name]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_picture(
    screen: Screen, size: str, theme: Literal["light", "dark"], open_browser: OpenBrowser, samples: Samples
) -> None:
    page = open_browser(screen.who, color_scheme=theme, reduced_motion="reduce", **SIZES[size])
    page.goto(screen.path.format_map(samples), wait_until="networkidle")
    screen.then(page)
    page.screenshot(path=FOLDER / f"{screen.name}-{size}-{theme}.png", animations="disabled")
