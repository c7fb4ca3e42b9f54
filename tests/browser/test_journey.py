"""The whole journey: a customer signs up, a marketer writes to her, one click ends that, she gets her data and goes."""

from pathlib import Path
from time import sleep
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser.conftest import OpenBrowser
from tests.browser.customer import Customer
from tests.browser.mailbox import Mail, Mailbox
from tests.browser.marketer import Letter, Marketer
from webapp import queue
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy.erasure import erasures
from webapp.queue import Job
from webapp.subjects.models import Subject

TOPIC = "Product news"
JSON = "receipt.json"
IMPROVEMENT = "Improve the services by how I use them"
NEWS = "the river runs through it"
LETTER = Letter(
    TOPIC,
    subject=f"{{{{ given_name | Friend }}}}, {NEWS}",
    body="Hello {{ given_name | Friend }}\n\nSince this morning **river water** cools every server.\n",
)


def test_from_sign_up_to_the_receipt_of_the_deletion(
    open_browser: OpenBrowser, mailbox: Mailbox, demo_app: Flask, tmp_path: Path
) -> None:
    customer = Customer(open_browser(), mailbox, email="ursina@caduff.example")
    customer.signs_up(topic=TOPIC)
    customer.confirms_her_address()
    customer.signs_in()
    customer.opens("Profile")
    customer.page.evaluate("window.notReloaded = true")
    customer.mistypes_and_corrects_her_phone()
    customer.mistypes_and_corrects_her_address()
    assert customer.page.evaluate("window.notReloaded")

    marketer = Marketer(open_browser("marketer"))
    marketer.writes(LETTER)
    marketer.misspells_a_variable(LETTER)
    marketer.sees_the_preview(NEWS)
    marketer.sends_herself_a_test()
    assert "Hello Mara" in mailbox.newest(marketer.email, about=NEWS).text
    marketer.sends_it()
    marketer.sees_progress_move()

    letter = mailbox.newest(customer.email, about=NEWS)
    assert letter.subject == f"Ursina, {NEWS}"
    stranger = Customer(open_browser(), mailbox, email=customer.email)
    stranger.opens_unsubscribe_page_from(letter)
    stranger.presses_unsubscribe(topic=TOPIC)
    stranger.page.goto(letter.link("/unsubscribe/"))
    stranger.sees("You are unsubscribed already")
    customer.opens("My choices")
    customer.has_topic(TOPIC, on=False)
    customer.keeps_only_necessary_cookies()
    for news in ("Allowed:", "Ended:"):
        customer.switches(IMPROVEMENT)
        customer.is_told(news)
        customer.keeps_only_necessary_cookies()

    another = mailbox.newest_to_anybody(but={customer.email, marketer.email}, about=NEWS)
    unsubscribe_as_mail_provider(another)
    unsubscribe_as_mail_provider(another)
    marketer.sees_that_it_is_sent()
    marketer.sees_unsubscribed(2)

    customer.opens("My data")
    customer.asks_for_a_copy()
    expect(customer.page.locator("#export-status")).to_contain_text("Your copy is ready")
    customer.reads_her_name_in(customer.downloads_the_copy(tmp_path))

    customer.asks_for_her_deletion()
    customer.confirms_her_deletion()
    with demo_app.app_context():
        as_if_72_hours_had_passed(customer.email)
        receipt = receipt_of(customer.email, mailbox)
    customer.is_signed_out()
    customer.has_her_receipt_checked(receipt)


def as_if_72_hours_had_passed(email: str) -> None:
    subject = db.session.scalars(select(Subject).where(Subject.email == email)).one()
    erasure = erasures.open_of(subject)
    assert erasure is not None
    for entry in queue.waiting_for(Job.ERASE):
        if entry.args == {"erasure_id": str(erasure.id)}:
            entry.due_at = utc_now()
    erasure.starts_at = utc_now()
    db.session.commit()


def receipt_of(email: str, mailbox: Mailbox) -> bytes:
    """It comes once the demo's shop confirmed. The job that looks for that runs every minute, and here more often."""
    for _quarter_of_a_second in range(240):
        if mailbox.count(email, about="Your data is deleted"):
            break
        queue.poke(Job.SEND_RECEIPTS)
        db.session.commit()
        sleep(0.25)
    mail = mailbox.newest(email, about="Your data is deleted")
    return next(bytes(part.get_content()) for part in mail.message.iter_attachments() if part.get_filename() == JSON)


def unsubscribe_as_mail_provider(letter: Mail) -> None:
    """A POST as in RFC 8058: no cookie, no CSRF token, and a redirect would count as a failure."""
    form = urlencode({"List-Unsubscribe": "One-Click"}).encode()
    with urlopen(Request(letter.unsubscribe_url, form)) as response:
        assert response.status == 200
        assert response.url == letter.unsubscribe_url
