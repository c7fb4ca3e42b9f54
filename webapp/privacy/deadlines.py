"""By when a copy must be there: the earlier of 30 days (P17, P20) and one month (GDPR Art. 12(3))."""

from datetime import datetime, timedelta

from webapp.privacy.data_map.retention import Period

PROMISED = timedelta(days=30)
ONE_MONTH = Period(months=1)
SOON = timedelta(days=7)
WATCHED_AFTER = timedelta(days=28) - SOON  # no month is shorter


def answer_by(asked_at: datetime) -> datetime:
    month_later = ONE_MONTH.after(asked_at.date())
    return min(asked_at + PROMISED, datetime.combine(month_later, asked_at.timetz()))


def days_left(asked_at: datetime, *, now: datetime) -> int:
    """Whole days; below zero it is too late."""
    return (answer_by(asked_at) - now) // timedelta(days=1)


def is_soon(asked_at: datetime, *, now: datetime) -> bool:
    """Whether it is time to look after it."""
    return answer_by(asked_at) - now < SOON
