"""When the time of a row is over: the law's table, and that the database reckons as Python does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from tests.people import agree, person
from webapp.consents.models import Consent
from webapp.db import db
from webapp.mail.models import Message
from webapp.privacy import data_map
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.clocks import Rule
from webapp.privacy.data_map.laws import LAWS, of_country
from webapp.privacy.data_map.retention import (
    BOOKS,
    INVOICES,
    PROOF_OF_CONSENT,
    PROOF_OF_EVENT,
    SIGN_INS,
    WHILE_CUSTOMER,
    Clock,
    Document,
    Period,
    Retention,
    for_days,
)
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.subjects.models import Subject

COUNTRIES = ["CH", "DE", "AT", "FR", "IT", "LI", "JP"]
RETENTIONS = [
    *(INVOICES, BOOKS, PROOF_OF_EVENT, for_days(Clock.RECORDED, 14), replace(SIGN_INS, clock=Clock.RECORDED)),
    Retention(Clock.RECORDED, Period(months=1), ""),
    Retention(Clock.RECORDED, Period(years=1, months=7, days=3), ""),
]


@pytest.mark.parametrize(
    ("country", "written", "closed_in", "until", "law"),
    [
        ("CH", date(2026, 3, 1), 12, date(2037, 1, 1), "CO Art. 958f(1)"),
        ("CH", date(2026, 3, 31), 3, date(2036, 4, 1), "CO Art. 958f(1)"),  # on the last day of the financial year
        ("CH", date(2026, 4, 1), 3, date(2037, 4, 1), "CO Art. 958f(1)"),
        ("DE", date(2026, 3, 1), 12, date(2035, 1, 1), "AO § 147(3) and (4)"),
        ("DE", date(2016, 12, 31), 12, date(2025, 1, 1), "AO § 147(3) and (4)"),  # those of before 2025, too
        ("DE", date(2026, 3, 1), 3, date(2035, 1, 1), "AO § 147(3) and (4)"),  # the calendar year counts
        ("AT", date(2017, 1, 3), 12, date(2025, 1, 1), "BAO § 132(1)"),
        ("AT", date(2026, 5, 1), 3, date(2035, 1, 1), "BAO § 132(1)"),  # of the year in which the financial year ends
        ("AT", date(2026, 12, 31), 12, date(2034, 1, 1), "BAO § 132(1)"),
        ("FR", date(2026, 2, 28), 12, date(2037, 1, 1), "C. com. art. L123-22"),
        ("IT", date(2028, 2, 29), 12, date(2039, 1, 1), "c.c. art. 2220"),
        ("LI", date(2026, 6, 30), 6, date(2036, 7, 1), "PGR Art. 1059(3)"),
        ("JP", date(2026, 6, 30), 12, date(2037, 1, 1), "CO Art. 958f(1); AO"),  # where we do not know the law
    ],
)
def test_invoices_are_kept_as_the_law_of_their_country_says(
    country: str, written: date, closed_in: int, until: date, law: str
) -> None:
    rule = of_country(INVOICES, country)
    assert rule.until(written, books_closed_in=closed_in) == until
    assert law in rule.reference


def test_german_books_are_kept_longer_than_german_invoices() -> None:
    assert of_country(BOOKS, "DE").until(date(2026, 3, 1)) == date(2037, 1, 1)


def test_no_law_asks_for_more_than_is_said_where_no_country_is_known() -> None:
    for document, longest in ((Document.BOOKS, BOOKS), (Document.INVOICE, INVOICES)):
        assert all(law.until(date(2026, 3, 1)) <= longest.until(date(2026, 3, 1)) for law in LAWS[document].values())


@pytest.fixture
def papers(app: Flask) -> SubjectTable:
    """Messages, which stand here for documents of all countries."""
    return replace(data_map.table_of(Message), country=Message.email)


@pytest.mark.parametrize(("zone", "closed_in"), [("Europe/Zurich", 12), ("America/St_Johns", 3), ("UTC", 6)])
def test_the_database_reckons_as_python_does(
    papers: SubjectTable, configure: Callable[..., None], zone: str, closed_in: int
) -> None:
    configure(time_zone=zone, financial_year_ends_in=closed_in)
    written = _write_papers()

    @hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(RETENTIONS), st.dates(date(2020, 1, 1), date(2046, 1, 1)))
    def reckons_alike(retention: Retention, day: date) -> None:
        now = datetime.combine(day, time(12), UTC)
        kept: dict[Any, Any] = dict(db.session.execute(select(Message.id, clocks.kept_until(papers, retention))).all())
        expected = {
            row_id: clocks.until(retention, clocks.day_of(at), country=country)
            for row_id, (at, country) in written.items()
        }
        assert kept == expected
        over = {row_id for row_id, until in expected.items() if until <= clocks.day_of(now)}
        assert {row_id for rule in clocks.rules(papers, retention) for row_id in _due(rule, now=now)} == over

    reckons_alike()


def test_a_day_is_a_day_where_the_company_is(papers: SubjectTable, configure: Callable[..., None]) -> None:
    """Half past eleven in Zurich on New Year's Eve; in daylight saving time an hour earlier by UTC."""
    configure(time_zone="Europe/Zurich")
    assert clocks.day_of(datetime(2025, 12, 31, 22, 30, tzinfo=UTC)) == date(2025, 12, 31)
    assert clocks.day_of(datetime(2025, 12, 31, 23, 0, tzinfo=UTC)) == date(2026, 1, 1)
    assert clocks.end_of(date(2026, 3, 28)) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert clocks.end_of(date(2026, 3, 29)) == datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2027, 2, 27), date(2026, 8, 27)),
        (date(2027, 2, 28), date(2026, 8, 31)),  # 31 August and six months: there is no 31 February
        (date(2028, 2, 28), date(2027, 8, 28)),
        (date(2028, 2, 29), date(2027, 8, 31)),
    ],
)
def test_what_ended_by_then_is_due(app: Flask, today: date, last: date) -> None:
    assert clocks.last_day(WHILE_CUSTOMER, today=today) == last


