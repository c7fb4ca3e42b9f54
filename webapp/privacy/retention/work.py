"""What there is to do each day: one piece of work for every rule of the data map that goes by the row.

What goes with the account goes person by person, by an erasure of its own: see inactivity.py and closing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_

from webapp.privacy import data_map
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.clocks import Rule
from webapp.privacy.data_map.retention import Clock, Retention, the_longest
from webapp.privacy.data_map.vocabulary import Erasure, SubjectTable
from webapp.privacy.erasure.models import Treatment
from webapp.privacy.erasure.strategies import Columns

Key = tuple[str, str]  # a table and its rule

AFTERWARDS = {Erasure.PSEUDONYMISE: Treatment.PSEUDONYMISE, Erasure.BLANK: Treatment.BLANK}


@dataclass(frozen=True, eq=False)
class Work:
    """What becomes of the rows that any of these finds: in this order, each by an index. `due_until` started last.

    `rules` is one, or several that must all be over.
    """

    table: SubjectTable
    name: str
    rules: Sequence[Rule]
    conditions: Sequence[ColumnElement[bool]]
    due_until: date
    treatment: Treatment
    columns: Columns = ()

    @property
    def key(self) -> Key:
        return self.table.name, self.name


def all_of(*, now: datetime) -> Iterator[Work]:
    for table in data_map.subject_tables():
        yield from of_table(table, now=now)


def of_table(table: SubjectTable, *, now: datetime) -> Iterator[Work]:
    """Columns whose time is over before that of the row are emptied; the row goes when the time of all is over."""
    groups = _groups(table)
    whole = the_longest([retention for retentions in groups for retention in retentions])
    for retentions, columns in groups.items():
        if set(retentions) != set(whole):
            yield from _works(table, retentions, Treatment.BLANK, columns, now=now)
    treatment = AFTERWARDS.get(table.on_erasure, Treatment.DELETE)
    yield from _works(table, tuple(whole), treatment, tuple(table.personal), now=now)


def _groups(table: SubjectTable) -> dict[tuple[Retention, ...], Columns]:
    groups: dict[tuple[Retention, ...], Columns] = {}
    for attribute, what in table.personal.items():
        retentions = tuple(data_map.kept(table, what))
        groups[retentions] = (*groups.get(retentions, ()), attribute)
    return groups


def _works(
    table: SubjectTable, retentions: Sequence[Retention], treatment: Treatment, columns: Columns, *, now: datetime
) -> Iterator[Work]:
    if len(retentions) > 1:
        yield _of_several(table, retentions, treatment, columns, now=now)
        return
    for rule in clocks.rules(table, retentions[0]):
        if rule.retention.clock is not Clock.ACCOUNT_ENDED:
            last = clocks.last_day(rule.retention, today=clocks.day_of(now))
            yield Work(table, _name(rule), [rule], clocks.due(rule, now=now), last, treatment, columns)


def _of_several(
    table: SubjectTable, retentions: Sequence[Retention], treatment: Treatment, columns: Columns, *, now: datetime
) -> Work:
    each = [clocks.rules(table, retention) for retention in retentions]
    over = and_(*(or_(*(condition for rule in rules for condition in clocks.due(rule, now=now))) for rules in each))
    rules = [rule for group in each for rule in group]
    last = min(clocks.last_day(rule.retention, today=clocks.day_of(now)) for rule in rules)
    return Work(table, " and ".join(_name(rule) for rule in rules), rules, [over], last, treatment, columns)


def _name(rule: Rule) -> str:
    return f"{rule.retention.formula} ({rule.retention.reference})" if rule.only is not None else rule.retention.formula
