"""Somebody who lost everything comes back; somebody who only says so does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from jobs.accounts import send_recoveries
from tests.accounts.browsers import another_browser
from tests.accounts.mailbox import newest, subjects
from tests.pages import PageClient
from tests.people import Person, person
from tests.relay import Received, TestRelay
from webapp.access import Role
from webapp.accounts.factors import enrolment, recoveries
from webapp.accounts.factors.models import AccountRecovery
from webapp.accounts.models import Account
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.links import Purpose

SignIn = Callable[[Person], PageClient]
RunJobs = Callable[[], None]
PASSWORD = "nine swallows on a telephone wire"
NEW = "/staff/recoveries/new"
ANNA = {"email": "anna@example.org", "reason": "She phoned; we called her back and asked for her invoices."}


@pytest.fixture
def anna(app: Flask) -> Person:
    return person(authenticator=True)


@pytest.fixture
def desk(app: Flask, sign_in: SignIn, anna: Person) -> PageClient:
    """The browser of somebody at the support desk."""
    return sign_in(person("sue@example.org", role=Role.SUPPORT))


@pytest.fixture
def started(desk: PageClient, anna: Person) -> AccountRecovery:
    assert desk.submit(NEW, ANNA).location == "/staff/recoveries"
    return db.session.scalars(select(AccountRecovery)).one()


def pass_time(days: float) -> None:
    recovery = db.session.scalars(select(AccountRecovery)).one()
    for moment in ("started_at", "due_at", "link_sent_at"):
        if at := getattr(recovery, moment):
            setattr(recovery, moment, at - timedelta(days=days))
    db.session.commit()
    send_recoveries()


def link_to(received: Received, ending: str) -> str:
    found = [
        word for word in received.text.split() if "/recovery/" in word and word.endswith("/stop") == (ending == "stop")
    ]
    assert found, received.text
    return found[0].removeprefix("http://localhost")


def can_enter(browser: PageClient, who: Person, password: str) -> bool:
    browser.submit("/sign-in", {"email": who.email, "password": password})
    return browser.get("/account").status_code == 200


def test_after_three_days_and_three_emails_the_owner_chooses_a_password(
    app: Flask, started: AccountRecovery, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    for days, email in [
        (0, "Your account is about to be recovered: was it you?"),
        (1.6, "Your account is about to be recovered: was it you?"),
        (1.5, "Choose a password for your account"),
    ]:
        pass_time(days)
        run_jobs()
        assert newest(relay, anna.email).subject == email
    browser = another_browser(app)
    page = link_to(newest(relay, anna.email), "use")
    assert browser.submit(page, {"password": "too short"}).status_code == 422
    assert browser.submit(page, {"password": PASSWORD}).status_code == 303
    assert not enrolment.has_second_factor(db.session.get_one(Account, anna.id))
    assert not can_enter(browser, anna, anna.password)
    assert can_enter(browser, anna, PASSWORD)
    assert browser.get(page).status_code == 410
    run_jobs()
    assert "Your password was changed" in subjects(relay, anna.email)


def test_half_way_the_owner_is_told_once_and_no_link_goes_out_early(
    started: AccountRecovery, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    for days in (1.4, 0.2, 0.2, 0.2, 0.9):
        pass_time(days)
    run_jobs()
    assert len(relay.to(anna.email)) == 2
    assert not any(
        "/recovery/" in word and not word.endswith("/stop") for mail in relay.received for word in mail.text.split()
    )


def test_one_click_stops_it_and_no_link_follows(
    app: Flask, started: AccountRecovery, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    run_jobs()
    owner, page = another_browser(app), link_to(newest(relay, anna.email), "stop")
    for _ in range(3):
        assert owner.get(page).status_code == 200
    assert db.session.scalars(select(AccountRecovery)).one().is_open
    owner.submit(page)
    assert owner.get(page).status_code == 410
    pass_time(10)
    run_jobs()
    assert subjects(relay, anna.email)[-1] == "The recovery of your account was stopped"
    assert enrolment.has_second_factor(db.session.get_one(Account, anna.id))


def test_a_link_that_went_out_is_dead_once_the_owner_stops_it(
    app: Flask, started: AccountRecovery, anna: Person, run_jobs: RunJobs, relay: TestRelay
) -> None:
    run_jobs()
    pass_time(3)
    run_jobs()
    received = newest(relay, anna.email)
    owner = another_browser(app)
    owner.submit(link_to(received, "stop"))
    assert owner.get(link_to(received, "use")).status_code == 410


def test_who_is_signed_in_sees_it_and_stops_it(app: Flask, started: AccountRecovery, anna: Person) -> None:
    owner = another_browser(app)
    owner.submit("/sign-in", {"email": anna.email, "password": anna.password})
    owner.submit("/sign-in/second-factor", {"code": anna.code()})
    assert "Somebody asked us to recover this account" in owner.get("/account/security").text
    owner.submit("/account/security/recovery/cancellation", page="/account/security")
    assert not db.session.scalars(select(AccountRecovery)).one().is_open


def test_the_desk_sees_no_link_and_chooses_no_password(
    desk: PageClient, started: AccountRecovery, run_jobs: RunJobs
) -> None:
    pass_time(3)
    page = desk.get("/staff/recoveries").text
    assert "Link sent" in page
    assert "/recovery/" not in page


def test_it_is_written_down_who_started_it(started: AccountRecovery, anna: Person) -> None:
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == Action.RECOVERY_STARTED)).one()
    assert entry.subject_id == anna.id
    assert entry.actor_id == started.started_by != anna.id


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("anna@example.org", ""),
        ("", "x"),
        ("nobody@example.org", "x"),
        ("not an address", "x"),
        ("sue@example.org", "x"),
    ],
)
def test_what_the_desk_cannot_start(desk: PageClient, email: str, reason: str) -> None:
    assert desk.submit(NEW, {"email": email, "reason": reason}).status_code == 422
    assert db.session.scalars(select(AccountRecovery)).all() == []


def test_only_one_at_a_time(desk: PageClient, started: AccountRecovery) -> None:
    assert "under way already" in desk.submit(NEW, ANNA).text
    pass_time(3)
    pass_time(4)
    assert desk.submit(NEW, ANNA).status_code == 303  # the link was not used


@pytest.mark.parametrize(("role", "allowed"), [(Role.SUPPORT, False), (Role.ADMINISTRATOR, True)])
def test_only_an_administrator_recovers_the_account_of_a_colleague(
    client: PageClient, sign_in: SignIn, role: Role, allowed: bool
) -> None:
    person("olga@example.org", role=Role.ADMINISTRATOR)
    desk = sign_in(person("sue@example.org", role=role))
    assert (desk.submit(NEW, ANNA | {"email": "olga@example.org"}).status_code == 303) is allowed


@pytest.mark.parametrize("token", ["x", "x.y.z"])
def test_a_broken_link_says_so(client: PageClient, token: str) -> None:
    assert client.get(f"/recovery/{token}").status_code == client.get(f"/recovery/{token}/stop").status_code == 404


def test_the_link_to_stop_does_not_recover(started: AccountRecovery, app: Flask) -> None:
    token = recoveries.link_token(Purpose.CANCEL_RECOVERY, started, now=utc_now())
    assert another_browser(app).get(f"/recovery/{token}").status_code == 404
