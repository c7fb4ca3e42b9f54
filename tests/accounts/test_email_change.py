"""Using another email address."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import another_browser, can_sign_in, csrf_token
from tests.accounts.mailbox import link, newest, subjects, titled
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay
from webapp.accounts import email_changes, password_resets
from webapp.accounts.models import Account, EmailChange
from webapp.clock import utc_now
from webapp.db import db
from webapp.subjects.models import Subject

OLD, NEW = "anna@example.org", "anna@alpine.example"
RunJobs = Callable[[], None]
SignIn = Callable[[Person], PageClient]


@pytest.fixture
def anna(client: PageClient, sign_in: SignIn) -> Person:
    anna = person(OLD)
    sign_in(anna)
    return anna


def ask(client: PageClient, email: str = NEW, *, status: int = 303) -> str:
    response = client.submit("/account/profile/email", {"email": email})
    assert response.status_code == status, response.text
    return response.text


def address(anna: Person) -> str:
    return db.session.get_one(Subject, anna.id).email


def test_the_new_address_counts_once_it_is_confirmed(
    client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    ask(client)
    page = client.get("/account/profile").text
    assert "Waiting for you to open the link" in page
    assert NEW in page
    assert address(anna) == OLD
    run_jobs()
    assert subjects(relay, OLD) == ["Your email address is about to change"]
    confirm = link(newest(relay, NEW))
    assert "Use this address" in client.get(confirm).text
    assert address(anna) == OLD
    assert client.submit(confirm).location == "/account/profile"
    page = client.get("/account/profile").text
    assert "Your new email address is in use now." in page
    assert "Waiting for you" not in page
    run_jobs()
    assert subjects(relay, OLD)[1:] == ["Your email address was changed"]
    assert NEW in newest(relay, OLD).text
    client.submit("/sign-out", page="/account/profile")
    assert not can_sign_in(client, OLD)
    assert can_sign_in(client, NEW)


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@", OLD, "a\r\nBcc: b@example.org", "anna@example.org\0", "a" * 300 + "@b.org"]
)
def test_what_is_no_new_address_is_refused(client: PageClient, anna: Person, email: str) -> None:
    assert 'class="error"' in ask(client, email, status=422)


def test_the_answer_to_the_wish_does_not_tell_whose_address_it_is(
    client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    person(NEW)
    ask(client)
    run_jobs()
    confirm = link(newest(relay, NEW))
    assert client.get(confirm).status_code == 200
    answer = client.submit(confirm)
    assert answer.status_code == 409
    assert "This address is in use" in answer.text
    assert address(anna) == OLD


def test_on_another_device_the_password_confirms(
    client: PageClient, app: Flask, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    ask(client)
    run_jobs()
    phone, confirm = another_browser(app), link(newest(relay, NEW))
    assert 'name="password"' in phone.get(confirm).text
    assert phone.submit(confirm).status_code == 422
    assert phone.submit(confirm, {"password": "not her password"}).status_code == 422
    assert address(anna) == OLD
    assert phone.submit(confirm, {"password": PASSWORD}).status_code == 303
    assert address(anna) == NEW
    assert phone.get("/account/profile").status_code == 303  # no link signs anyone in


def test_nobody_puts_the_address_of_another_on_an_account_of_their_own(
    client: PageClient, app: Flask, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    ask(client, "bea@example.org")
    run_jobs()
    bea, confirm = another_browser(app), link(newest(relay, "bea@example.org"))
    person("bea@work.example")
    assert can_sign_in(bea, "bea@work.example")
    assert bea.submit(confirm).status_code == 422
    assert address(anna) == OLD


def test_scanners_that_open_the_link_fifty_times_use_nothing_up(
    client: PageClient, app: Flask, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    ask(client)
    run_jobs()
    confirm, scanner = link(newest(relay, NEW)), another_browser(app)
    for _ in range(25):
        assert scanner.get(confirm).status_code == 200
        assert scanner.head(confirm).status_code == 200
    assert client.submit(confirm).status_code == 303
    assert address(anna) == NEW


def test_a_second_press_is_harmless(client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay) -> None:
    ask(client)
    run_jobs()
    confirm = link(newest(relay, NEW))
    token = csrf_token(client, confirm)
    answers = [client.post(confirm, data={"csrf_token": token}).status_code for _ in range(2)]
    assert answers == [303, 410]
    assert "This link is not needed any more" in client.get(confirm).text
    assert address(anna) == NEW


def test_of_two_wishes_the_first_confirmed_ends_the_other(
    client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    ask(client)
    ask(client, "anna@other.example")
    run_jobs()
    assert client.submit(link(newest(relay, "anna@other.example"))).status_code == 303
    assert client.get(link(newest(relay, NEW))).status_code == 410


def test_a_new_password_ends_a_wish_that_somebody_else_may_have_had(
    client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    ask(client)
    run_jobs()
    token = password_resets.link_token(db.session.get_one(Account, anna.id), now=utc_now())
    client.get(f"/password/reset/{token}")
    assert client.submit("/password/new", {"password": "eleven glaciers, one marmot"}).status_code == 303
    assert client.get(link(newest(relay, NEW))).status_code == 410


def test_links_to_the_old_mailbox_die_with_the_change(
    client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    token = password_resets.link_token(db.session.get_one(Account, anna.id), now=utc_now())
    ask(client)
    run_jobs()
    client.submit(link(newest(relay, NEW)))
    assert client.get(f"/password/reset/{token}").status_code == 410


def test_a_link_lives_a_day(client: PageClient, anna: Person) -> None:
    ask(client)
    change = db.session.scalars(select(EmailChange)).one()
    old = email_changes.link_token(change, now=utc_now() - timedelta(hours=24, seconds=2))
    answer = client.get(f"/account/email/{old}")
    assert answer.status_code == 410
    assert "This link is too old" in answer.text
    assert client.submit(f"/account/email/{old}", page="/account/profile").status_code == 410
    young = email_changes.link_token(change, now=utc_now() - timedelta(hours=23))
    assert client.submit(f"/account/email/{young}").status_code == 303


@pytest.mark.parametrize("spoil", [lambda t: t[:-2], lambda t: t[:9], lambda t: "x" + t, lambda t: "."])
def test_a_truncated_or_changed_link_says_so(client: PageClient, anna: Person, spoil: Callable[[str], str]) -> None:
    ask(client)
    token = email_changes.link_token(db.session.scalars(select(EmailChange)).one(), now=utc_now())
    assert client.get(f"/account/email/{spoil(token)}").status_code == 404
    assert client.submit(f"/account/email/{spoil(token)}", page="/account/profile").status_code == 404
    assert address(anna) == OLD


def test_a_stranger_is_not_flooded(client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay) -> None:
    for _ in range(email_changes.MOST_A_DAY):
        ask(client, "stranger@example.org")
    assert "Please try again tomorrow" in ask(client, "stranger@example.org", status=422)
    run_jobs()
    assert len(relay.to("stranger@example.org")) == email_changes.MOST_A_DAY


def test_the_wish_needs_a_csrf_token(client: PageClient, anna: Person) -> None:
    assert client.post("/account/profile/email", data={"email": NEW}).status_code == 400
    assert db.session.scalars(select(EmailChange)).all() == []


def change_address(client: PageClient, run_jobs: RunJobs, relay: TestRelay, email: str = NEW) -> str:
    """The path of the link that takes it back."""
    old = db.session.scalars(select(Subject.email).join(Account, Account.subject_id == Subject.id)).one()
    ask(client, email)
    run_jobs()
    assert client.submit(link(newest(relay, email))).status_code == 303
    run_jobs()
    return link(titled(relay, old, "Your email address was changed"))


def test_the_old_address_takes_it_back(
    client: PageClient, app: Flask, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    undo = change_address(client, run_jobs, relay)
    mailbox = another_browser(app)
    assert NEW in mailbox.get(undo).text
    assert address(anna) == NEW
    token = csrf_token(mailbox, undo)
    for _ in range(2):
        assert mailbox.post(undo, data={"csrf_token": token}).location == "/account/secured"
    assert address(anna) == OLD
    assert client.get("/account").status_code == 303
    assert not can_sign_in(client, OLD)
    run_jobs()
    assert "Your email address is the old one again" in subjects(relay, NEW)
    assert mailbox.get(link(titled(relay, OLD, "Your account was made safe: choose a new password"))).status_code == 303


def test_the_first_address_outranks_the_later_ones(
    client: PageClient, app: Flask, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    first = change_address(client, run_jobs, relay, "thief@example.org")
    second = change_address(client, run_jobs, relay, "thief@example.net")
    another_browser(app).submit(first)
    assert address(anna) == OLD
    another_browser(app).submit(second, page="/sign-in")
    assert address(anna) == OLD


def test_it_cannot_be_taken_back_after_a_week(client: PageClient, anna: Person) -> None:
    ask(client)
    change = db.session.scalars(select(EmailChange)).one()
    old = email_changes.undo_token(change, now=utc_now() - timedelta(days=7, minutes=1))
    assert client.submit(f"/account/email/undo/{old}", page="/account/profile").status_code == 410


def test_an_address_that_another_took_meanwhile_is_left_to_them(
    client: PageClient, app: Flask, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    undo = change_address(client, run_jobs, relay)
    person(OLD)
    assert another_browser(app).submit(undo).status_code == 409
    assert address(anna) == NEW
    assert client.get("/account").status_code == 200
