"""What a marketer does, click by click."""

import re
from dataclasses import dataclass
from time import monotonic

from playwright.sync_api import FrameLocator, Locator, Page, expect

from deploy.demo.cast import SIGN_INS


@dataclass(frozen=True)
class Letter:
    """A campaign as it is written, with the reader's first name in subject and text."""

    topic: str
    subject: str
    body: str
    language: str = "Every language"


class Marketer:
    email = next(email for who, email, _password in SIGN_INS if who == "marketer")

    def __init__(self, page: Page) -> None:
        self.page = page

    def writes(self, letter: Letter) -> None:
        self.page.goto("/marketing/campaigns")
        self.page.get_by_role("link", name="New campaign").click()
        self.page.get_by_label("Subject").fill(letter.subject)
        self.page.get_by_label("Topic").select_option(letter.topic)
        self.page.get_by_role("button", name="Create draft").click()
        self.page.get_by_label("Language of the readers").select_option(letter.language)
        self.page.get_by_label("Message").fill(letter.body)

    def misspells_a_variable(self, letter: Letter) -> None:
        self.page.get_by_label("Message").fill(letter.body.replace("given_name", "givenname"))
        self.page.get_by_role("button", name="Save").click()
        expect(self.outcome).to_contain_text("Not saved yet")
        expect(self.outcome).to_contain_text("givenname")
        self.page.get_by_label("Message").fill(letter.body)

    def sees_the_preview(self, words: str) -> None:
        """With the first name of a real recipient, who is named only by a masked address."""
        envelope = self.page.locator("#envelope")
        expect(envelope).to_contain_text(re.compile(r"\d people"))
        expect(envelope).to_contain_text("•••@")
        name = envelope.get_by_text(words).inner_text().removesuffix(words)
        assert name
        assert "{" not in name
        expect(self.preview.get_by_text(f"Hello {name.removesuffix(', ')}")).to_be_visible()
        self.page.get_by_role("button", name="Text", exact=True).click()
        expect(self.preview.get_by_text(f"Hello {name.removesuffix(', ')}")).to_be_visible()

    def sends_herself_a_test(self) -> None:
        self.page.get_by_role("button", name="Send a test to me").click()
        expect(self.outcome).to_contain_text(f"a test is on its way to {self.email}")

    def sends_it(self) -> None:
        self.page.get_by_role("button", name="Send…").click()
        expect(self.page.get_by_role("heading", level=1, name="Send this campaign?")).to_be_visible()
        self.page.get_by_role("button", name=re.compile(r"^Send to [\d,]+ people$")).click()

    def sees_progress_move(self) -> None:
        """Without the page being loaded again."""
        self.page.evaluate("window.notReloaded = true")
        bar = self.page.get_by_role("progressbar", name="Sending")
        expect(bar).to_have_attribute("value", re.compile(r"[1-9]"))
        before = bar.get_attribute("value")
        expect(bar).not_to_have_attribute("value", before or "")
        assert self.page.evaluate("window.notReloaded")

    def sees_that_it_is_sent(self) -> None:
        """The page finds out by itself."""
        expect(self.page.locator("h1")).to_contain_text("Sent", timeout=60_000)
        expect(self.page.get_by_role("img", name="Sent over time")).to_be_visible()

    def sees_unsubscribed(self, count: int) -> None:
        """They are counted within seconds; the page of a finished campaign has to be loaded again."""
        stat = self.page.locator(".stat").filter(has=self.page.get_by_text("Unsubscribed", exact=True))
        deadline = monotonic() + 15
        while stat.locator(".stat__value").inner_text() != str(count):
            assert monotonic() < deadline, stat.inner_text()
            self.page.reload()

    @property
    def outcome(self) -> Locator:
        return self.page.locator("#outcome")

    @property
    def preview(self) -> FrameLocator:
        return self.page.frame_locator("iframe.preview__frame:not([hidden])")
