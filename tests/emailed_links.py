"""One link of each kind that we email, fresh from the mailbox, with what its owner does behind it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from flask import Flask
from sqlalchemy import func, select

from jobs.accounts import send_recoveries
from tests.accounts.browsers import another_browser
from tests.accounts.mailbox import link, newest
from tests.pages import PageClient
from tests.people import PASSWORD, person, subscribe, topic
from tests.products import shop
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.accounts.factors.models import AccountRecovery
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.consents.unsubscribe_links import token_for
from webapp.db import db
from webapp.links import Purpose
from webapp.subjects import subjects

NEW_PASSWORD = "alpine roses bloom in June"


@dataclass
class Mailbox:
    """A person's browser, and how their emails reach them."""

    app: Flask
    browser: PageClient
    run_jobs: Callable[[], None]
    relay: TestRelay

    def link_to(self, address: str) -> str:
        self.run_jobs()
        return link(newest(self.relay, address))


@dataclass(frozen=True)
class Sample:
    """`path` is the link. What is done behind it is a POST of `entries` to `form`, and written down as `action`."""

    path: str
    form: str
    action: Action
    entries: dict[str, str] = field(default_factory=dict)

    def times_done(self) -> int:
        done = select(func.count()).where(AuditEntry.action == self.action)
        return db.session.scalar(done) or 0


class Kind(Protocol):
    def __call__(self, mailbox: Mailbox) -> Sample: ...


def confirm_sign_up(mailbox: Mailbox) -> Sample:
    entries = {"email": "anna@example.org", "password": PASSWORD, "given_name": "Anna", "family_name": "Keller"}
    mailbox.browser.submit("/sign-up", entries)
    path = mailbox.link_to("anna@example.org")
    return Sample(path, path, Action.SIGN_UP_CONFIRMED)


def reset_password(mailbox: Mailbox) -> Sample:
    mailbox.browser.submit("/password/forgotten", {"email": person().email})
    path = mailbox.link_to("anna@example.org")
    return Sample(path, "/password/new", Action.PASSWORD_CHANGED, {"password": NEW_PASSWORD})


def confirm_new_email(mailbox: Mailbox) -> Sample:
    signed_in(mailbox.browser, person()).submit("/account/profile/email", {"email": "new@example.org"})
    path = mailbox.link_to("new@example.org")
    return Sample(path, path, Action.EMAIL_CHANGED)


def undo_new_email(mailbox: Mailbox) -> Sample:
    confirmation = confirm_new_email(mailbox)
    mailbox.browser.submit(confirmation.form)
    path = mailbox.link_to("anna@example.org")
    return Sample(path, path, Action.EMAIL_CHANGE_UNDONE)


def not_me(mailbox: Mailbox) -> Sample:
    anna = person()
    for browser in (mailbox.browser, another_browser(mailbox.app)):
        browser.submit("/sign-in", {"email": anna.email, "password": anna.password})
    path = mailbox.link_to(anna.email)
    return Sample(path, path, Action.ACCOUNT_SECURED)


def recover_account(mailbox: Mailbox) -> Sample:
    _start_recovery(mailbox)
    mailbox.run_jobs()
    db.session.scalars(select(AccountRecovery)).one().due_at = utc_now()
    db.session.commit()
    send_recoveries()
    path = mailbox.link_to("anna@example.org")
    return Sample(path, path, Action.RECOVERY_FINISHED, {"password": NEW_PASSWORD})


def cancel_recovery(mailbox: Mailbox) -> Sample:
    _start_recovery(mailbox)
    path = mailbox.link_to("anna@example.org")
    return Sample(path, path, Action.RECOVERY_CANCELLED)


def _start_recovery(mailbox: Mailbox) -> None:
    person()
    office = signed_in(another_browser(mailbox.app), person("olga@example.org", role=Role.ADMINISTRATOR))
    office.submit("/staff/recoveries/new", {"email": "anna@example.org", "reason": "lost everything"})


def staff_invitation(mailbox: Mailbox) -> Sample:
    office = signed_in(another_browser(mailbox.app), person("olga@example.org", role=Role.ADMINISTRATOR))
    office.submit("/staff/people/invitation", {"email": "nora@example.org", "role": "support"})
    path = mailbox.link_to("nora@example.org")
    entries = {"given_name": "Nora", "family_name": "Meier", "password": NEW_PASSWORD}
    return Sample(path, path, Action.INVITATION_ACCEPTED, entries)


def staff_invitation_of_a_customer(mailbox: Mailbox) -> Sample:
    office = signed_in(another_browser(mailbox.app), person("olga@example.org", role=Role.ADMINISTRATOR))
    signed_in(mailbox.browser, person())
    office.submit("/staff/people/invitation", {"email": "anna@example.org", "role": "support"})
    path = mailbox.link_to("anna@example.org")
    return Sample(path, path, Action.INVITATION_ACCEPTED)


def download_export(mailbox: Mailbox) -> Sample:
    signed_in(mailbox.browser, person()).submit("/account/data/exports", page="/account/data")
    path = mailbox.link_to("anna@example.org")
    copy = mailbox.browser.get(path).text.split('href="/account/data/exports/')[1].split('"')[0]
    return Sample(path, f"/account/data/exports/{copy}/deletion", Action.EXPORT_DELETED)


