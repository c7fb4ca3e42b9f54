"""The strength of a password appears while it is typed, and nothing that was typed is lost by it."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser


def test_the_strength_follows_the_typing(open_browser: OpenBrowser) -> None:
    page = open_browser()
    page.goto("/sign-up")
    page.get_by_label("First name").fill("Annabelle")
    password, strength = page.get_by_label("Password", exact=True), page.locator("#password-strength")
    password.press_sequentially("seven")
    expect(strength).to_contain_text("5 of at least 15 characters")
    password.press_sequentially(" times annabelle")
    expect(strength).to_contain_text("Leave out “Annabelle”")
    password.fill("PolniyPizdec0211")
    expect(strength).to_contain_text("known from a theft")
    password.fill("")
    expect(strength).to_have_text("")
    password.press_sequentially("a meadow full of marmots")
    expect(strength).to_contain_text("Strong")
    expect(password).to_be_focused()
    expect(password).to_have_value("a meadow full of marmots")
    expect(page.get_by_label("First name")).to_have_value("Annabelle")
