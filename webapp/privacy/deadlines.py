"""By when something must be done, with the law that says so.

Copies and deletions: the earlier of 30 days (P17, P20) and one month, wherever the person lives, and never extended.
Other requests: what the law of each country allows that the person may belong to, and of these the earliest. A law
that lets a period end on the next working day is not made use of, nor one that gives the whole of the last day.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp.privacy.data_map.retention import Period

PROMISED = timedelta(days=30)
ONE_MONTH = Period(months=1)
SOON = timedelta(days=7)
WATCHED_AFTER = timedelta(days=28) - SOON  # no month is shorter
WARNED_AT = (10, 5, 2)  # days before it is due


@dataclass(frozen=True)
class AnswerTime:
    """How long a law gives for an answer."""

    period: Period
    reference: str


EUROPE = AnswerTime(ONE_MONTH, "GDPR Art. 12(3); Regulation 1182/71 Art. 3(2)(c)")
UNITED_KINGDOM = AnswerTime(ONE_MONTH, "UK GDPR Art. 12(3); Data Protection Act 2018 s. 54")
SWITZERLAND = AnswerTime(Period(days=30), "FADP Art. 25(7); DPO Art. 18(1)")
EUROPEAN = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
    *("LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO"),  # the last three by the EEA Agreement
)
ANSWER_TIMES = dict.fromkeys(EUROPEAN, EUROPE) | {"GB": UNITED_KINGDOM, "CH": SWITZERLAND}
# "That period may be extended by two further months", told "within one month of receipt" (GDPR Art. 12(3)).
LONGEST_ANSWER = Period(months=3)

DELETED_AFTER = Period(months=6)  # P18
ASKED_AGAIN_AFTER = Period(years=1)  # P18


def answer_by(asked_at: datetime) -> datetime:
    """For a copy or a deletion."""
    return min(asked_at + PROMISED, _later(asked_at, ONE_MONTH))


def due_at(asked_at: datetime, countries: Collection[str]) -> datetime:
    """For other requests. Of a person in a country that we know no law of, any of those that we know may be asked."""
    known = [ANSWER_TIMES[country] for country in countries if country in ANSWER_TIMES]
    return min(_later(asked_at, answer.period) for answer in known or ANSWER_TIMES.values())


def at_the_latest(asked_at: datetime) -> datetime:
    """As far as the time for an answer can be extended."""
    return _later(asked_at, LONGEST_ANSWER)


def days_left(asked_at: datetime, *, now: datetime) -> int:
    """Whole days for a copy; below zero it is too late."""
    return days_until(answer_by(asked_at), now=now)


def days_until(due: datetime, *, now: datetime) -> int:
    return (due - now) // timedelta(days=1)


def is_soon(asked_at: datetime, *, now: datetime) -> bool:
    """Whether it is time to look after it."""
    return answer_by(asked_at) - now < SOON


def warnings(due: datetime, *, now: datetime) -> list[int]:
    """Which of the warnings should have gone out by now."""
    return [days for days in WARNED_AT if due - now <= timedelta(days=days)]


def midnight_after(start: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """When the day begins that is so much later, where the company is: somebody's data is deleted then.

    Of 31 August the six months end on the last of February (Regulation 1182/71 Art. 3(2)(c); CO Art. 77(1)(3)).
    """
    return datetime.combine(period.after(start.astimezone(zone).date()), time.min, zone)


def _later(start: datetime, period: Period) -> datetime:
    return datetime.combine(period.after(start.date()), start.timetz())
