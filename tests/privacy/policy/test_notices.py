"""Everybody concerned is told of a new version: once, nobody left out, and nobody waits for it."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select

from tests.people import Person, person, subscribe, topic
from tests.privacy.policy.writers import TEXT, published, reader, writer
from tests.relay import TestRelay
from webapp import queue
from webapp.accounts import password_resets
from webapp.clock import utc_now
from webapp.consents.models import Suppression, SuppressionReason
from webapp.db import db
from webapp.mail import messages
from webapp.mail.delivery import AT_ONCE
from webapp.mail.models import Message
from webapp.mail.smtp.relay import Relay
from webapp.privacy.policy import notices
from webapp.privacy.policy.models import PolicyNotice, PolicyShowing, Way
from webapp.subjects import subjects

pytestmark = pytest.mark.usefixtures("addressed")
NOTICE = "privacy/policy_changed"


def told() -> Counter[object]:
    return Counter(db.session.scalars(select(Message.subject_id).where(Message.email == NOTICE)))


def test_everybody_concerned_gets_an_email_with_what_is_new(
    app: Flask, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    olga, pia = writer(), reader()
    published(olga, pia)
    run_jobs()
    relay.forget()
    anna, reading = person(), subjects.find_or_create("news@example.org", language="de")
    subscribe(Person(reading.id, reading.email), topic())
    subjects.find_or_create("asked-once@example.org", language="en")
    person("unconfirmed@example.org", confirmed=False)
    person("full@example.org")
    bounced = subjects.find_or_create("full@example.org", language="en").address_hash
    db.session.add(Suppression(address_hash=bounced, reason=SuppressionReason.HARD_BOUNCE, at=utc_now()))
    published(olga, pia, f"{TEXT}\nMore.\n", news="The honey is **lighter** now.")
    run_jobs()
    expected = {"anna@example.org", "news@example.org", olga.email, pia.email}
    assert {received.to for received in relay.received} == expected
    assert len(relay.received) == len(expected)
    [email] = relay.to(anna.email)
    assert "The honey is lighter now." in email.text.replace("**", "")
    assert "/privacy-policy/1/changes/2" in email.text
    assert "List-Unsubscribe" not in email.email
    shown = db.session.execute(select(PolicyShowing.how, PolicyShowing.at).where(PolicyShowing.subject_id == anna.id))
    sent = select(Message.sent_at).where(Message.email == NOTICE, Message.subject_id == anna.id)
    assert shown.all() == [(Way.EMAIL, db.session.scalar(sent))]


def test_an_email_that_was_refused_shows_nobody_anything(
    app: Flask, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    olga, pia = writer(), reader()
    relay.at_recipient = lambda address: "550 no such mailbox" if address == olga.email else "250 OK"
    published(olga, pia)
    run_jobs()
    assert set(db.session.scalars(select(PolicyShowing.subject_id))) == {pia.id}


@pytest.mark.parametrize("killed_after", [0, 1, 2])
def test_killed_anywhere_nobody_is_told_twice_and_nobody_left_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch, killed_after: int
) -> None:
    monkeypatch.setattr(notices, "AT_ONCE", 3)
    people = {person(f"p{number}@example.org").id for number in range(8)}
    olga, pia = writer(), reader()
    published(olga, pia)
    for _ in range(killed_after):
        notices.write_some(1, now=utc_now())
        db.session.commit()
    notices.write_some(1, now=utc_now())
    db.session.flush()
    db.session.rollback()  # what a killed process had not committed
    while notices.write_some(1, now=utc_now()):
        db.session.commit()
    db.session.commit()
    assert told() == Counter([*people, olga.id, pia.id])
    assert db.session.get_one(PolicyNotice, 1).written == len(people) + 2
    assert not notices.write_some(1, now=utc_now())


def test_a_long_job_hands_on(app: Flask, run_jobs: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "AT_ONCE", 1)
    monkeypatch.setattr("jobs.privacy.TURN", timedelta(0))
    people = {person(f"p{number}@example.org").id for number in range(4)}
    olga, pia = writer(), reader()
    published(olga, pia)
    run_jobs()
    assert told() == Counter([*people, olga.id, pia.id])


def test_a_new_password_does_not_wait_for_a_mass_of_notices(app: Flask, relay: TestRelay) -> None:
    anna = person()
    published(writer(), reader())
    now = utc_now()
    row = {"subject_id": anna.id, "email": NOTICE, "ids": {"version": "1"}, "due_at": now, "bulk": True}
    db.session.execute(insert(Message), [row] * 30)
    db.session.commit()
    with Relay() as connection:
        for _ in messages.deliver_due(connection, worker=worker(), until=now + timedelta(minutes=1)):
            db.session.commit()
            if len(relay.received) == 1:
                password_resets.ask(anna.email, now=utc_now())
                db.session.commit()
    order = [received.subject for received in relay.received]
    assert len(order) == 31
    assert order.index("Choose a new password") <= 1 + AT_ONCE


def worker() -> UUID:
    process = uuid4()
    queue.beat(process, "service", now=utc_now())
    db.session.commit()
    return process
