"""Who says no while emails leave gets none that starts more than two seconds later, however slow the relay is."""

import time
from uuid import UUID

import pytest
from aiosmtpd.smtp import Envelope
from flask import Flask
from sqlalchemy import update

from tests.campaigns.test_sending import RunJobs, draft, make_due, readers, start, states
from tests.people import person, topic
from tests.relay import TestRelay
from webapp.access import Role
from webapp.campaigns import sending
from webapp.consents.models import Subscription
from webapp.db import db
from webapp.subjects.models import Subject


def test_a_worker_whose_relay_is_slow_asks_again_who_still_wants_it(
    app: Flask, relay: TestRelay, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FRESH_SECONDS", 0.1)
    news = topic()
    people = readers(news, 6)
    campaign = draft(news)
    start(campaign, db.session.get_one(Subject, person("mara@example.org", role=Role.MARKETER).id))

    def slowly(envelope: Envelope) -> str:
        leave(app, [who.id for who in people if who.email not in envelope.rcpt_tos])
        time.sleep(0.12)
        return "250 OK"

    relay.at_content = slowly
    run_jobs()
    make_due(campaign)
    run_jobs()
    assert len(relay.received) == 1
    assert states(campaign) == {"sent": 1, "suppressed": 5}


def leave(app: Flask, people: list[UUID]) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(Subscription).where(Subscription.subject_id.in_(people)).values(subscribed=False))
