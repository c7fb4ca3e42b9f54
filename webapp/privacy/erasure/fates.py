"""The rule: what becomes of each field when a person is erased, and why. A field goes when nothing needs it any more.

a legal hold covers it               it stays until the hold is released
its table is kept, by a law          it stays until its own time is over
a product that runs needs it         it stays until the product ends
otherwise                            it goes now, in the way that the data map says
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, true
from sqlalchemy.orm import InstrumentedAttribute

from webapp.consents.models import Suppression
from webapp.privacy import data_map
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.clocks import Rule
from webapp.privacy.data_map.retention import Clock, Retention
from webapp.privacy.data_map.vocabulary import Erasure, Personal, Purpose, SubjectTable
from webapp.privacy.erasure import strategies
from webapp.privacy.erasure.models import Reason, Treatment
from webapp.privacy.erasure.needs import Needs

Attribute = InstrumentedAttribute[Any]

SERVED_BY_PRODUCTS = {Purpose.CONTRACT, Purpose.PROVISION}
EVERY_ROW = true()


@dataclass(frozen=True, eq=False)
class Fate:
    """What becomes of these columns, in those rows of a person's that `where` names.

    While it waits, `treatment` is what becomes of them afterwards. `until` is the first day on which what is kept is
    not kept any more, for a query over the table.
    """

    table: SubjectTable
    columns: tuple[Attribute, ...]
    treatment: Treatment
    reason: Reason = Reason.NO_PURPOSE
    where: ColumnElement[bool] = EVERY_ROW
    reference: str = ""
    needed_by: str = ""
    until: ColumnElement[Any] | None = None

    @property
    def waits(self) -> bool:
        return self.reason in {Reason.PRODUCT, Reason.HOLD}

    @property
    def is_done_now(self) -> bool:
        return not self.waits and self.treatment is not Treatment.KEEP


def of(table: SubjectTable, needs: Needs, *, on: date) -> list[Fate]:
    """For an erasure on this day. No column of a row is in two of them."""
    if hold := needs.hold_on(table):
        return [Fate(table, _all(table), Treatment(table.on_erasure), Reason.HOLD, needed_by=hold.reason)]
    if table.on_erasure is not Erasure.KEEP:
        return _going(table, Treatment(table.on_erasure), needs, EVERY_ROW)
    others = [] if table.law_keeps is None else _going(table, Treatment.DELETE, needs, ~table.law_keeps)
    return [*others, *_staying(table, needs, on=on)]


def is_needed(table: SubjectTable, what: Personal) -> bool:
    """Whether a product that runs needs such a field: it serves the contract, and goes when the relationship ends."""
    ends_with_account = any(rule.clock is Clock.ACCOUNT_ENDED for rule in data_map.kept(table, what))
    return ends_with_account and not SERVED_BY_PRODUCTS.isdisjoint(what.purposes)


def _going(table: SubjectTable, treatment: Treatment, needs: Needs, where: ColumnElement[bool]) -> list[Fate]:
    """Of tables of which nothing is kept by law, and of rows that no law is about."""
    needed = _needed(table, law_is_silent=where is not EVERY_ROW) if needs.products else ()
    if not needed:
        return [Fate(table, _all(table), treatment, where=where)]
    these = where if table.needed is None else where & table.needed
    waiting = Fate(table, needed, treatment, Reason.PRODUCT, where=these, needed_by=needs.product_names)
    rest = tuple(column for column in _all(table) if column not in needed)
    left_in_place = [Fate(table, rest, Treatment.BLANK, where=these)] if rest else []
    not_needed = [] if table.needed is None else [Fate(table, _all(table), treatment, where=where & ~table.needed)]
    return [waiting, *left_in_place, *not_needed]


def _needed(table: SubjectTable, *, law_is_silent: bool) -> tuple[Attribute, ...]:
    """A column that cannot be emptied stays with the others of its row."""
    if law_is_silent:  # such rows go with the account, whatever the law says about the others
        return tuple(c for c, what in table.personal.items() if not SERVED_BY_PRODUCTS.isdisjoint(what.purposes))
    needed = {column for column, what in table.personal.items() if is_needed(table, what)}
    stuck = {column for column in table.personal if not strategies.can_be_blanked(column)} if needed else set()
    return tuple(column for column in table.personal if column in needed | stuck)


def _staying(table: SubjectTable, needs: Needs, *, on: date) -> list[Fate]:
    """Each law with the rows that it is about; what its time is over of, goes."""
    kept = _columns(table, Erasure.KEEP)
    fates = []
    for rules in _by_law(table, kept):
        until, only = _until(rules, on=on), rules[0].only
        these = EVERY_ROW if only is None else only
        still = these & func.coalesce(until > on, True)
        reason = Reason.SUPPRESSION if table.model is Suppression else Reason.LAW
        reference = "; ".join(dict.fromkeys(rule.retention.reference for rule in rules))
        fates.append(Fate(table, _all(table), Treatment.DELETE, where=these & func.coalesce(until <= on, False)))
        fates.append(Fate(table, kept, Treatment.KEEP, reason, where=still, reference=reference, until=until))
        fates += [_with_the_key(fate, needs) for fate in _emptied(table, still)]
    return fates


def _emptied(table: SubjectTable, where: ColumnElement[bool]) -> list[Fate]:
    """What is taken out of rows that stay."""
    ways = (Erasure.BLANK, Erasure.SHRED, Erasure.PSEUDONYMISE)
    parts = [(way, columns) for way in ways if (columns := _columns(table, way))]
    return [Fate(table, columns, Treatment(way), where=where) for way, columns in parts]


def _by_law(table: SubjectTable, columns: Sequence[Attribute]) -> list[list[Rule]]:
    """Rules for the same rows belong together; only documents have different ones for different rows."""
    every = [clocks.rules(table, retention) for retention in _retentions(table, columns)]
    if len(every) > 1:
        return [[rule for rules in every for rule in rules]]
    return [[rule] for rule in every[0] if rule.retention.clock is not Clock.ACCOUNT_ENDED]


def _with_the_key(fate: Fate, needs: Needs) -> Fate:
    """What is shredded can be read for as long as the person's own key is needed for something else."""
    if fate.treatment is not Treatment.SHRED:
        return fate
    if needs.holds:
        return replace(fate, reason=Reason.HOLD, needed_by=needs.holds[0].reason)
    if needs.products:
        return replace(fate, reason=Reason.PRODUCT, needed_by=needs.product_names)
    return fate


def _until(rules: Sequence[Rule], *, on: date) -> ColumnElement[Any]:
    """When the last of them is over; NULL if that is up to the person."""
    days = [clocks.rule_until(rule, starting=on) for rule in rules]
    return func.greatest(*days) if len(days) > 1 else days[0]


def _retentions(table: SubjectTable, columns: Sequence[Attribute]) -> list[Retention]:
    return list(dict.fromkeys(rule for column in columns for rule in data_map.kept(table, table.personal[column])))


def _columns(table: SubjectTable, way: Erasure) -> tuple[Attribute, ...]:
    return tuple(column for column, what in table.personal.items() if table.erasure_of(what) is way)


def _all(table: SubjectTable) -> tuple[Attribute, ...]:
    return tuple(table.personal)
