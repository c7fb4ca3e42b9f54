"""Everything held about a person, for their own eyes: by category and table, a few rows or a page of them.

However many rows there are, a page costs the same: rows are counted up to a thousand, those of all tables of a category
come in one statement, and pages go on from a place in the order instead of counting from the start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, literal, select

from webapp.db import db
from webapp.paging import cut
from webapp.privacy import data_map, inventory, places_in_order, records
from webapp.privacy.data_map.vocabulary import Category, Personal, SubjectTable
from webapp.privacy.places_in_order import Place
from webapp.subjects.models import Subject

MANY = 1_000
FEW = 4  # of each table on the page of its category
PAGE = 20
EMPTY = (None, "")
SINCE, STARTS = "held_since", "clock_starts"


@dataclass(frozen=True)
class Count:
    """How many rows, or that there are more than these, and since when the oldest is held."""

    rows: int
    is_more: bool
    since: datetime | None


@dataclass(frozen=True)
class Row:
    """`values` are those that there are. `since` is None where one of them says it; `until` is None while nobody knows
    when its time will be over."""

    values: list[tuple[Personal, Any]]
    since: datetime | None
    until: date | None
    place: Place


@dataclass(frozen=True)
class Held:
    """What one table holds about a person: how much, and the newest rows."""

    table: SubjectTable
    count: Count
    rows: list[Row]


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    newer_than: Place | None
    older_than: Place | None


def overview(subject: Subject) -> dict[Category, Count]:
    """How much there is of each category, in one statement."""
    tables = data_map.subject_tables()
    counted = zip(tables, _counts(tables, subject), strict=True)
    by_category: dict[Category, list[Count]] = {category: [] for category in data_map.categories()}
    for table, count in counted:
        by_category[category_of(table)].append(count)
    return {category: _sum(counts) for category, counts in by_category.items()}


def category(subject: Subject, wanted: Category) -> list[Held]:
    """The tables in which people find a category, in one statement for the counts and one for the rows."""
    tables = [table for table in data_map.subject_tables() if category_of(table) is wanted]
    few = [_selected(table, subject).order_by(*_newest_first(table)).limit(FEW) for table in tables]
    found = db.session.execute(select(*map(_as_json, few))).one()
    newest = [_revived(rows, as_json) for rows, as_json in zip(few, found, strict=True)]
    held = zip(tables, _counts(tables, subject), newest, strict=True)
    return [Held(table, count, _rows(table, rows, subject)) for table, count, rows in held]


def page(table: SubjectTable, subject: Subject, *, older_than: Place | None, newer_than: Place | None) -> Page:
    """The newest rows of a table, or those next to a place."""
    place, mine = records.place_of(table), _selected(table, subject).limit(PAGE + 1)
    if newer_than is not None:
        found = list(db.session.execute(mine.where(newer_than.newer(place)).order_by(*place)).mappings())
    else:
        older = mine.where(older_than.older(place)) if older_than is not None else mine
        found = list(db.session.execute(older.order_by(*_newest_first(table))).mappings())
    rows = _rows(table, found, subject)
    return Page(*cut(rows, lambda row: row.place, size=PAGE, older_than=older_than, newer_than=newer_than))


def table_named(name: str, *, within: Category) -> SubjectTable | None:
    tables = data_map.subject_tables()
    return next((table for table in tables if table.name == name and category_of(table) is within), None)


def category_of(table: SubjectTable) -> Category:
    """Also of tables of which nothing can be shown."""
    return table.category if table.exported else table.main.category


def _counts(tables: list[SubjectTable], subject: Subject) -> list[Count]:
    asked: list[ScalarSelect[Any]] = []
    for table in tables:
        mine = select(literal(1)).select_from(table.model).where(records.belongs(table, subject))
        mine = mine.order_by(*_newest_first(table)).limit(MANY + 1)  # in this order, or it reads rows of others to skip
        since = select(func.min(table.held_since)) if table.held_since is not None else select(literal(None))
        asked.append(select(func.count()).select_from(mine.subquery()).scalar_subquery())
        asked.append(since.select_from(table.model).where(records.belongs(table, subject)).limit(1).scalar_subquery())
    found = list(db.session.execute(select(*asked)).one()) if asked else []
    return [Count(min(rows, MANY), rows > MANY, since) for rows, since in zip(found[::2], found[1::2], strict=True)]


def _sum(counts: list[Count]) -> Count:
    since = min((count.since for count in counts if count.since), default=None)
    return Count(sum(count.rows for count in counts), any(count.is_more for count in counts), since)


def _selected(table: SubjectTable, subject: Subject) -> Select[Any]:
    """With what says since when and until when a row is held, and where it stands in the order."""
    since, starts = table.held_since, table.starts
    extra = [column.label(name) for name, column in ((SINCE, since), (STARTS, starts)) if column is not None]
    place = [column.label(f"place_{number}") for number, column in enumerate(records.place_of(table))]
    return records.selected(table, subject).add_columns(*extra, *place)


def _newest_first(table: SubjectTable) -> list[Any]:
    return [column.desc() for column in records.place_of(table)]


def _as_json(rows: Select[Any]) -> ScalarSelect[Any]:
    """All rows as one value, so that many tables fit into one statement."""
    inner = rows.subquery()
    return select(func.jsonb_agg(func.to_jsonb(inner.table_valued()))).scalar_subquery()


def _revived(rows: Select[Any], found: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Rows that came as JSON, which has no type for times and bytes."""
    types = {column.key: column.type for column in rows.selected_columns if column.key}
    return [{name: places_in_order.read(types[name], value) for name, value in row.items()} for row in found or []]


def _rows(table: SubjectTable, rows: Sequence[Mapping[Any, Any]], subject: Subject) -> list[Row]:
    if not rows:
        return []
    openers, named = records.openers(table, subject), records.columns(table)
    return [
        Row(
            [(what, openers.get(name, _as_it_is)(row[name])) for name, what in named.items() if row[name] not in EMPTY],
            since=row.get(SINCE) if table.held_since not in table.exported else None,
            until=_until(table, row),
            place=places_in_order.place(value for name, value in row.items() if name.startswith("place_")),
        )
        for row in rows
    ]


def _as_it_is(value: Any) -> Any:
    return value


def _until(table: SubjectTable, row: Mapping[Any, Any]) -> date | None:
    """When all of it is gone; None if the end of any part is not known yet."""
    country = (table.country.key if table.country is not None else "", table.country)
    columns = ((SINCE, table.held_since), (STARTS, table.starts), country)
    times = SimpleNamespace(**{column.key: row.get(name) for name, column in columns if column is not None})
    days = [inventory.until(table, what, times) for what in table.personal.values()]
    return max(day for day in days if day) if days and None not in days else None
