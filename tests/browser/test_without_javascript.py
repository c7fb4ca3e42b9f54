"""The customer's part of the journey once more, in a browser that runs no script."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.customer import Customer
from tests.browser.mailbox import Mailbox
from tests.browser.marketer import Letter, Marketer

TOPIC = "Behind the scenes"
NEWS = "who looks after the river"
LETTER = Letter(
    TOPIC, f"{{{{ given_name | Friend }}}}, {NEWS}", "Hello {{ given_name | Friend }}\n", language="English"
)


@pytest.mark.deep
def test_everything_a_customer_does_works_without_scripts(
    open_browser: OpenBrowser, mailbox: Mailbox, tmp_path: Path
) -> None:
    page = open_browser(java_script_enabled=False)
    customer = Customer(page, mailbox, email="gian@caduff.example")
    customer.signs_up(topic=TOPIC)
    customer.confirms_her_address()
    customer.signs_in()
    customer.opens("Profile")
    customer.mistypes_and_corrects_her_phone()
    customer.mistypes_and_corrects_her_address()

    customer.opens("My choices")
    customer.has_topic(TOPIC, on=True)
    customer.switches(TOPIC)
    customer.has_topic(TOPIC, on=False)
    customer.switches(TOPIC)
    customer.has_topic(TOPIC, on=True)

    marketer = Marketer(open_browser("marketer"))
    marketer.writes(LETTER)
    marketer.sends_it()
    page.goto(mailbox.newest(customer.email, about=NEWS).link("/unsubscribe/"))
    customer.presses_unsubscribe(topic=TOPIC)
    customer.has_topic(TOPIC, on=False)

    page.goto("/account")
    customer.opens("My data")
    customer.asks_for_a_copy()
    while page.get_by_role("link", name="See how far it is").is_visible():
        page.get_by_role("link", name="See how far it is").click()
    expect(page.locator("#export-status")).to_contain_text("Your copy is ready")
    customer.reads_her_name_in(customer.downloads_the_copy(tmp_path))
