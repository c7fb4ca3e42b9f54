"""What scripts add to writing a campaign. Without them everything still works; that is tested elsewhere."""

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.marketer import Marketer


@pytest.fixture
def marketer(open_browser: OpenBrowser) -> Marketer:
    """In the editor of a new draft."""
    page = open_browser("marketer")
    page.goto("/marketing/campaigns/new")
    page.get_by_label("Subject").fill("A letter to the valley")
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Edit campaign")
    return Marketer(page)


def message(page: Page) -> str:
    return page.get_by_label("Message").input_value()


def test_the_preview_follows_what_is_typed_and_back_leads_out_of_the_editor(marketer: Marketer) -> None:
    page = marketer.page
    steps = page.evaluate("history.length")
    for words in ("First thought", "Second thought", "Third thought"):
        page.get_by_label("Message").fill(words)
        expect(marketer.preview.get_by_text(words)).to_be_visible()
    expect(page.locator("iframe")).to_have_count(1)
    assert page.evaluate("history.length") == steps


def test_a_click_inserts_a_variable_where_the_cursor_is(marketer: Marketer) -> None:
    page = marketer.page
    page.get_by_label("Message").fill("Dear , welcome")
    page.get_by_label("Message").evaluate("field => field.setSelectionRange(5, 5)")
    page.get_by_role("button", name="{{ given_name }}").click()
    assert message(page) == "Dear {{ given_name }}, welcome"


def test_what_is_typed_while_it_is_saved_is_neither_lost_nor_taken_for_saved(marketer: Marketer) -> None:
    page, held, asked = marketer.page, list[Route](), stays(marketer)
    page.get_by_label("Message").fill("Before")
    page.route("**/edit", lambda route: held.append(route))
    page.get_by_role("button", name="Save").click(no_wait_after=True)
    page.get_by_label("Message").press_sequentially(" and meanwhile")
    held[0].continue_()
    expect(marketer.outcome).to_contain_text("Saved.")
    assert message(page) == "Before and meanwhile"
    leave(page)
    assert asked == ["beforeunload"]


def test_leaving_with_unsaved_text_asks_first(marketer: Marketer) -> None:
    page, asked = marketer.page, stays(marketer)
    page.get_by_label("Message").press_sequentially("{{ nobody }}")
    page.keyboard.press("Control+s")
    expect(marketer.outcome).to_contain_text("Not saved yet")
    leave(page)
    assert asked == ["beforeunload"]
    assert message(page) == "{{ nobody }}"


def test_leaving_after_saving_asks_nothing(marketer: Marketer) -> None:
    page, asked = marketer.page, stays(marketer)
    page.get_by_label("Message").press_sequentially("Good morning")
    page.keyboard.press("Control+s")
    expect(marketer.outcome).to_contain_text("Saved.")
    leave(page)
    expect(page.get_by_role("heading", name="Delete this draft?")).to_be_visible()
    assert asked == []


def stays(marketer: Marketer) -> list[str]:
    """Whenever she is asked whether to leave, she stays. What she was asked."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    marketer.page.on("dialog", stay)
    return asked


def leave(page: Page) -> None:
    page.get_by_role("link", name="Delete").click(no_wait_after=True)
    page.wait_for_timeout(300)
