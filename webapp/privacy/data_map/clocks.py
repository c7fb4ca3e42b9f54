"""When the time of a row is over: which moment started its clock, and how long it runs from there.

The sweep asks `due`, which an index answers; the plan of an erasure shows `kept_until`. Days are those of the company.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, case, cast, func, literal, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from webapp.config import settings
from webapp.privacy.data_map import withdrawals
from webapp.privacy.data_map.laws import LAWS, OTHER_COUNTRIES, of_country
from webapp.privacy.data_map.retention import WHILE_CUSTOMER, Clock, Retention
from webapp.privacy.data_map.vocabulary import Erasure, SubjectTable
from webapp.subjects.models import Subject

Moment = ColumnElement[Any] | InstrumentedAttribute[Any]

LONGEST = timedelta(days=366 * 100)  # no law asks for more

THE_EVENT_ITSELF = {Clock.RECORDED, Clock.FINANCIAL_YEAR_ENDED}
# What starts these may stand in other rows; what starts the others is a column of the row.
WRITTEN_ELSEWHERE = {Clock.ACCOUNT_ENDED, Clock.CONSENT_WITHDRAWN, Clock.OBJECTION_LIFTED}


@dataclass(frozen=True, eq=False)
class Rule:
    """A retention as it holds for those rows of a table that `only` names; for all, if it names none."""

    table: SubjectTable
    retention: Retention
    only: ColumnElement[bool] | None = None


def rules(table: SubjectTable, retention: Retention) -> list[Rule]:
    """One, or of documents one for each law that holds for some of them."""
    if retention.document is None:
        return [Rule(table, retention)]
    if table.law_keeps is None:
        return _by_country(table, retention)
    by_law = [Rule(table, rule.retention, _both(rule.only, table.law_keeps)) for rule in _by_country(table, retention)]
    return [*by_law, Rule(table, WHILE_CUSTOMER, ~table.law_keeps)]


def due(rule: Rule, *, now: datetime) -> list[ColumnElement[bool]]:
    """Which rows are not to be kept any more: those of any of these, each of which an index of its own finds.

    To be done in this order: what comes later may be what shows that the earlier is due.
    """
    before = end_of(last_day(rule.retention, today=day_of(now)))
    started = [*_started_before(rule, before, now=now), *_never_started(rule, before)]
    return [condition if rule.only is None else condition & rule.only for condition in started]


def kept_until(table: SubjectTable, retention: Retention, *, starting: date | None = None) -> ColumnElement[Any]:
    """The first day on which a row is not kept any more, for a query over its table.

    `starting` is the day that counts where the clock has not started: that of an erasure. Without it, there it is NULL;
    so it is for what only the person, or whoever set a hold, can end.
    """
    whens = [(rule.only, _until(rule, starting)) for rule in rules(table, retention)]
    conditions = [(only, until) for only, until in whens if only is not None]
    return case(*conditions) if conditions else whens[0][1]


def rule_until(rule: Rule, *, starting: date) -> ColumnElement[Any]:
    """The same for those rows that one rule is about."""
    return _until(rule, starting)


def until(retention: Retention, start: date, *, country: str | None = None) -> date:
    """The same for a clock that started on a day that is known."""
    return of_country(retention, country).until(start, books_closed_in=settings().financial_year_ends_in)


def last_day(retention: Retention, *, today: date) -> date:
    """The last day of which it is not kept any more: whatever started then, or before, is due."""
    days = range((today - LONGEST).toordinal(), today.toordinal() + 1)
    over = bisect_right(days, today.toordinal(), key=lambda day: until(retention, date.fromordinal(day)).toordinal())
    return date.fromordinal(days[0] + over - 1)


def day_of(moment: datetime) -> date:
    """The day it is then where the company is."""
    return moment.astimezone(_zone()).date()


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, _zone())


def start_column(table: SubjectTable, clock: Clock) -> InstrumentedAttribute[Any] | None:
    """The column that says when the clock of a row started; None where that stands elsewhere."""
    if clock is Clock.ACCOUNT_ENDED:
        return None
    return table.held_since if table.starts is None and clock in THE_EVENT_ITSELF else table.starts


def _by_country(table: SubjectTable, retention: Retention) -> list[Rule]:
    assert retention.document is not None
    laws = LAWS[retention.document]
    if table.country is None:
        return [Rule(table, of_country(retention, settings().default_country))]
    named = [
        Rule(table, law, table.country.in_([country for country, one in laws.items() if one == law]))
        for law in dict.fromkeys(laws.values())
    ]
    return [*named, Rule(table, OTHER_COUNTRIES[retention.document], table.country.not_in(list(laws)))]


def _started_before(rule: Rule, moment: datetime, *, now: datetime) -> Sequence[ColumnElement[bool]]:
    table, clock = rule.table, rule.retention.clock
    if clock is Clock.ACCOUNT_ENDED:
        wished = or_(Subject.kept_until.is_(None), Subject.kept_until < now)
        over = (Subject.ended_at < moment) & wished
        return [_of_those(table, over), _of_those(table, Subject.erased_at.is_not(None))]
    column = start_column(table, clock)
    if column is None:
        return withdrawals.before(table.model, moment) if clock is Clock.CONSENT_WITHDRAWN else []
    return [column < day_of(moment) if isinstance(column.type, Date) else column < moment]


def _never_started(rule: Rule, moment: datetime) -> Sequence[ColumnElement[bool]]:
    """Of people who were erased before: an erasure starts the clock of what it leaves, unless somebody must do that."""
    table, clock = rule.table, rule.retention.clock
    column = start_column(table, clock)
    left = table.on_erasure is Erasure.KEEP and clock is not Clock.ACCOUNT_ENDED
    if column is None or not column.property.columns[0].nullable or not left or _is_up_to_somebody(rule):
        return []
    return [_of_those(table, Subject.erased_at < moment) & column.is_(None)]


def _of_those(table: SubjectTable, people: ColumnElement[bool]) -> ColumnElement[bool]:
    return people if table.model is Subject else table.reach.in_(select(table.of).where(people))


def _is_up_to_somebody(rule: Rule) -> bool:
    """Whether only the person, or whoever set a hold, can start the clock."""
    unwritten = rule.retention.clock is Clock.OBJECTION_LIFTED and rule.table.starts is None
    return unwritten or rule.retention.clock is Clock.HOLD_RELEASED


def _until(rule: Rule, starting: date | None) -> ColumnElement[Any]:
    """As `Retention.until`, in SQL."""
    if rule.retention.clock is Clock.OBJECTION_LIFTED and rule.table.starts is None:
        return cast(null(), Date)
    retention, day = rule.retention, _day(_started(rule.table, rule.retention.clock))
    if starting is not None and not _is_up_to_somebody(rule):
        day = func.coalesce(day, literal(starting, Date))
    if retention.clock is Clock.FINANCIAL_YEAR_ENDED:
        day = _next_year(day, shifted=settings().financial_year_ends_in % 12)
        day = _next_year(day - 1) if retention.year_end else day
    elif retention.year_end:
        day = _next_year(day)
    period = retention.period
    return cast(day + func.make_interval(period.years, period.months, 0, period.days), Date)


def _started(table: SubjectTable, clock: Clock) -> Moment:
    if clock is Clock.ACCOUNT_ENDED:
        ended = select(Subject.ended_at).where(table.of == table.reach)
        return Subject.ended_at if table.model is Subject else ended.correlate(table.model.__table__).scalar_subquery()
    column = start_column(table, clock)
    return withdrawals.at(table.model) if column is None else column


def _day(moment: Moment) -> ColumnElement[Any]:
    return cast(moment if isinstance(moment.type, Date) else func.timezone(settings().time_zone, moment), Date)


def _next_year(day: ColumnElement[Any], *, shifted: int = 0) -> ColumnElement[Any]:
    """When the year after that of this day begins; a year begins so many months after January."""
    year = func.date_trunc("year", day - func.make_interval(0, shifted))
    return cast(year + func.make_interval(1, shifted), Date)


def _both(one: ColumnElement[bool] | None, other: ColumnElement[bool]) -> ColumnElement[bool]:
    return other if one is None else one & other


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().time_zone)
