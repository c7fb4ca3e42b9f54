"""Who gets which topic, and the ledger that proves it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from tests.people import Person, person, topic
from webapp import audit
from webapp.clock import utc_now
from webapp.consents import subscriptions
from webapp.consents.models import Consent, Departure, Method, Suppression, SuppressionReason, Topic
from webapp.db import db
from webapp.subjects import trail
from webapp.subjects.models import Subject

NOW = utc_now()


@pytest.fixture
def anna(app: Flask) -> Subject:
    return db.session.get_one(Subject, person().id)


@pytest.fixture
def news(app: Flask) -> Topic:
    return db.session.get_one(Topic, topic())


def subscribe(subject: Subject, to: Topic, *, method: Method = Method.ACCOUNT) -> bool:
    return subscriptions.subscribe(subject, to, method=method, wording="Product news", language="en", now=NOW)


def withdraw(subject: Subject, topic: Topic) -> bool:
    return subscriptions.withdraw(subject, topic.id, method=Method.ACCOUNT, wording="Off", language="en", now=NOW)


def stop_everything(subject: Subject) -> bool:
    return subscriptions.stop_everything(subject, method=Method.ACCOUNT, wording="Stop", language="en", now=NOW)


def ledger() -> list[Consent]:
    return list(db.session.scalars(select(Consent).order_by(Consent.at)))


def reasons() -> list[SuppressionReason]:
    return list(db.session.scalars(select(Suppression.reason)))


def departures() -> list[UUID]:
    """The campaigns that made somebody leave."""
    return list(db.session.scalars(select(Departure.campaign_id)))


def test_topics_come_in_their_order(app: Flask) -> None:
    for position, slug in [(3, "offers"), (1, "news"), (2, "events")]:
        db.session.add(Topic(slug=slug, titles={"en": slug}, descriptions={}, position=position))
    assert [topic.slug for topic in subscriptions.topics()] == ["news", "events", "offers"]


def test_subscribing_is_written_down_with_the_words_the_person_saw(anna: Subject, news: Topic) -> None:
    assert subscribe(anna, news)
    assert subscriptions.subscribed_topic_ids(anna) == {news.id}
    [line] = ledger()
    assert (line.given, line.topic_id, line.topic_title, line.wording) == (
        True,
        news.id,
        "Product news",
        "Product news",
    )
    assert (line.method, line.language, line.at) == (Method.ACCOUNT, "en", NOW)


def test_what_changes_nothing_is_not_written_down(anna: Subject, news: Topic) -> None:
    subscribe(anna, news)
    assert not subscribe(anna, news)
    withdraw(anna, news)
    assert not withdraw(anna, news)
    assert sorted(line.given for line in ledger()) == [False, True]


def test_a_no_is_kept_even_from_someone_who_never_subscribed(anna: Subject, news: Topic) -> None:
    assert withdraw(anna, news)
    assert [line.given for line in ledger()] == [False]


def test_a_campaign_counts_each_person_who_leaves_once(anna: Subject, news: Topic) -> None:
    campaign = uuid4()
    for _ in range(2):
        subscribe(anna, news)
        assert subscriptions.withdraw(
            anna, news.id, method=Method.ONE_CLICK, wording="", language="en", now=NOW, campaign_id=campaign
        )
    assert departures() == [campaign]


def test_who_leaves_without_a_campaign_is_counted_by_none(anna: Subject, news: Topic) -> None:
    subscribe(anna, news)
    withdraw(anna, news)
    stop_everything(anna)
    assert departures() == []


def test_withdrawing_from_one_topic_leaves_the_others(anna: Subject, news: Topic) -> None:
    offers = db.session.get_one(Topic, topic("offers", "Offers"))
    subscribe(anna, news)
    subscribe(anna, offers)
    withdraw(anna, news)
    assert subscriptions.subscribed_topic_ids(anna) == {offers.id}
    assert reasons() == []


def test_when_the_topic_is_gone_everything_goes_off(anna: Subject, news: Topic) -> None:
    subscribe(anna, news)
    assert subscriptions.withdraw(
        anna, uuid4(), method=Method.ONE_CLICK, wording="", language="en", now=NOW + timedelta(hours=1)
    )
    assert subscriptions.subscribed_topic_ids(anna) == set()
    assert reasons() == [SuppressionReason.EVERYTHING_OFF]


def test_stopping_everything_suppresses_the_address(anna: Subject, news: Topic) -> None:
    subscribe(anna, news)
    assert stop_everything(anna)
    assert not stop_everything(anna)
    assert subscriptions.subscribed_topic_ids(anna) == set()
    assert db.session.scalar(select(Suppression.address_hash)) == anna.address_hash


def test_the_person_s_own_yes_lifts_what_they_had_stopped(anna: Subject, news: Topic) -> None:
    stop_everything(anna)
    subscribe(anna, news)
    assert reasons() == []


def test_an_import_does_not_lift_what_the_person_had_stopped(anna: Subject, news: Topic) -> None:
    stop_everything(anna)
    subscribe(anna, news, method=Method.IMPORT)
    assert reasons() == [SuppressionReason.EVERYTHING_OFF]


@pytest.mark.parametrize("reason", [SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT])
def test_bounces_and_complaints_outlive_a_yes(anna: Subject, news: Topic, reason: SuppressionReason) -> None:
    db.session.add(Suppression(address_hash=anna.address_hash, reason=reason, at=NOW))
    stop_everything(anna)
    subscribe(anna, news)
    assert reasons() == [reason]


def test_the_audit_log_tells_of_it(anna: Subject, news: Topic) -> None:
    subscribe(anna, news)
    withdraw(anna, news)
    stop_everything(anna)
    db.session.flush()
    entries = db.session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["consent_given", "consent_withdrawn", "marketing_stopped"]
    assert trail.details_of(entries[1], anna) == {"topic": "Product news", "method": "account"}


def test_others_keep_what_they_had(anna: Subject, news: Topic) -> None:
    bruno: Person = person("bruno@example.org")
    other = db.session.get_one(Subject, bruno.id)
    subscribe(anna, news)
    subscribe(other, news)
    stop_everything(anna)
    assert subscriptions.subscribed_topic_ids(other) == {news.id}
