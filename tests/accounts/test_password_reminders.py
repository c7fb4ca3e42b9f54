"""Once a year: is your password still a good one?"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.accounts.mailbox import newest, subjects
from tests.pages import PageClient
from tests.people import Person, person
from tests.relay import TestRelay
from webapp import queue
from webapp.accounts import password_reminders
from webapp.accounts.models import Account
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.queue import Job

QUESTION = "Is your password still a good one?"
RunJobs = Callable[[], None]


@pytest.fixture
def anna(client: PageClient, sign_in: Callable[[Person], PageClient]) -> Person:
    """Her password is a year and a day old."""
    anna = person()
    sign_in(anna)
    age(days=366)
    return anna


def age(days: int) -> None:
    """So much time goes by."""
    then = timedelta(days=days)
    columns = (Account.password_changed_at, Account.password_kept_at, Account.password_reminded_at)
    db.session.execute(update(Account).values({column.key: column - then for column in columns}))
    db.session.commit()


def remind(run_jobs: RunJobs) -> None:
    queue.later(Job.REMIND_OF_PASSWORDS)
    run_jobs()


def test_after_a_year_the_first_page_asks(client: PageClient, anna: Person) -> None:
    assert QUESTION in client.get("/account").text
    db.session.execute(update(Account).values(password_changed_at=utc_now() - timedelta(days=364)))
    assert QUESTION not in client.get("/account").text


def test_keeping_it_is_an_answer_for_a_year(
    client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    assert client.submit("/account/security/password/keeping", page="/account").location == "/account"
    assert QUESTION not in client.get("/account").text
    remind(run_jobs)
    assert relay.received == []
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == Action.PASSWORD_KEPT
    age(days=366)
    assert QUESTION in client.get("/account").text


def test_with_htmx_the_banner_just_goes_away(client: PageClient, anna: Person) -> None:
    answer = client.submit("/account/security/password/keeping", page="/account", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text) == (200, "")
    assert 'hx-swap="delete"' not in client.get("/account").text


def test_a_new_password_is_an_answer_too(client: PageClient, anna: Person) -> None:
    db.session.execute(update(Account).values(password_changed_at=utc_now()))
    assert QUESTION not in client.get("/account").text


def test_one_email_a_year_and_nobody_is_forced(
    client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    remind(run_jobs)
    remind(run_jobs)
    assert subjects(relay, anna.email) == [QUESTION]
    assert "keep it" in newest(relay, anna.email).text
    assert "http://localhost/account/security" in newest(relay, anna.email).text
    assert client.get("/account/profile").status_code == 200
    age(days=364)
    remind(run_jobs)
    assert len(relay.received) == 1
    age(days=2)
    remind(run_jobs)
    assert len(relay.received) == 2


def test_who_changed_it_before_the_email_left_gets_none(anna: Person, run_jobs: RunJobs, relay: TestRelay) -> None:
    password_reminders.send_due(now=utc_now())
    db.session.execute(update(Account).values(password_changed_at=utc_now()))
    run_jobs()
    assert relay.received == []


def test_all_get_theirs_though_only_some_are_written_to_at_once(
    client: PageClient, monkeypatch: pytest.MonkeyPatch, run_jobs: RunJobs, relay: TestRelay
) -> None:
    monkeypatch.setattr(password_reminders, "AT_ONCE", 2)
    for number in range(5):
        person(f"person-{number}@example.org")
    person("operator@example.org", confirmed=False)
    age(days=400)
    remind(run_jobs)
    assert len(relay.received) == 5
    assert relay.to("operator@example.org") == []
