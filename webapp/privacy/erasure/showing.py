"""A plan as people read it: what goes, what stays until when and why, and what waits for what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.privacy import data_map
from webapp.privacy.data_map.places import FILES
from webapp.privacy.data_map.retention import Clock
from webapp.privacy.data_map.vocabulary import Category, SubjectTable
from webapp.privacy.data_map.words import CATEGORIES, TREATMENTS
from webapp.privacy.erasure.models import ErasureStep, Reason, Treatment
from webapp.privacy.erasure.planning import FILE, Line

# Why a law lets us keep something, by the event that its time counts from.
WHY = {
    Clock.RECORDED: _l("So that it can be shown what was done, for as long as somebody could go to court about it."),
    Clock.REQUEST_FINISHED: _l("So that it can be shown how we answered you."),
    Clock.CONSENT_WITHDRAWN: _l("So that it can be shown what you agreed to, and when you ended it."),
    Clock.OBJECTION_LIFTED: _l("So that your no still counts."),
    Clock.HOLD_RELEASED: _l("So that it can be shown why something was not deleted."),
}
BOOKS = _l("The law makes every company keep its books.")


@dataclass(frozen=True)
class Item:
    """Some fields of a table, and how many entries of it."""

    title: str
    fields: Sequence[str]
    rows: int
    how: str = ""
    more: bool = False


@dataclass(frozen=True)
class Group:
    """What goes together: a category, or what waits for the same."""

    key: str
    title: str
    items: Sequence[Item]

    @property
    def rows(self) -> int:
        return sum(item.rows for item in self.items)


@dataclass(frozen=True)
class Kept:
    """`share` is the part of the longest time, from 0 to 1; `until` is None where only the person can end it."""

    item: Item
    until: date | None
    share: float
    why: str
    law: str


@dataclass(frozen=True)
class Shown:
    goes: Sequence[Group]
    kept: Sequence[Kept]
    needed: Sequence[Group]
    held: Sequence[Group]

    @property
    def parts(self) -> list[tuple[str, int, str]]:
        """How many entries of each, for a bar."""
        parts = [
            (_("Deleted"), sum(group.rows for group in self.goes), "brand"),
            (_("Needed by what you have"), sum(group.rows for group in self.needed), "warning"),
            (_("Kept by law"), sum(kept.item.rows for kept in self.kept), "neutral"),
            (_("Kept as evidence"), sum(group.rows for group in self.held), "danger"),
        ]
        return [part for part in parts if part[1] or part[2] in {"brand", "neutral"}]

    @property
    def rows(self) -> int:
        return sum(rows for _title, rows, _tone in self.parts)

    @property
    def rows_going(self) -> int:
        return sum(group.rows for group in self.goes)

    @property
    def last_day(self) -> date | None:
        return max((kept.until for kept in self.kept if kept.until), default=None)


def of(steps: Sequence[ErasureStep | Line], *, today: date) -> Shown:
    """The lines of a plan, stored or not."""
    going = [step for step in steps if not _waits(step) and step.treatment is not Treatment.KEEP]
    kept = [step for step in steps if not _waits(step) and step.treatment is Treatment.KEEP]
    return Shown(
        goes=_by_category(going),
        kept=_kept(kept, today=today),
        needed=_by_what_needs_it(step for step in steps if step.reason is Reason.PRODUCT),
        held=_by_what_needs_it(step for step in steps if step.reason is Reason.HOLD),
    )


def title_of(name: str) -> str:
    """Of a table or a file store, as people know it. It may be gone from the data map since."""
    if name.startswith(FILE):
        return str(next((place.title for store, place in FILES.items() if store == name.removeprefix(FILE)), name))
    return str(_tables()[name].title) if name in _tables() else name


def _waits(step: ErasureStep | Line) -> bool:
    return step.reason in {Reason.PRODUCT, Reason.HOLD}


def _by_category(steps: Iterable[ErasureStep | Line]) -> list[Group]:
    order = list(Category)
    ordered = sorted(steps, key=lambda step: order.index(_category(step)))
    groups = groupby(ordered, key=_category)
    return [Group(key, str(CATEGORIES[key]), [_item(step) for step in group]) for key, group in groups]


def _by_what_needs_it(steps: Iterable[ErasureStep | Line]) -> list[Group]:
    ordered = sorted(steps, key=lambda step: step.needed_by)
    return [
        Group("", needed_by, [_item(step) for step in group])
        for needed_by, group in groupby(ordered, key=lambda step: step.needed_by)
    ]


def _kept(steps: Iterable[ErasureStep | Line], *, today: date) -> list[Kept]:
    """The longest first; of each table and law one, until its last entry goes."""
    by_law: dict[tuple[str, str], list[ErasureStep | Line]] = {}
    for step in steps:
        by_law.setdefault((step.table_name, step.reference), []).append(step)
    last = max((step.kept_until for step in steps if step.kept_until), default=today)
    kept = [_kept_item(lines, today=today, last=last) for lines in by_law.values()]
    return sorted(kept, key=lambda one: (one.until is not None, one.share, one.item.rows), reverse=True)


def _kept_item(lines: Sequence[ErasureStep | Line], *, today: date, last: date) -> Kept:
    first, rows = lines[0], sum(_rows(line) for line in lines)
    untils = [line.kept_until for line in lines if line.kept_until]
    until = max(untils) if len(untils) == len(lines) else None
    share = (until - today).days / max((last - today).days, 1) if until else 1.0
    item = Item(title_of(first.table_name), _fields(first), rows, more=any(_more(line) for line in lines))
    return Kept(item, until, min(max(share, 0.01), 1.0), _why(first), first.reference)


def _why(step: ErasureStep | Line) -> str:
    if step.reason is Reason.SUPPRESSION:
        return str(_("So that nobody sends you advertising again. It is a fingerprint that cannot be read back."))
    table = _tables()[step.table_name]
    if table.country is not None:
        return str(BOOKS)
    retention = data_map.kept(table, table.main)[0]
    return str(WHY.get(retention.clock, WHY[Clock.RECORDED]))


def _item(step: ErasureStep | Line) -> Item:
    how = str(TREATMENTS[step.treatment]) if step.treatment in {Treatment.SHRED, Treatment.PSEUDONYMISE} else ""
    return Item(title_of(step.table_name), _fields(step), _rows(step), how, _more(step))


def _fields(step: ErasureStep | Line) -> list[str]:
    """Each once, as people know them."""
    table = _tables().get(step.table_name)
    if table is None:
        return []
    labels = [str(what.label) for column, what in table.personal.items() if column.key in step.fields]
    return list(dict.fromkeys(labels))


def _category(step: ErasureStep | Line) -> Category:
    table = _tables().get(step.table_name)
    return table.main.category if table else Category.REQUEST


def _rows(step: ErasureStep | Line) -> int:
    return step.rows if isinstance(step, Line) else step.rows_planned


def _more(step: ErasureStep | Line) -> bool:
    return isinstance(step, ErasureStep) and step.more


@cache
def _tables() -> Mapping[str, SubjectTable]:
    return {table.name: table for table in data_map.subject_tables()}
