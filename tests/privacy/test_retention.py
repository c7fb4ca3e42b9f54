"""How long something is kept: the day when it is over, and the words for it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from webapp.consents.models import Subscription
from webapp.language import speaking
from webapp.privacy import data_map, inventory
from webapp.privacy.data_map.retention import (
    BOOKS,
    PROOF_OF_CONSENT,
    UNTIL_WITHDRAWN,
    WHILE_CUSTOMER,
    Clock,
    Period,
    Retention,
    the_longest,
)
from webapp.privacy.data_map.retention_words import AFTER, retention_words
from webapp.privacy.data_map.vocabulary import Purpose, SubjectTable
from webapp.privacy.models import DataExport


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period(months=6), date(2026, 8, 31), date(2027, 2, 28)),
        (Period(years=1), date(2024, 2, 29), date(2025, 2, 28)),
        (Period(months=13), date(2026, 12, 15), date(2028, 1, 15)),
        (Period(days=14), date(2026, 12, 25), date(2027, 1, 8)),
        (Period(), date(2026, 12, 25), date(2026, 12, 25)),
    ],
)
def test_a_period_ends_on_the_same_day_or_the_last_of_its_month(period: Period, start: date, end: date) -> None:
    assert period.after(start) == end


def test_limitation_and_book_keeping_are_counted_from_the_end_of_the_year() -> None:
    assert PROOF_OF_CONSENT.until(date(2026, 1, 2)) == date(2030, 1, 1)
    assert BOOKS.until(date(2026, 12, 31)) == date(2037, 1, 1)
    assert WHILE_CUSTOMER.until(date(2026, 1, 2)) == date(2026, 7, 2)


def test_of_two_periods_from_the_same_event_the_longer_counts() -> None:
    short, long = (Retention(Clock.LAST_USED, Period(months=count), "") for count in (2, 30))
    assert the_longest([short, BOOKS, long]) == [long, BOOKS]


@pytest.mark.parametrize(
    ("retention", "words"),
    [
        (WHILE_CUSTOMER, "until 6 months after the account ended"),
        (UNTIL_WITHDRAWN, "until consent is withdrawn"),
        (PROOF_OF_CONSENT, "until 3 years after consent was withdrawn, counted from the end of that year"),
        (
            Retention(Clock.RECORDED, Period(years=1, months=1), "", while_agreed=True),
            "for 1 year 1 month, or until consent is withdrawn if that is earlier",
        ),
    ],
)
def test_a_period_is_said_in_words(app: Flask, retention: Retention, words: str) -> None:
    with app.test_request_context(), speaking("en"):
        assert retention_words(retention) == words


def test_every_clock_has_words() -> None:
    assert set(AFTER) == set(Clock)


@pytest.mark.parametrize(("expires_at", "until"), [(datetime(2026, 3, 1, tzinfo=UTC), date(2030, 1, 1)), (None, None)])
def test_a_row_is_kept_until_a_day_once_its_clock_has_started(app: Flask, expires_at: Any, until: date | None) -> None:
    copies = table_of(DataExport)
    row = DataExport(requested_at=datetime(2025, 3, 1, tzinfo=UTC), expires_at=expires_at)
    with app.test_request_context():
        assert inventory.until(copies, copies.personal[DataExport.state], row) == until


def test_no_day_is_said_where_two_rules_or_another_event_decide(app: Flask) -> None:
    subscriptions, row = table_of(Subscription), Subscription(changed_at=datetime(2025, 3, 1, tzinfo=UTC))
    topic = subscriptions.personal[Subscription.topic_id]
    assert inventory.until(subscriptions, topic, row) is None
    of_two = replace(topic, purposes=[Purpose.IMPROVEMENT, Purpose.LAW])
    assert inventory.until(replace(subscriptions, starts=Subscription.changed_at, keep=None), of_two, row) is None


def table_of(model: type[Any]) -> SubjectTable:
    return next(table for table in data_map.subject_tables() if table.model is model)
