"""The ledger's partitions, one per month of the audience snapshot, so that an old month leaves in one piece."""

from datetime import date, datetime

from sqlalchemy import func, select, text

from webapp.db import db


def month_of(moment: datetime) -> date:
    return moment.date().replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def ensure(month: date) -> None:
    """Makes the partition of a month unless it is there. Commit soon: it locks the ledger."""
    name = f"deliveries_{month:%Y_%m}"
    if db.session.scalar(select(func.to_regclass(name))) is None:
        until = next_month(month)
        db.session.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF deliveries FOR VALUES FROM ('{month}') TO ('{until}')"
            )
        )
