"""A worker or the database gone in the middle of a send: what was accepted is known, and what had not left is sent."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from jobs.job import commit_each
from tests.campaigns.test_sending import RunJobs, draft, make_due, readers, start, states
from tests.people import person, topic
from tests.relay import TestRelay
from webapp.access import Role
from webapp.campaigns import claims, sending, statistics
from webapp.campaigns.models import Campaign
from webapp.clock import utc_now
from webapp.db import DatabaseAway, db
from webapp.mail.smtp.relay import Relay
from webapp.mail.smtp.wire import Wire
from webapp.subjects.models import Subject

ENVELOPE, CONTENT = b"MAIL FROM", b"\r\n.\r\n"


class Killed(BaseException):
    pass


@pytest.fixture
def campaign(app: Flask) -> Campaign:
    news = topic()
    readers(news, 6)
    campaign = draft(news)
    start(campaign, db.session.get_one(Subject, person("mara@example.org", role=Role.MARKETER).id))
    return campaign


def send() -> None:
    """What a worker does that has no heartbeat."""
    with Relay() as connection:
        until = utc_now() + timedelta(minutes=1)
        commit_each(sending.send_for_a_while(connection, worker=uuid4(), until=until))


def recover(campaign: Campaign) -> None:
    db.session.rollback()
    claims.recover(now=utc_now())
    make_due(campaign)


def times_received(relay: TestRelay) -> dict[str, int]:
    return Counter(mail.to for mail in relay.received)


def send_and_die(campaign: Campaign, monkeypatch: pytest.MonkeyPatch, *, step: bytes, number: int, left: bool) -> None:
    """The worker is killed when so many of this step have left: just after it, or before it leaves."""
    really_send, before = Wire.send, number

    def send_or_die(wire: Wire, data: bytes) -> None:
        nonlocal before
        its_turn = step in data
        if left or before or not its_turn:
            really_send(wire, data)
        if its_turn and not before:
            raise Killed
        before -= its_turn

    with monkeypatch.context() as patch:
        patch.setattr(Wire, "send", send_or_die)
        patch.setattr(Relay, "close", lambda _relay: None)  # the dead say no goodbye
        with pytest.raises(Killed):
            send()


@pytest.mark.parametrize(
    ("step", "number", "left", "uncertain"),
    [
        (ENVELOPE, 0, False, 0),
        (ENVELOPE, 4, True, 0),
        (CONTENT, 0, False, 1),
        (CONTENT, 2, True, 1),
        (CONTENT, 5, True, 1),
    ],
)
def test_when_a_worker_is_killed_one_email_is_in_doubt_and_no_other_is_lost_or_sent_twice(
    step: bytes,
    number: int,
    left: bool,
    uncertain: int,
    campaign: Campaign,
    relay: TestRelay,
    run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send_and_die(campaign, monkeypatch, step=step, number=number, left=left)
    recover(campaign)
    run_jobs()
    assert statistics.figures(campaign) == statistics.Figures(recipients=6, sent=6 - uncertain, uncertain=uncertain)
    assert states(campaign) == Counter(sent=6 - uncertain, uncertain=uncertain) - Counter()
    assert set(times_received(relay).values()) == {1}
    assert len(relay.received) == (6 if left else 6 - uncertain)


def test_what_the_relay_put_off_before_the_worker_died_is_sent_later(
    campaign: Campaign, relay: TestRelay, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MOST", 2)
    answers = iter(["250 OK", "250 OK", "450 later"])  # the first of a claim of two groups
    relay.at_recipient = lambda address: next(answers, "250 OK")
    send_and_die(campaign, monkeypatch, step=ENVELOPE, number=4, left=True)
    recover(campaign)
    run_jobs()
    assert states(campaign) == {"sent": 6}
    assert set(times_received(relay).values()) == {1}


def test_emails_in_the_air_while_the_database_restarts_are_neither_lost_nor_in_doubt(
    campaign: Campaign, relay: TestRelay, app: Flask
) -> None:
    def cut_off(_envelope: object) -> str:
        relay.at_content = lambda envelope: "250 OK"
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        with app.app_context(), db.engine.connect() as another:
            another.execute(text(f"{others} AND datname = current_database()"))
        return "250 OK"

    relay.at_content = cut_off
    campaign_id = campaign.id
    send()
    assert states(db.session.get_one(Campaign, campaign_id)) == {"sent": 6}
    assert set(times_received(relay).values()) == {1}


def test_a_commit_that_came_through_although_its_answer_was_lost_counts_once(
    campaign: Campaign, relay: TestRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MOST", 2)
    steps = sending.send_for_a_while(Relay(), worker=uuid4(), until=utc_now() + timedelta(minutes=1))
    written_down = 0
    for _ in steps:
        db.session.commit()
        if written_down < len(relay.received):
            written_down = len(relay.received)
            steps.throw(DatabaseAway("COMMIT", {}, Exception("connection lost")))
            db.session.commit()
    assert written_down == 6
    assert statistics.figures(campaign) == statistics.Figures(recipients=6, sent=6)


def test_what_a_worker_sent_is_known_although_the_database_stayed_away_too_long_for_it(
    campaign: Campaign, relay: TestRelay, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.db.PATIENCE_SECONDS", 0)
    steps = sending.send_for_a_while(Relay(), worker=uuid4(), until=utc_now() + timedelta(minutes=1))
    while not relay.received:
        db.session.commit()
        next(steps)
    with pytest.raises(DatabaseAway):
        steps.throw(DatabaseAway("COMMIT", {}, Exception("connection lost")))
    recover(campaign)
    run_jobs()
    assert statistics.figures(campaign) == statistics.Figures(recipients=6, sent=6)
    assert set(times_received(relay).values()) == {1}
