"""Whose turn it is, found at the same cost however large a campaign is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from jobs.job import commit_each
from tests.campaigns.test_sending import RunJobs
from tests.people import topic
from tests.plans import asked_of, plan
from tests.readers import is_sent, people, start_campaign
from tests.relay import TestRelay
from webapp.campaigns import claims, sending
from webapp.campaigns.handing_out import NEXT_NUMBERS
from webapp.campaigns.models import Delivery, Progress
from webapp.campaigns.turns import underway
from webapp.clock import utc_now
from webapp.db import db

MANY = 10 * NEXT_NUMBERS
NOT_COUNTED = "UPDATE pg_class SET relpages = 1, reltuples = 5000 WHERE relname LIKE 'deliveries%' AND relkind = 'r'"


@pytest.fixture
def news(app: Flask) -> UUID:
    return topic()


def written_down(news: UUID) -> UUID:
    campaign = start_campaign(news)
    commit_each(sending._write_down_audience(campaign))
    return campaign


def take(campaign: UUID) -> list[int]:
    """The numbers of what a worker is given."""
    [send] = [send for send in underway() if send.campaign_id == campaign]
    claimed = claims.take(send, worker=uuid4(), size=claims.MOST, now=utc_now() + timedelta(seconds=1))
    db.session.commit()
    return [row.id for row in claimed.rows] if claimed else []


@pytest.mark.parametrize("counted", [False, True])
def test_a_claim_reads_few_rows_of_a_large_campaign(news: UUID, counted: bool) -> None:
    """Whether or not the planner has counted it. If not it thinks of rows that are many, but few of this campaign."""
    people(MANY, news)
    campaign = written_down(news)
    db.session.execute(text("ANALYZE deliveries" if counted else NOT_COUNTED))
    db.session.commit()
    with asked_of(db.engine) as statements:
        assert len(take(campaign)) == claims.MOST
    [(taking, values)] = [one for one in statements if "FOR UPDATE" in one[0]]
    assert 0 < sum(_rows_read(taking, values | {"this_claim": uuid4()})) <= NEXT_NUMBERS


def _rows_read(statement: str, values: Any) -> Iterator[int]:
    """From the ledger."""
    for node in plan(db.session.connection(), statement, values, carried_out=True):
        if node.get("Relation Name", "").startswith("deliveries"):
            yield node["Actual Rows"] + node.get("Rows Removed by Filter", 0)


def test_claims_follow_one_another_without_a_gap(news: UUID) -> None:
    people(NEXT_NUMBERS + 30, news)
    campaign = written_down(news)
    numbers = db.session.scalars(select(Delivery.id).order_by(Delivery.id)).all()
    for first in range(0, len(numbers), claims.MOST):
        assert take(campaign) == numbers[first : first + claims.MOST]


def test_numbers_that_belong_to_nobody_are_passed_over(news: UUID, relay: TestRelay, run_jobs: RunJobs) -> None:
    """Of people who were deleted, or of a snapshot that was not finished."""
    people(3, news)
    campaign = written_down(news)
    db.session.execute(update(Progress).values(reached=Progress.reached - 3 * NEXT_NUMBERS))
    db.session.commit()
    run_jobs()
    assert is_sent(campaign)
    assert len(relay.received) == 3


def test_of_campaigns_that_began_together_each_gets_its_own(news: UUID) -> None:
    """Their numbers alternate."""
    people(2 * claims.MOST, news)
    first, second = written_down(news), written_down(news)
    db.session.execute(delete(Delivery).where(Delivery.campaign_id == second))
    theirs = update(Delivery).where(Delivery.campaign_id == first, Delivery.id % 2 == 1).values(campaign_id=second)
    db.session.execute(theirs)
    reached, last = db.session.execute(select(Progress.reached, Progress.last).filter_by(campaign_id=first)).one()
    db.session.execute(update(Progress).where(Progress.campaign_id == second).values(reached=reached, last=last))
    db.session.commit()
    for campaign in (first, second):
        mine = select(Delivery.id).where(Delivery.campaign_id == campaign).order_by(Delivery.id)
        assert take(campaign) == db.session.scalars(mine).all()
        assert take(campaign) == []
