"""Tables with a partition per month, so that an old month leaves in one piece. They come and go without migrations."""

import re
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, func, select, text

from webapp.db import Base, db

PATIENCE = "1s"  # everybody who reads or writes the table queues behind whoever waits for its lock


def month_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def ensure(model: type[Base], month: date) -> None:
    """Makes the partition of a month unless it is there. Commit soon: it locks the table."""
    table, name = model.__tablename__, _name(model, month)
    if not db.session.scalar(select(is_kept(model, month))):
        _one_after_the_other(name)
        since, until = _start(month), _start(next_month(month))
        db.session.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} "
                f"FOR VALUES FROM ('{since}') TO ('{until}') WITH (fillfactor = {_fillfactor(model)})"
            )
        )


def ensure_between(model: type[Base], first: datetime, last: datetime) -> None:
    month = month_of(first)
    while month <= month_of(last):
        ensure(model, month)
        month = next_month(month)


def drop_before(model: type[Base], moment: datetime) -> list[date]:
    """Drops the months that were over by then, and says which. Commit soon; when others hold the table, it fails."""
    over = [month for month in months(model) if next_month(month) <= month_of(moment)]
    if over:
        db.session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
        db.session.execute(text(f"DROP TABLE {', '.join(_name(model, month) for month in over)}"))
    return over


def about_before(model: type[Base], moment: datetime) -> int:
    """About how many rows the months have that were over by then, as the database estimates."""
    over = [_name(model, month) for month in months(model) if next_month(month) <= month_of(moment)]
    estimate = text("SELECT sum(greatest(reltuples, 0)) FROM pg_class WHERE relname = ANY(:names)")
    return int(db.session.scalar(estimate, {"names": over}) or 0)


def is_kept(model: type[Base], month: date) -> ColumnElement[bool]:
    """For a query: whether there is a partition for the rows of a month."""
    return func.to_regclass(_name(model, month)).is_not(None)


def months(model: type[Base]) -> list[date]:
    """The months for which there are partitions, in order."""
    names = text(
        "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid "
        "WHERE inhparent = CAST(:parent AS regclass) ORDER BY child.relname"
    )
    found = db.session.scalars(names, {"parent": model.__tablename__})
    return [date.fromisoformat(f"{name[-7:].replace('_', '-')}-01") for name in found]


def is_parted(model: type[Base]) -> bool:
    return bool(Base.metadata.tables[model.__tablename__].dialect_options["postgresql"]["partition_by"])


def is_partition(name: str) -> bool:
    """Whether this is the name of a partition of ours."""
    table = Base.metadata.tables.get(re.sub(r"_\d{4}_\d{2}$", "", name))
    return table is not None and table.name != name and bool(table.dialect_options["postgresql"]["partition_by"])


def _fillfactor(model: type[Base]) -> int:
    """How much of each page new rows may fill, in percent; the rest is for rows that change."""
    return int(Base.metadata.tables[model.__tablename__].info.get("fillfactor", 100))


def _name(model: type[Base], month: date) -> str:
    return f"{model.__tablename__}_{month:%Y_%m}"


def _start(month: date) -> datetime:
    """With its offset, or PostgreSQL would take it for midnight in the time zone of the connection."""
    return datetime.combine(month, time.min, UTC)


def _one_after_the_other(name: str) -> None:
    """IF NOT EXISTS does not help two who start at the same moment."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
