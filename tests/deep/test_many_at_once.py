"""While campaigns go out as fast as they can, people leave and people forget their passwords."""

import random
import time
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.deep import sink
from tests.deep.installation import Installation
from tests.pages import PageClient
from tests.people import person, topic
from tests.readers import is_sent, people, start_campaign
from webapp.campaigns.models import Campaign, CampaignState
from webapp.clock import utc_now
from webapp.consents import subscriptions
from webapp.consents.models import Method
from webapp.crypto import key_ring, new_key
from webapp.db import db
from webapp.subjects.models import Subject, SubjectKey

pytestmark = [pytest.mark.deep, pytest.mark.timeout(240)]

LATEST_START = 2.0  # seconds after the withdrawal was committed
RESET_WITHIN = 5.0


@pytest.mark.parametrize(
    ("recipients", "pace", "pause"), [(30_000, None, 0.01), (30, 60, 0.7)], ids=["at full speed", "one per second"]
)
def test_who_leaves_during_a_send_gets_nothing_that_starts_two_seconds_later(
    recipients: int, pace: int | None, pause: float, candor: Installation, mailbag: Path
) -> None:
    topic_id = topic()
    people(recipients, topic_id)
    campaign_id = start_campaign(topic_id, pace=pace)
    candor.wait("the first emails arrived", lambda: sink.count(mailbag) >= 2)
    left_at: dict[str, float] = {}
    names = [f"reader{number}@example.org" for number in range(recipients)]
    for email in random.sample(names, recipients // 2):
        if db.session.get_one(Campaign, campaign_id, populate_existing=True).state is CampaignState.SENT:
            break
        leave(email, topic_id)
        left_at[email] = time.time()
        time.sleep(pause)
    candor.wait("the campaign is sent", partial(is_sent, campaign_id), within=120)
    received = sink.received(mailbag)
    delays = [email.at - left_at[email.to] for email in received if email.to in left_at]
    spared = left_at.keys() - {email.to for email in received}
    print(f"{len(left_at)} left, {len(spared)} of them in time; the latest start {max(delays, default=0):.3f} s after")
    assert max(delays, default=0) <= LATEST_START
    assert spared
    assert len(received) == recipients - len(spared)


def test_two_large_campaigns_share_the_workers_and_a_password_reset_overtakes_both(
    candor: Installation, mailbag: Path
) -> None:
    anna, ben = person("anna@example.org"), person("ben@example.org")
    topic_id = topic()
    people(200_000, topic_id)
    campaigns = [start_campaign(topic_id) for _ in range(2)]
    print(f"a password reset while the audiences are written down: {reset(candor, mailbag, anna.email):.2f} s")
    marks = [f"<{campaign.hex}." for campaign in campaigns]
    candor.wait("both are going out", lambda: all(sink.count(mailbag, mark) > 1_000 for mark in marks), within=120)
    before = [sink.count(mailbag, mark) for mark in marks]
    print(f"a password reset while both go out: {reset(candor, mailbag, ben.email):.2f} s")
    candor.wait("five more seconds passed", partial(is_past, time.monotonic() + 5))
    rates = [(sink.count(mailbag, mark) - earlier) for mark, earlier in zip(marks, before, strict=True)]
    print(f"meanwhile sent of each: {rates}")
    assert min(rates) > max(rates) / 3


def leave(email: str, topic_id: UUID) -> None:
    [who] = db.session.scalars(select(Subject).where(Subject.email == email))
    db.session.add(SubjectKey(subject_id=who.id, wrapped=key_ring().wrap(new_key(), context=who.id.bytes)))
    withdrawn = subscriptions.withdraw(
        who, topic_id, method=Method.ACCOUNT, wording="Unsubscribe", language="en", now=utc_now()
    )
    assert withdrawn
    db.session.commit()


def reset(candor: Installation, mailbag: Path, email: str) -> float:
    """Seconds until the relay has the email."""
    asked_at = time.monotonic()
    client = PageClient(candor.app)
    client.submit("/password/forgotten", {"email": email})
    candor.wait("the link for a new password arrived", lambda: sink.count(mailbag, f" {email} ") == 1)
    seconds = time.monotonic() - asked_at
    assert seconds < RESET_WITHIN
    return seconds


def is_past(moment: float) -> bool:
    return time.monotonic() > moment
