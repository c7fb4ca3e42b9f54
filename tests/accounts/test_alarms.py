"""“This was not me”: the link that puts out whoever got into an account."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import another_browser, can_sign_in, csrf_token
from tests.accounts.mailbox import link, newest, titled
from tests.pages import PageClient
from tests.people import Person, person
from tests.relay import TestRelay
from webapp import links
from webapp.accounts import alarms, email_changes
from webapp.accounts.factors.models import Passkey
from webapp.accounts.models import Account, DeviceSession
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db

RunJobs = Callable[[], None]
ANNA, NEW = "anna@example.org", "eleven glaciers, one marmot"


class Intrusion(NamedTuple):
    """Somebody who knows Anna's password, and the link that she got about it."""

    thief: PageClient
    link: str


@pytest.fixture
def anna(client: PageClient, sign_in: Callable[[Person], PageClient]) -> Person:
    anna = person(ANNA)
    sign_in(anna)
    return anna


@pytest.fixture
def intrusion(app: Flask, anna: Person, run_jobs: RunJobs, relay: TestRelay) -> Intrusion:
    thief = another_browser(app)
    assert can_sign_in(thief, ANNA)
    run_jobs()
    return Intrusion(thief, link(newest(relay, ANNA)))


def is_in(client: PageClient) -> bool:
    return client.get("/account/devices").status_code == 200


def test_it_puts_everybody_out_and_leads_back_by_the_mailbox(
    app: Flask, client: PageClient, anna: Person, intrusion: Intrusion, run_jobs: RunJobs, relay: TestRelay
) -> None:
    mailbox = another_browser(app)
    assert "127.0.0.1" in mailbox.get(intrusion.link).text
    assert mailbox.submit(intrusion.link).location == "/account/secured"
    assert not is_in(intrusion.thief)
    assert not is_in(client)
    assert not can_sign_in(another_browser(app), ANNA)
    run_jobs()
    told = titled(relay, ANNA, "Your account was made safe: choose a new password")
    assert mailbox.get(link(told)).location == "/password/new"
    assert mailbox.submit("/password/new", {"password": NEW}).status_code == 303
    assert can_sign_in(client, ANNA, NEW)
    assert Action.ACCOUNT_SECURED in db.session.scalars(select(AuditEntry.action)).all()


def test_looking_changes_nothing(client: PageClient, app: Flask, intrusion: Intrusion) -> None:
    for _ in range(5):
        another_browser(app).get(intrusion.link)
        another_browser(app).head(intrusion.link)
    assert is_in(client)
    assert is_in(intrusion.thief)


def test_it_works_once(
    client: PageClient, app: Flask, intrusion: Intrusion, run_jobs: RunJobs, relay: TestRelay
) -> None:
    mailbox = another_browser(app)
    token = csrf_token(mailbox, intrusion.link)
    for _ in range(2):
        assert mailbox.post(intrusion.link, data={"csrf_token": token}).location == "/account/secured"
    run_jobs()
    reset = link(titled(relay, ANNA, "Your account was made safe: choose a new password"))
    mailbox.get(reset)
    mailbox.submit("/password/new", {"password": NEW})
    assert can_sign_in(client, ANNA, NEW)
    mailbox.post(intrusion.link, data={"csrf_token": token})
    assert is_in(client)


def test_it_ends_after_a_week(client: PageClient, anna: Person) -> None:
    device = db.session.scalars(select(DeviceSession)).one()
    old = alarms.link_token(device, now=utc_now() - timedelta(days=7, minutes=1))
    answer = client.submit(f"/account/not-me/{old}", page="/account/devices")
    assert answer.status_code == 410
    assert "choose a new password" in answer.text
    assert is_in(client)


@pytest.mark.parametrize("token", ["x", "x.y", links.Purpose.NOT_ME.salt])
def test_a_broken_link_does_nothing(client: PageClient, anna: Person, token: str) -> None:
    assert client.submit(f"/account/not-me/{token}", page="/account/devices").status_code == 404
    assert is_in(client)


def test_a_link_for_something_else_gives_no_alarm(client: PageClient, anna: Person) -> None:
    device = db.session.scalars(select(DeviceSession)).one()
    other = links.sign(links.Purpose.UNDO_NEW_EMAIL, now=utc_now(), device=str(device.id))
    assert client.submit(f"/account/not-me/{other}", page="/account/devices").status_code == 404


def test_a_passkey_that_was_there_before_stays_and_a_new_one_goes(
    app: Flask, anna: Person, intrusion: Intrusion
) -> None:
    got_in = db.session.scalars(select(DeviceSession.signed_in_at).order_by(DeviceSession.signed_in_at.desc())).first()
    assert got_in
    for name, added_at in (("hers", got_in - timedelta(days=1)), ("theirs", got_in + timedelta(seconds=1))):
        key = {"credential_id": name.encode(), "public_key": b"", "sign_count": 0, "transports": []}
        db.session.add(Passkey(subject_id=anna.id, name=name, added_at=added_at, **key))
    db.session.commit()
    another_browser(app).submit(intrusion.link)
    assert db.session.scalars(select(Passkey.name)).all() == ["hers"]


def test_a_change_of_address_that_somebody_began_dies(app: Flask, anna: Person, intrusion: Intrusion) -> None:
    intrusion.thief.submit("/account/profile/email", {"email": "thief@example.org"})
    another_browser(app).submit(intrusion.link)
    assert email_changes.waiting(db.session.get_one(Account, anna.id), now=utc_now()) is None
