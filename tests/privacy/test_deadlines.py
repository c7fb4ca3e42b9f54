"""By when something must be done, beside the law that says so."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.privacy import deadlines
from webapp.privacy.data_map.retention import Period

ZURICH = ZoneInfo("Europe/Zurich")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "countries", "due", "law"),
    [
        ("2025-01-31T10:00", {"DE"}, "2025-02-28T10:00", "no 31 February: its last day, Regulation 1182/71 Art. 3(2)"),
        ("2024-01-31T10:00", {"DE"}, "2024-02-29T10:00", "the same in a leap year"),
        ("2024-01-30T10:00", {"AT"}, "2024-02-29T10:00", "30 January has no such day either"),
        ("2024-02-29T10:00", {"FR"}, "2024-03-29T10:00", "from a leap day: the same date, GDPR Art. 12(3)"),
        ("2025-08-31T10:00", {"IT"}, "2025-09-30T10:00", "31 August plus a month"),
        ("2025-07-31T10:00", {"IT"}, "2025-08-31T10:00", "two long months: 31 days"),
        ("2025-01-31T10:00", {"CH"}, "2025-03-02T10:00", "30 days, DPO Art. 18(1): longer than February"),
        ("2025-07-31T10:00", {"CH"}, "2025-08-30T10:00", "30 days: shorter than August"),
        ("2025-07-31T10:00", {"GB"}, "2025-08-31T10:00", "UK GDPR Art. 12(3)"),
        ("2025-12-31T10:00", {"LI"}, "2026-01-31T10:00", "over the turn of the year; the EEA has the GDPR too"),
        ("2025-07-31T10:00", {"CH", "DE"}, "2025-08-30T10:00", "a person in two countries: the earlier is the Swiss"),
        ("2025-01-31T10:00", {"CH", "DE"}, "2025-02-28T10:00", "… and here the German"),
        ("2025-07-31T10:00", set(), "2025-08-30T10:00", "nobody knows where: whichever law is the strictest"),
        ("2025-01-31T10:00", {"JP"}, "2025-02-28T10:00", "a country whose law we do not know: the same"),
        ("2025-03-20T22:30", {"DE"}, "2025-04-20T22:30", "over the change to summer time, on Easter Sunday: no gift"),
    ],
)
def test_a_request_must_be_answered_by_the_earliest_date_of_the_laws_that_may_hold(
    asked: str, countries: set[str], due: str, law: str
) -> None:
    assert deadlines.due_at(at(asked), countries) == at(due), law


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2025-01-31T10:00", "2025-02-28T10:00"),
        ("2024-01-31T10:00", "2024-02-29T10:00"),
        ("2025-07-31T10:00", "2025-08-30T10:00"),
        ("2025-06-15T10:00", "2025-07-15T10:00"),
        ("2025-03-15T10:00", "2025-04-14T10:00"),
    ],
)
def test_copies_and_deletions_take_the_shorter_of_30_days_and_a_month(asked: str, due: str) -> None:
    """P17 and P20, wherever the person lives. That a month can have 31 days does not help us."""
    assert deadlines.answer_by(at(asked)) == at(due)


@pytest.mark.parametrize(
    ("asked", "latest"),
    [("2025-11-30T10:00", "2026-02-28T10:00"), ("2025-01-31T10:00", "2025-04-30T10:00")],
)
def test_more_time_ends_three_months_after_the_request(asked: str, latest: str) -> None:
    """One month and "two further months where necessary" (GDPR Art. 12(3))."""
    assert deadlines.at_the_latest(at(asked)) == at(latest)


@pytest.mark.parametrize(
    ("closed", "period", "day", "why"),
    [
        ("2025-08-31T10:00", deadlines.DELETED_AFTER, "2026-02-28T00:00+01:00", "no 31 February"),
        ("2023-08-31T10:00", deadlines.DELETED_AFTER, "2024-02-29T00:00+01:00", "in a leap year"),
        ("2024-02-29T10:00", deadlines.DELETED_AFTER, "2024-08-29T00:00+02:00", "from winter to summer time"),
        ("2025-08-31T22:30", deadlines.DELETED_AFTER, "2026-03-01T00:00+01:00", "it was 1 September in Zurich"),
        ("2025-04-30T10:00", deadlines.DELETED_AFTER, "2025-10-30T00:00+01:00", "the 30th, not the last of the month"),
        ("2024-02-29T10:00", deadlines.ASKED_AGAIN_AFTER, "2025-02-28T00:00+01:00", "a year after a leap day"),
        ("2025-03-30T00:30", Period(), "2025-03-30T00:00+01:00", "the day on which the clocks change"),
    ],
)
def test_a_closed_account_goes_when_that_day_begins_where_the_company_is(
    closed: str, period: Period, day: str, why: str
) -> None:
    """P18: six months, and a year for who asked to keep it. CO Art. 77(1)(3); Regulation 1182/71 Art. 3(2)(c)."""
    assert deadlines.midnight_after(at(closed), period, ZURICH) == datetime.fromisoformat(day), why


@pytest.mark.parametrize(
    ("left", "warned"), [(11, []), (10, [10]), (6, [10]), (5, [10, 5]), (2, [10, 5, 2]), (-3, [10, 5, 2])]
)
def test_warnings_come_ten_five_and_two_days_before(left: int, warned: list[int]) -> None:
    due = at("2025-06-30T10:00")
    assert deadlines.warnings(due, now=due - timedelta(days=left)) == warned
