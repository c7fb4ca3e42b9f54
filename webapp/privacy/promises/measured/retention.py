"""Figures about what goes by itself: whether every rule is kept, and whether somebody looks after legal holds."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from webapp.db import db
from webapp.privacy.data_map import clocks
from webapp.privacy.promises.figures import HOURLY, WEEK, Figure, Kind, Measurement, register
from webapp.privacy.retention import holds, overview
from webapp.privacy.retention.models import RetentionRun

WEEKS = 13


def rules_not_kept(*, now: datetime) -> Measurement:
    return Measurement(overview.late(now=now))


def deleted_when_over(*, now: datetime) -> Measurement:
    """In the last thirteen weeks."""
    today = clocks.day_of(now)
    weeks_ago = func.div(today - RetentionRun.day, WEEK.days)
    since = RetentionRun.day > today - WEEKS * WEEK
    found = select(weeks_ago, func.sum(RetentionRun.rows)).where(since).group_by(weeks_ago)
    rows = {int(week): int(count) for week, count in db.session.execute(found)}
    series = [float(rows.get(week, 0)) for week in reversed(range(WEEKS))]
    return Measurement(sum(series), series=series)


def holds_to_review(*, now: datetime) -> Measurement:
    return Measurement(len(holds.to_review(now=now)), cases=len(holds.overview().in_force))


register(
    Figure(
        "rules_not_kept",
        "P16",
        _l("Time limits that were not kept for two days or longer"),
        Kind.COUNT,
        rules_not_kept,
        at_most=0,
        every=HOURLY,
    ),
    Figure(
        "deleted_when_over",
        "P16",
        _l("Entries deleted by themselves in the last 13 weeks, because their time was over"),
        Kind.COUNT,
        deleted_when_over,
        every=timedelta(hours=6),
        series_title=_l("Entries deleted in each week"),
    ),
    Figure(
        "holds_to_review",
        "P16",
        _l("Legal holds that somebody has to look at again"),
        Kind.COUNT,
        holds_to_review,
        at_most=0,
        every=HOURLY,
    ),
)
