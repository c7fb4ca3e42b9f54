"""What the emails of this package say, whatever people are called."""

from collections.abc import Callable

import pytest

from tests.accounts.mailbox import newest
from tests.people import person
from tests.relay import TestRelay
from webapp.accounts.models import Profile
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail import messages
from webapp.subjects.models import Subject

NAMES = [
    "Eve\r\nBcc: all@example.org",
    "Eve\nSubject: You won",
    "<b>Eve</b> & “Co.”",
    "🦄",
    "فاطمة",
    "%(name)s {{ 7 * 7 }}",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("email", ["already_registered", "reset_password", "password_changed"])
def test_a_name_stays_text(run_jobs: Callable[[], None], relay: TestRelay, email: str, name: str) -> None:
    anna = person()
    db.session.get_one(Profile, anna.id).given_name = name  # past the form, which refuses the first two
    messages.send(f"accounts/{email}", db.session.get_one(Subject, anna.id), now=utc_now())
    run_jobs()
    received = newest(relay, anna.email)
    assert sorted(received.email.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
    )
    assert "won" not in received.subject
    assert "<b>" not in received.html
    assert "".join(name.split()) in "".join(received.text.split())


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_every_email_tells_how_long_its_link_lives_and_never_asks_for_a_password(
    run_jobs: Callable[[], None], relay: TestRelay, language: str
) -> None:
    anna = person(language=language)
    messages.send("accounts/reset_password", db.session.get_one(Subject, anna.id), now=utc_now())
    run_jobs()
    received = newest(relay, anna.email)
    assert "30" in received.text
    assert f'lang="{language}"' in received.html
    assert received.text.count("http://localhost/password/reset/") == 1