def test_what_goes_with_the_account_is_due_six_months_after_its_end(app: Flask) -> None:
    ended = db.session.get_one(Subject, person().id)
    messages = data_map.table_of(Message)
    db.session.add(_message(ended.id, datetime(2026, 1, 1, tzinfo=UTC)))
    [rule] = clocks.rules(messages, WHILE_CUSTOMER)
    day = datetime(2026, 8, 31, 12, tzinfo=UTC)
    assert _kept(messages, WHILE_CUSTOMER) == [None]
    assert _kept(messages, WHILE_CUSTOMER, starting=day.date()) == [date(2027, 2, 28)]
    ended.ended_at = day
    db.session.flush()
    assert _kept(messages, WHILE_CUSTOMER, starting=date(2020, 1, 1)) == [date(2027, 2, 28)]
    assert _due(rule, now=datetime(2027, 2, 27, 12, tzinfo=UTC)) == []
    assert len(_due(rule, now=datetime(2027, 2, 28, 12, tzinfo=UTC))) == 1


def test_what_the_law_does_not_ask_for_goes_with_the_account(
    papers: SubjectTable, configure: Callable[..., None]
) -> None:
    drafts = replace(papers, law_keeps=Message.bulk.is_(True))
    who = db.session.get_one(Subject, person().id)
    who.ended_at = datetime(2026, 1, 10, tzinfo=UTC)
    for bulk in (True, False):
        db.session.add(_message(who.id, datetime(2026, 1, 1, tzinfo=UTC), email="CH", bulk=bulk))
    db.session.flush()
    assert set(_kept(drafts, INVOICES)) == {date(2026, 7, 10), date(2037, 1, 1)}
    now = datetime(2026, 8, 1, tzinfo=UTC)
    due = [row_id for rule in clocks.rules(drafts, INVOICES) for row_id in _due(rule, now=now)]
    assert [db.session.get_one(Message, row_id).bulk for row_id in due] == [False]


class TestConsents:
    """A yes is proof until three years after it was taken back, from the end of that year; a no, from its day."""

    OVER = datetime(2030, 1, 1, 12, tzinfo=UTC)

    def test_a_yes_is_kept_for_as_long_as_it_holds(self, app: Flask) -> None:
        topic = uuid4()
        yes = agree(person().id, topic, at=datetime(2020, 1, 1, tzinfo=UTC))
        assert _kept(data_map.table_of(Consent), PROOF_OF_CONSENT) == [None]
        assert self._due() == []
        agree(yes.subject_id, uuid4(), at=datetime(2026, 5, 1, tzinfo=UTC), given=False)
        somebody_else = person("bert@example.org").id
        agree(somebody_else, topic, at=datetime(2026, 5, 1, tzinfo=UTC), given=False)
        assert yes.id not in self._due()

    @pytest.mark.parametrize("everything", [False, True])
    def test_it_goes_with_the_no_that_ended_it(self, app: Flask, everything: bool) -> None:
        topic = uuid4()
        yes = agree(person().id, topic, at=datetime(2020, 1, 1, tzinfo=UTC))
        ended = None if everything else topic
        no = agree(yes.subject_id, ended, at=datetime(2026, 5, 1, tzinfo=UTC), given=False)
        again = agree(yes.subject_id, topic, at=datetime(2026, 6, 1, tzinfo=UTC))
        assert self._due(now=self.OVER - timedelta(days=1)) == []
        assert self._due() == [yes.id, no.id]
        assert again.id not in self._due()

    def _due(self, *, now: datetime = OVER) -> list[UUID]:
        [rule] = clocks.rules(data_map.table_of(Consent), PROOF_OF_CONSENT)
        return _due(rule, now=now)


def _due(rule: Rule, *, now: datetime) -> list[UUID]:
    model: Any = rule.table.model
    return [
        row_id
        for condition in clocks.due(rule, now=now)
        for row_id in db.session.scalars(select(model.id).where(condition))
    ]


def _kept(table: SubjectTable, retention: Retention, *, starting: date | None = None) -> list[date | None]:
    until = clocks.kept_until(table, retention, starting=starting)
    return list(db.session.scalars(select(until).select_from(table.model)))


def _write_papers() -> dict[UUID, tuple[datetime, str]]:
    """Written at the borders of days, months and years, wherever the company is."""
    borders = [
        *(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)),
        *(datetime(2026, 7, 1, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC), datetime(2026, 8, 31, tzinfo=UTC)),
    ]
    hours = [timedelta(hours=hour) for hour in (-26, -5, -1.5, -0.5, 0, 3.5, 5, 26)]
    written = {uuid4(): (at + shift, country) for at in borders for shift in hours for country in COUNTRIES}
    who = person().id
    rows = [
        {"id": row_id, "subject_id": who, "email": country, "ids": {}, "created_at": at, "due_at": at}
        for row_id, (at, country) in written.items()
    ]
    db.session.execute(insert(Message), rows)
    return written


def _message(subject_id: UUID, at: datetime, *, email: str = "", bulk: bool = False) -> Message:
    return Message(subject_id=subject_id, email=email, ids={}, created_at=at, due_at=at, bulk=bulk)
