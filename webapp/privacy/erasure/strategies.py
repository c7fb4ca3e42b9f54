"""What is done to rows that are erased or too old. Each way takes only so many at once, and is safe to repeat."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Update,
    any_,
    delete,
    func,
    inspect,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from webapp import partitions
from webapp.db import db
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.privacy.erasure.models import Treatment

BATCH = 1_000
NOBODY = UUID(int=0)  # where a row must name somebody
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Columns = Sequence[InstrumentedAttribute[Any]]

BLANKS: dict[type, Any] = {
    **{str: "", bytes: b"", int: 0, bool: False, dict: {}, list: []},
    **{datetime: EPOCH, date: EPOCH.date(), UUID: NOBODY},
}


def apply(
    table: SubjectTable,
    treatment: Treatment,
    where: ColumnElement[bool],
    *,
    columns: Columns = (),
    limit: int | None = None,
) -> int:
    """Treats at most `limit` of these rows (or `BATCH`) and says how many: fewer means that none is left.

    `columns` are those to be blanked. What was treated already is not found again. Commit each time.
    """
    limit = limit or BATCH
    if treatment is Treatment.DELETE:
        return _run(delete(table.model).where(_among(table, where, limit)))
    if treatment is Treatment.BLANK:
        return _change(table, {column: blank(column) for column in columns}, where, limit)
    if treatment is Treatment.PSEUDONYMISE:
        return _change(table, {table.reach: nobody(table)}, where, limit)
    return 0  # what is shredded goes with the person's key, and what is kept stays


def left(table: SubjectTable, treatment: Treatment, columns: Columns = ()) -> ColumnElement[bool]:
    """Which rows were not treated yet."""
    if treatment is Treatment.BLANK:
        return or_(*(column.is_distinct_from(blank(column)) for column in columns))
    if treatment is Treatment.PSEUDONYMISE:
        return table.reach.is_distinct_from(nobody(table))
    if treatment is Treatment.SHRED:
        return or_(*(column.is_not(None) for column in columns))
    return true()


def blank(attribute: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """What stands in a column that says nothing. One that must differ from row to row is made of the row's number."""
    column = inspect(attribute.class_).columns[attribute.key]
    if column.unique:
        return func.sha256(func.uuid_send(inspect(attribute.class_).primary_key[0]))
    return literal(None if column.nullable else BLANKS[column.type.python_type], column.type)


def can_be_blanked(attribute: InstrumentedAttribute[Any]) -> bool:
    column = inspect(attribute.class_).columns[attribute.key]
    is_code = getattr(column.type, "enum_class", None) is not None
    return not column.primary_key and (bool(column.nullable) or (not is_code and column.type.python_type in BLANKS))


def nobody(table: SubjectTable) -> ColumnElement[Any]:
    column = inspect(table.model).columns[table.reach.key]
    return literal(None if column.nullable else NOBODY, column.type)


def _change(table: SubjectTable, to: dict[Any, ColumnElement[Any]], where: ColumnElement[bool], limit: int) -> int:
    untouched = or_(*(column.is_distinct_from(value) for column, value in to.items()))
    return _run(update(table.model).where(_among(table, where & untouched, limit)).values(to))


def _among(table: SubjectTable, where: ColumnElement[bool], limit: int) -> ColumnElement[bool]:
    """Of a table without partitions by where the rows lie: that is found without reading an index again, or all."""
    if partitions.is_parted(table.model):
        key = inspect(table.model).primary_key
        return tuple_(*key).in_(select(*key).where(where).limit(limit))
    place: ColumnElement[Any] = literal_column(f"{table.name}.ctid")
    these = select(place).select_from(table.model).where(where).limit(limit).correlate(None)
    return place == any_(func.array(these.scalar_subquery()))


def _run(statement: Delete | Update) -> int:
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(done, CursorResult)
    return done.rowcount
