"""Figures about the data itself: what is held, how it is kept, how long a copy of it takes."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Interval, cast, func, literal, select

from webapp.accounts.models import Account
from webapp.audit import AuditEntry
from webapp.db import db
from webapp.privacy import data_map
from webapp.privacy.data_map import check
from webapp.privacy.data_map.vocabulary import Category, Personal, Source, SubjectTable
from webapp.privacy.models import IN_THE_MAKING, DataExport
from webapp.privacy.promises.figures import HOURLY, WEEK, Figure, Kind, Measurement, register

WEEKS = 13


def other_passwords(*, now: datetime) -> Measurement:
    """By a partial index that is empty while the promise is kept."""
    others = select(func.count()).select_from(Account).where(Account.password_hash.not_like("$argon2id$%"))
    return Measurement(db.session.scalars(others).one())


def undeclared_columns(*, now: datetime) -> Measurement:
    database = check.migrated(db.engine)
    held = sum(len(table.columns) for table in database.tables.values())
    return Measurement(len(check.columns(database)), cases=held)


def fields_without_use(*, now: datetime) -> Measurement:
    fields = _fields()
    return Measurement(sum(not what.purposes for _table, what in fields), cases=len(fields))


def fields_without_end(*, now: datetime) -> Measurement:
    fields = _fields()
    return Measurement(sum(not data_map.kept(table, what) for table, what in fields), cases=len(fields))


def shown_fields(*, now: datetime) -> Measurement:
    fields = _fields()
    return Measurement(sum(what.withheld is None for _table, what in fields), cases=len(fields))


def correctable_contact(*, now: datetime) -> Measurement:
    """Of what people gave us themselves."""
    given = [pair for pair in _given() if pair[1].category is Category.CONTACT]
    return Measurement(sum(table.corrected_at(what) is not None for table, what in given), cases=len(given))


def correctable(*, now: datetime) -> Measurement:
    given = _given()
    return Measurement(sum(table.corrected_at(what) is not None for table, what in given), cases=len(given))


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


def _fields() -> list[tuple[SubjectTable, Personal]]:
    return [(table, what) for table in data_map.subject_tables() for what in table.personal.values()]


def _given() -> list[tuple[SubjectTable, Personal]]:
    return [(table, what) for table, what in _fields() if what.source is Source.PROVIDED and what.withheld is None]


def _of_fields(num: int) -> str:
    return str(ngettext("of %(num)d field", "of %(num)d fields", num))


register(
    Figure(
        "undeclared_columns",
        "P1",
        _l("Columns of the database that are not in the list of what we hold"),
        Kind.COUNT,
        undeclared_columns,
        at_most=0,
        every=HOURLY,
        cases=lambda num: ngettext("of %(num)d column", "of %(num)d columns", num),
    ),
    Figure(
        "correctable_contact",
        "P2",
        _l("Contact details that you can correct yourself"),
        Kind.COUNT,
        correctable_contact,
        cases=lambda num: _("of %(num)d that you gave us", num=num),
    ),
    Figure(
        "correctable",
        "P10",
        _l("What you gave us and can correct yourself; the rest says why it stays as it was"),
        Kind.COUNT,
        correctable,
        cases=_of_fields,
    ),
    Figure(
        "shown_fields",
        "P12",
        _l("Fields that “My data” shows; the others are secrets, which it names"),
        Kind.COUNT,
        shown_fields,
        cases=_of_fields,
    ),
    Figure(
        "fields_without_end",
        "P16",
        _l("Fields about people that have no time limit"),
        Kind.COUNT,
        fields_without_end,
        at_most=0,
        cases=_of_fields,
    ),
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
        cases=_of_fields,
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