def confirm_closure(mailbox: Mailbox) -> Sample:
    signed_in(mailbox.browser, person()).submit("/account/closure")
    path = mailbox.link_to("anna@example.org")
    return Sample(path, path, Action.ACCOUNT_CLOSED)


def confirm_newsletter(mailbox: Mailbox) -> Sample:
    mailbox.browser.submit("/newsletter", {"email": "nora@example.org", "topics": [str(topic())], "language": "en"})
    path = mailbox.link_to("nora@example.org")
    return Sample(path, path, Action.CONSENT_GIVEN)


def confirm_copy(mailbox: Mailbox) -> Sample:
    path = _copy_for(mailbox)
    return Sample(path, path, Action.EXPORT_CONFIRMED)


def collect_copy(mailbox: Mailbox) -> Sample:
    confirmation = _copy_for(mailbox)
    mailbox.browser.submit(confirmation)
    path = mailbox.link_to("nora@example.org")
    mailbox.browser.submit(f"{path}/code", page=path)
    mailbox.run_jobs()
    code = re.search(r"^(\d{6})\s*$", newest(mailbox.relay, "nora@example.org").text, re.MULTILINE)
    assert code
    mailbox.browser.submit(path, {"code": code[1]})
    return Sample(path, f"{path}/deletion", Action.EXPORT_DELETED)


def _copy_for(mailbox: Mailbox) -> str:
    """Started by staff for somebody without an account."""
    subjects.find_or_create("nora@example.org", language="en")
    office = signed_in(another_browser(mailbox.app), person("olga@example.org", role=Role.SUPPORT))
    entries = {"email": "nora@example.org", "reason": "a letter", "asked_on": str(utc_now().date())}
    office.submit("/staff/copies/new", entries)
    return mailbox.link_to("nora@example.org")


def activate(mailbox: Mailbox) -> Sample:
    shop.record(subjects.find_or_create("nora@example.org", language="en").id)
    mailbox.browser.submit("/password/forgotten", {"email": "nora@example.org"})
    path = mailbox.link_to("nora@example.org")
    return Sample(path, path, Action.ACCOUNT_ACTIVATED, {"knowledge": "K-1001", "password": NEW_PASSWORD})


def not_this_customer(mailbox: Mailbox) -> Sample:
    path = f"{activate(mailbox).path}/not-me"
    return Sample(path, path, Action.ADDRESS_REFUSED)


def unsubscribe(mailbox: Mailbox) -> Sample:
    anna, news = person(), topic()
    subscribe(anna, news)
    path = f"/unsubscribe/{token_for(anna.id, topic_id=news, campaign_id=None)}"
    return Sample(path, path, Action.CONSENT_WITHDRAWN)


def preferences(mailbox: Mailbox) -> Sample:
    anna, news = person(), topic()
    subscribe(anna, news)
    path = f"/preferences/{token_for(anna.id, topic_id=news, campaign_id=None)}"
    return Sample(path, f"{path}/topics/{news}", Action.CONSENT_WITHDRAWN, {"on": "0"})


def confirm_erasure(mailbox: Mailbox) -> Sample:
    signed_in(mailbox.browser, person()).submit("/account/erasure")
    path = mailbox.link_to("anna@example.org")
    return Sample(path, path, Action.ERASURE_CONFIRMED)


def cancel_erasure(mailbox: Mailbox) -> Sample:
    confirmation = confirm_erasure(mailbox)
    mailbox.browser.submit(confirmation.form)
    path = mailbox.link_to("anna@example.org")
    return Sample(path, path, Action.ERASURE_CANCELLED)


SINGLE_USE: dict[Purpose, list[Kind]] = {
    Purpose.CONFIRM_SIGN_UP: [confirm_sign_up],
    Purpose.RESET_PASSWORD: [reset_password],
    Purpose.CONFIRM_NEW_EMAIL: [confirm_new_email],
    Purpose.UNDO_NEW_EMAIL: [undo_new_email],
    Purpose.NOT_ME: [not_me],
    Purpose.RECOVER_ACCOUNT: [recover_account],
    Purpose.CANCEL_RECOVERY: [cancel_recovery],
    Purpose.CONFIRM_NEWSLETTER: [confirm_newsletter],
    Purpose.CONFIRM_COPY: [confirm_copy],
    Purpose.ACTIVATE: [activate, not_this_customer],
    Purpose.CONFIRM_CLOSURE: [confirm_closure],
    Purpose.CONFIRM_ERASURE: [confirm_erasure],
    Purpose.CANCEL_ERASURE: [cancel_erasure],
    Purpose.STAFF_INVITATION: [staff_invitation, staff_invitation_of_a_customer],
}
REPEATABLE: dict[Purpose, list[Kind]] = {
    Purpose.DOWNLOAD_EXPORT: [download_export],
    Purpose.COLLECT_COPY: [collect_copy],
    Purpose.UNSUBSCRIBE: [unsubscribe, preferences],
}
NOTHING_TO_DO = {
    Purpose.READ_CONSENTS: "it shows each yes and no: tests/consents/test_history.py opens it",
}
NOT_EMAILED = {
    Purpose.SHARED_COPY: "shown to the person, who hands it on",
    Purpose.FETCH_SHARED_COPY: "behind the button of a shared copy",
    Purpose.SECOND_STEP: "between password and second factor, in the cookie",
    Purpose.PASSKEY: "what a passkey signs, in the page",
}
