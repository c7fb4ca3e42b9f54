"""Figures about the data itself: what is held, how it is kept, how long a copy of it takes."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Interval, cast, func, literal, select

from webapp.accounts.models import Account
from webapp.audit import AuditEntry
from webapp.db import db
from webapp.privacy.data_map import TABLES
from webapp.privacy.data_map.vocabulary import Personal
from webapp.privacy.models import IN_THE_MAKING, DataExport
from webapp.privacy.promises.figures import WEEK, Figure, Kind, Measurement, register

WEEKS = 13


def other_passwords(*, now: datetime) -> Measurement:
    """By a partial index that is empty while the promise is kept."""
    others = select(func.count()).select_from(Account).where(Account.password_hash.not_like("$argon2id$%"))
    return Measurement(db.session.scalars(others).one())


def fields_without_use(*, now: datetime) -> Measurement:
    personal = [what for table in TABLES for what in table.attributes.values() if isinstance(what, Personal)]
    return Measurement(sum(not what.purposes for what in personal), cases=len(personal))


def log_entries(*, now: datetime) -> Measurement:
    lately = select(func.count()).select_from(AuditEntry).where(AuditEntry.at > now - timedelta(days=1))
    return Measurement(db.session.scalars(lately).one())


def longest_wait_for_a_copy(*, now: datetime) -> Measurement:
    """Also of those that wait still."""
    waited = func.coalesce(DataExport.ready_at, literal(now)) - DataExport.requested_at
    weeks_ago = func.floor(func.extract("epoch", literal(now) - DataExport.requested_at) / WEEK.total_seconds())
    per_week = (
        select(weeks_ago, func.max(cast(waited, Interval)), func.count())
        .where(DataExport.requested_at > now - WEEKS * WEEK, DataExport.requested_at <= now)
        .where(DataExport.ready_at.is_not(None) | DataExport.state.in_(IN_THE_MAKING))
        .group_by(weeks_ago)
    )
    found = {int(week): (longest, count) for week, longest, count in db.session.execute(per_week)}
    if not found:
        return Measurement(None)
    series = [found[week][0].total_seconds() if week in found else 0.0 for week in reversed(range(WEEKS))]
    return Measurement(max(series), cases=sum(count for _longest, count in found.values()), series=series)


register(
    Figure(
        "other_passwords",
        "P3",
        _l("Passwords kept in any other form than an Argon2id fingerprint"),
        Kind.COUNT,
        other_passwords,
        at_most=0,
    ),
    Figure(
        "fields_without_use",
        "P8",
        _l("Fields about people that serve none of the nine uses"),
        Kind.COUNT,
        fields_without_use,
        at_most=0,
        cases=lambda num: ngettext("of %(num)d field", "of %(num)d fields", num),
    ),
    Figure(
        "log_entries",
        "P7",
        _l("Entries written into the log of what was done, in the last 24 hours"),
        Kind.COUNT,
        log_entries,
    ),
    Figure(
        "longest_wait_for_a_copy",
        "P20",
        _l("Longest wait for a copy in the last 90 days"),
        Kind.DURATION,
        longest_wait_for_a_copy,
        at_most=timedelta(days=30),
        cases=lambda num: ngettext("of %(num)d copy", "of %(num)d copies", num),
        none=_l("nobody asked for one"),
        series_title=_l("Longest wait in each week, in seconds"),
    ),
)
