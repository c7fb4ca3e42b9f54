"""A yes that was given elsewhere is taken over with evidence, and not against the person's own word."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.people import person, topic
from webapp.clock import utc_now
from webapp.consents import imports, subscriptions
from webapp.consents.imports import NoEvidence
from webapp.consents.models import Consent, Method, Suppression, SuppressionReason, Topic
from webapp.db import db
from webapp.subjects.models import Subject

NOW = utc_now()


@pytest.fixture
def anna(app: Flask) -> Subject:
    return db.session.get_one(Subject, person().id)


@pytest.fixture
def news(app: Flask) -> Topic:
    return db.session.get_one(Topic, topic())


def take_over(subject: Subject, to: Topic, *, evidence: str = "trade fair 2024, card 17") -> bool:
    day = NOW - timedelta(days=200)
    return imports.take_over(subject, to, wording="Yes, news", language="en", evidence=evidence, given_at=day)


def test_the_ledger_says_where_it_can_be_seen(anna: Subject, news: Topic) -> None:
    assert take_over(anna, news)
    [line] = db.session.scalars(select(Consent))
    assert (line.method, line.evidence, line.at) == (
        Method.IMPORT,
        "trade fair 2024, card 17",
        NOW - timedelta(days=200),
    )
    assert subscriptions.subscribed_topic_ids(anna) == {news.id}


@pytest.mark.parametrize("evidence", ["", "  \n"])
def test_without_evidence_nothing_is_taken_over(anna: Subject, news: Topic, evidence: str) -> None:
    with pytest.raises(NoEvidence):
        take_over(anna, news, evidence=evidence)
    assert subscriptions.subscribed_topic_ids(anna) == set()


def test_it_does_not_undo_what_the_person_ended(anna: Subject, news: Topic) -> None:
    subscriptions.subscribe(anna, news, method=Method.ACCOUNT, wording="On", language="en", now=NOW)
    subscriptions.withdraw(anna, news.id, method=Method.ACCOUNT, wording="Off", language="en", now=NOW)
    assert not take_over(anna, news)
    assert subscriptions.subscribed_topic_ids(anna) == set()


@pytest.mark.parametrize("reason", SuppressionReason)
def test_an_address_that_gets_no_marketing_stays_without(anna: Subject, news: Topic, reason: SuppressionReason) -> None:
    db.session.add(Suppression(address_hash=anna.address_hash, reason=reason, at=NOW))
    assert not take_over(anna, news)
    assert db.session.scalars(select(Suppression.reason)).all() == [reason]
