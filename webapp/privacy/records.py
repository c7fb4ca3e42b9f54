"""The rows of one person, found by the data map and put so that a program or a person can read them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from flask_babel import format_date, format_datetime, format_decimal
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, inspect, select
from sqlalchemy.orm import InstrumentedAttribute

from webapp.crypto import CannotDecrypt
from webapp.db import db
from webapp.language import current_language
from webapp.privacy.data_map import exported_tables
from webapp.privacy.data_map.vocabulary import ANY, Part, Personal, SubjectTable
from webapp.subjects import trail
from webapp.subjects.models import Subject

ROWS_IN_MEMORY = 500

Record = dict[str, Any]


def columns(table: SubjectTable) -> dict[str, Personal]:
    """The names under which a table's columns are exported."""
    return {_name(attribute, what): what for attribute, what in table.exported.items()}


def records(table: SubjectTable, subject: Subject, *, about: int) -> Iterator[Record]:
    """The person's rows of a table, of which there are about so many, the newest first: streamed if they are many."""
    named, opener_of = columns(table), openers(table, subject)
    # A cursor in the server takes four steps more.
    options = {"yield_per": ROWS_IN_MEMORY} if about > ROWS_IN_MEMORY else {}
    # Not by the session, which would ask first whether there are objects to make.
    for row in db.session.connection().execute(statement(table), whose([table], subject), execution_options=options):
        record = dict(zip(named, row, strict=True))
        for name, opener in opener_of.items():
            record[name] = opener(record[name])
        yield record


@cache
def statement(table: SubjectTable) -> Select[Any]:
    """What reads the rows of whoever `whose` names. It is kept: making it takes longer than reading a few rows."""
    rows = _selected(table, _owned(table, bindparam(_known_by(table))))
    return rows.order_by(*(column.desc() for column in place_of(table)))


def whose(tables: Iterable[SubjectTable], subject: Subject) -> dict[str, Any]:
    """The parameters for these tables: what they know the person by."""
    return {_known_by(table): getattr(subject, table.of.key) for table in tables}


def selected(table: SubjectTable, subject: Subject) -> Select[Any]:
    """The person's rows of a table, each column under the name of its export, in no order yet."""
    return _selected(table, belongs(table, subject))


def belongs(table: SubjectTable, subject: Subject) -> ColumnElement[bool]:
    return _owned(table, getattr(subject, table.of.key))


def place_of(table: SubjectTable) -> list[ColumnElement[Any]]:
    """The columns by which rows are ordered, so that no two have the same place."""
    first = [inspect(table.model).columns[table.order.key]] if table.order is not None else []
    return [*first, *(column for column in inspect(table.model).primary_key if column not in set(first))]


def openers(table: SubjectTable, subject: Subject) -> dict[str, Callable[[Any], Any]]:
    """What makes the values of a column readable, by its name, where they are not as they are."""
    return {name: opener for name, what in columns(table).items() if (opener := _opener(what, subject))}


def count_by_table(subject: Subject) -> dict[SubjectTable, int]:
    """How many rows are held about a person in each table that goes into a copy, in one statement."""
    tables = tuple(exported_tables())
    counts = db.session.connection().execute(_counting(tables), whose(tables, subject)).one()
    return dict(zip(tables, counts, strict=True))


def plain(value: Any) -> str:
    """For JSON, what it has no type for."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no plain form for {type(value).__name__}")


def readable(what: Personal, value: Any) -> str:
    """For a person, in the language of the moment."""
    if value is None or value == "":
        return "–"
    if what.words:
        return str(what.words(value))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, datetime):
        return str(format_datetime(value, "medium"))
    if isinstance(value, date):
        return str(format_date(value))
    if isinstance(value, int):
        return str(format_decimal(value))
    if isinstance(value, list):
        return "; ".join(readable(what, item) for item in value)
    if isinstance(value, dict):
        parts = what.parts or {}  # in their order; the database forgets that of JSON
        names = sorted(value, key=lambda name: list(parts).index(name) if name in parts else len(parts))
        return ", ".join(_readable_part(parts, name, value[name]) for name in names)
    return str(value)


def _owned(table: SubjectTable, known_by: Any) -> ColumnElement[bool]:
    """The rows of whoever is known by this, as far as they may be told."""
    mine: ColumnElement[bool] = table.reach == known_by
    return mine if table.told is None else and_(mine, table.told)


@cache
def _counting(tables: tuple[SubjectTable, ...]) -> Select[Any]:
    mine = [(table, _owned(table, bindparam(_known_by(table)))) for table in tables]
    counts = [select(func.count()).select_from(table.model).where(owned) for table, owned in mine]
    return select(*(count.scalar_subquery() for count in counts))


def _selected(table: SubjectTable, owned: ColumnElement[bool]) -> Select[Any]:
    exported = table.exported.items()
    rows = select(*[(what.names or attribute).label(_name(attribute, what)) for attribute, what in exported])
    rows = rows.select_from(table.model).where(owned)
    for attribute, what in exported:
        if what.names:
            named = what.names.class_
            rows = rows.outerjoin(named, attribute == inspect(named).primary_key[0])
    return rows


def _known_by(table: SubjectTable) -> str:
    return f"subject_{table.of.key}"


def _readable_part(parts: Mapping[str, Part], name: str, value: Any) -> str:
    """A part of JSON, by its label; one that is not declared by the name that it has in there."""
    part = parts.get(name) or parts.get(ANY)
    said = part.words(value) if part and part.words else value
    return f"{_label(part, current_language()) if part and name in parts else name}: {said}"


@cache
def _label(part: Part, language: str) -> str:
    """`language` is that of the moment. There are many rows, and each has the same parts."""
    return str(part.label)


def _name(attribute: InstrumentedAttribute[Any], what: Personal) -> str:
    return attribute.key.removesuffix("_id") if what.names else attribute.key


def _opener(what: Personal, subject: Subject) -> Callable[[Any], Any] | None:
    if what.sealed:
        return _unsealed(subject)
    if what.names:
        return lambda value: _in_language(value, subject.language)
    return None


def _unsealed(subject: Subject) -> Callable[[bytes | None], Any]:
    key = trail.data_key(subject)

    def unsealed(value: bytes | None) -> Any:
        try:
            return trail.opened(value, subject, key=key) if value is not None else None
        except CannotDecrypt:
            return _("It cannot be read any more.")

    return unsealed


def _in_language(value: Any, language: str) -> Any:
    """Texts by language are one of them."""
    return value.get(language) or next(iter(value.values()), None) if isinstance(value, dict) else value
