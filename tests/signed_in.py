"""A browser that is signed in already, for tests about what comes after."""

from typing import TypeVar

from flask import session
from flask.testing import FlaskClient

from tests.people import Person
from webapp.accounts import sessions
from webapp.accounts.models import Account
from webapp.clock import utc_now
from webapp.db import db

Browser = TypeVar("Browser", bound=FlaskClient)


def signed_in(browser: Browser, who: Person) -> Browser:
    with browser.application.app_context(), browser.application.test_request_context():
        account, now = db.session.get_one(Account, who.id), utc_now()
        sessions.sign_in(account, now=now)
        db.session.commit()
        cookies = dict(session)
    with browser.session_transaction() as kept:
        kept.update(cookies)
    return browser
