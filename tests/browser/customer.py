"""What a customer does, click by click. With and without JavaScript the clicks are the same."""

import re
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Page, expect

from tests.browser.mailbox import Mail, Mailbox


class Customer:
    given_name, family_name = "Ursina", "Caduff"
    password = "edelweiss grows above the clouds"

    def __init__(self, page: Page, mailbox: Mailbox, *, email: str) -> None:
        self.page = page
        self.mailbox = mailbox
        self.email = email

    def signs_up(self, *, topic: str) -> None:
        self.page.goto("/")
        self.page.get_by_role("main").get_by_role("link", name="Sign up").click()
        self.page.get_by_label("Email", exact=True).fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(self.password)
        self.page.get_by_label("First name").fill(self.given_name)
        self.page.get_by_label("Last name").fill(self.family_name)
        self.page.get_by_label(f"Yes, send me “{topic}” by email.").check()
        self.page.get_by_role("button", name="Create account").click()
        self.sees("Check your mailbox")

    def confirms_her_address(self) -> None:
        self.page.goto(self.mailbox.newest(self.email, about="Confirm").link("/confirm/"))
        self.page.get_by_role("button", name="Confirm my address").click()
        self.is_told("Your email address is confirmed.")

    def signs_in(self) -> None:
        self.page.get_by_label("Email", exact=True).fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(self.password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.sees(f"Hello, {self.given_name}")

    def opens(self, place: str) -> None:
        self.page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name=place).click()
        self.sees(place)

    def mistypes_and_corrects_her_phone(self) -> None:
        row = self.page.locator("#profile-phone")
        row.get_by_role("link", name="Mobile phone").click()
        row.get_by_label("Mobile phone").fill("079 123 45")
        row.get_by_role("button", name="Save").click()
        expect(row).to_contain_text("This is not a valid phone number.")
        expect(row.get_by_label("Mobile phone")).to_have_value("079 123 45")
        row.get_by_label("Mobile phone").fill("079 123 45 67")
        row.get_by_role("button", name="Save").click()
        expect(row).to_contain_text("+41 79 123 45 67")
        self.is_told("Saved.")

    def mistypes_and_corrects_her_address(self) -> None:
        row = self.page.locator("#profile-address")
        row.get_by_role("link", name="Postal address").click()
        row.get_by_label("Street and number").fill("Obere Gasse 12")
        row.get_by_label("Postal code").fill("70")
        row.get_by_label("City").fill("Chur")
        row.get_by_label("Country").select_option("CH")
        row.get_by_role("button", name="Save").click()
        expect(row).to_contain_text("A postal code in Switzerland looks like")
        row.get_by_label("Postal code").fill("7000")
        row.get_by_role("button", name="Save").click()
        expect(row).to_contain_text("Obere Gasse 12")
        expect(row).to_contain_text("7000 Chur")
        self.is_told("Saved.")

    def opens_unsubscribe_page_from(self, letter: Mail) -> None:
        """Reads it in the demo's inbox, whose search ends long before all that a campaign sends meanwhile."""
        self.page.goto(f"/dev/mail/{letter.name}")
        with self.page.expect_popup() as opened:
            self.page.frame_locator("iframe").get_by_role("link", name="Unsubscribe").click()
        self.page = opened.value

    def presses_unsubscribe(self, *, topic: str) -> None:
        self.sees(f"Unsubscribe from “{topic}”?")
        expect(self.page.locator("main")).not_to_contain_text(self.email)  # emails get forwarded
        self.page.get_by_role("button", name=re.compile("^Unsubscribe")).click()
        self.sees("You are unsubscribed")

    def has_topic(self, topic: str, *, on: bool) -> None:
        expect(self.page.get_by_role("switch", name=topic)).to_be_checked(checked=on)

    def switches(self, topic: str) -> None:
        self.page.get_by_role("switch", name=topic).click()

    def keeps_only_necessary_cookies(self) -> None:
        """Whatever she chooses stays with us, in the ledger."""
        kept = {str(cookie.get("name")) for cookie in self.page.context.cookies()}
        assert kept <= {"session", "device"}, kept

    def asks_for_a_copy(self) -> None:
        self.page.get_by_role("button", name="Get a copy of my data").click()
        expect(self.page.locator("#export-status")).to_contain_text(re.compile("Being put together|Your copy is ready"))

    def downloads_the_copy(self, folder: Path) -> Path:
        """Follows the link of the email. Returns the folder into which the ZIP was unpacked."""
        self.page.goto(self.mailbox.newest(self.email, about="copy of your data").link("/data/"))
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Download").click()
        download.value.save_as(folder / download.value.suggested_filename)
        with ZipFile(folder / download.value.suggested_filename) as archive:
            archive.extractall(folder / "copy")
        return folder / "copy"

    def reads_her_name_in(self, copy: Path) -> None:
        self.page.goto((copy / "index.html").as_uri())
        self.sees("Your data")
        expect(self.page.get_by_text(self.given_name, exact=True)).to_be_visible()
        expect(
            self.page.get_by_text("+41791234567").or_(self.page.get_by_text("+41 79 123 45 67")).first
        ).to_be_visible()

    def asks_for_her_deletion(self) -> None:
        self.page.goto("/account/erasure")
        self.sees("Delete my data")
        expect(self.page.get_by_role("heading", name="What is deleted")).to_be_visible()
        self.page.get_by_role("button", name="Send me the link").click()
        expect(self.page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()

    def confirms_her_deletion(self) -> None:
        self.page.goto(self.mailbox.newest(self.email, about="all your data deleted").link("/erasure/"))
        self.sees("Delete your data?")
        self.page.get_by_role("button", name="Yes, delete my data").click()
        expect(self.page.get_by_role("button", name="Stop it, keep everything")).to_be_visible()

    def is_signed_out(self) -> None:
        self.page.goto("/account")
        self.sees("Sign in")

    def has_her_receipt_checked(self, receipt: bytes) -> None:
        self.page.goto("/receipts")
        self.page.locator("input[type=file]").set_input_files(
            {"name": "receipt.json", "mimeType": "application/json", "buffer": receipt}
        )
        self.page.get_by_role("button", name="Check it").click()
        expect(self.page.locator("main")).to_contain_text("nobody changed it")

    def sees(self, title: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible()

    def is_told(self, news: str) -> None:
        expect(self.page.locator("#notice")).to_contain_text(news)
