"""The ledger through the years: a month leaves in one piece, its figures stay, and no page reads a whole month."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.people import Person, person, topic
from tests.plans import asked_of, plan
from tests.signed_in import signed_in
from webapp import partitions
from webapp.access import Role
from webapp.campaigns import audience, statistics
from webapp.campaigns.models import Campaign, CampaignState, Delivery, Refusal
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail.models import State
from webapp.privacy.retention import sweep

MONTHS = [datetime(2022, 11, 20, 9, tzinfo=UTC), datetime(2022, 12, 5, 9, tzinfo=UTC)]
OLD, LATELY = MONTHS[0], utc_now()
EVERYBODY = [State.SENT] * 8 + [State.FAILED, State.SUPPRESSED]


@pytest.fixture
def news(app: Flask) -> UUID:
    return topic()


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


def sent(news: UUID, at: datetime, *readers: Person) -> Campaign:
    """With a row in the ledger for each of the readers, and its figures beside it."""
    month = partitions.month_of(at)
    partitions.ensure(Delivery, month)
    facts = {"sending_since": at, "finished_at": at, "snapshot_month": month, "created_at": at, "changed_at": at}
    campaign = Campaign(topic_id=news, subject=f"News of {month}", body="Hello", state=CampaignState.SENT, **facts)
    db.session.add(campaign)
    db.session.flush()
    for reader, state in zip(readers, EVERYBODY[: len(readers)], strict=True):
        row = {"subject_id": reader.id, "state": state, "due_at": at, "sent_at": at if state is State.SENT else None}
        delivery = Delivery(snapshot_month=month, campaign_id=campaign.id, reply="550 no such mailbox", **row)
        db.session.add(delivery)
        db.session.flush()
        if state is State.FAILED:
            db.session.add(Refusal(campaign_id=campaign.id, delivery_id=delivery.id))
        audience.count_up(campaign.id, state, 1, now=at)
    audience.count_up(campaign.id, "recipients", len(readers), now=at)
    audience.count_up(campaign.id, "unsubscribed", 1, now=at + timedelta(hours=1))
    db.session.commit()
    return campaign


def swept() -> None:
    for _ in sweep.sweep(now=utc_now()):
        db.session.commit()
    db.session.commit()


def shown(campaign: Campaign) -> tuple[Any, ...]:
    """The figures and the plots."""
    histories = statistics.histories(campaign, ("sent", "failed"), ("unsubscribed",))
    return statistics.figures(campaign), *histories


def test_the_figures_of_a_campaign_outlive_its_ledger(news: UUID, anna: Person) -> None:
    crowd = [anna, *(person(f"reader{number}@example.org") for number in range(9))]
    old, older, new = (sent(news, at, *crowd) for at in (*MONTHS, LATELY))
    before = {campaign.id: shown(campaign) for campaign in (old, older, new)}
    swept()
    assert partitions.months(Delivery)[0] > partitions.month_of(MONTHS[-1])
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == len(crowd)
    assert {campaign.id: shown(campaign) for campaign in (old, older, new)} == before
    assert [statistics.ledger(campaign).kept for campaign in (old, older, new)] == [False, False, True]
    assert [len(statistics.ledger(campaign).failures) for campaign in (old, older, new)] == [0, 0, 1]


def test_the_page_of_an_old_campaign_says_what_is_gone(app: Flask, news: UUID, anna: Person) -> None:
    old, new = sent(news, OLD, anna), sent(news, LATELY, anna)
    swept()
    marketer = signed_in(app.test_client(), person("mara@example.org", role=Role.MARKETER))
    page = marketer.get(f"/marketing/campaigns/{old.id}").text
    assert "Who got this email is not known any more" in page
    assert "sent-plot" in page
    assert "not known any more" not in marketer.get(f"/marketing/campaigns/{new.id}").text


def test_a_person_s_list_of_emails_says_what_is_gone(app: Flask, news: UUID, anna: Person) -> None:
    sent(news, OLD, anna)
    sent(news, LATELY, anna)
    swept()
    client = signed_in(app.test_client(), anna)
    assert "are not listed any more" not in client.get("/account/emails").text, "there was nothing then"
    db.session.execute(text("UPDATE subjects SET created_at = :then"), {"then": OLD})
    db.session.commit()
    assert "are not listed any more" in client.get("/account/emails").text


def test_no_page_reads_a_whole_month(app: Flask, news: UUID, anna: Person) -> None:
    crowd = [anna, *(person(f"reader{number}@example.org") for number in range(9))]
    campaigns = [sent(news, at, *crowd) for at in (*MONTHS, LATELY)]
    marketer, reader = (
        signed_in(app.test_client(), person("mara@example.org", role=Role.MARKETER)),
        signed_in(app.test_client(), anna),
    )
    with asked_of(db.engine) as asked:
        marketer.get("/marketing/campaigns")
        for campaign in campaigns:
            marketer.get(f"/marketing/campaigns/{campaign.id}")
        reader.get("/account/emails")
    statements = [one for one in asked if "deliveries" in one[0]]
    assert statements
    for statement, values in statements:
        for scan in _scans_of_the_ledger(statement, values):
            assert scan["Node Type"] != "Seq Scan", statement
            assert "Index Cond" in scan or scan["Node Type"] == "Bitmap Heap Scan", (scan, statement)


def _scans_of_the_ledger(statement: str, values: Any) -> Iterator[dict[str, Any]]:
    """As if the months were large: of the few rows here the planner would rather read all."""
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    for node in plan(db.session.connection(), statement, values):
        if node.get("Relation Name", "").startswith("deliveries"):
            yield node
    db.session.rollback()
