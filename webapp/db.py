"""The database: typed models on one Base, names for every constraint, and time in UTC."""

import time
from collections.abc import Callable, Generator
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID, uuid4

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, func
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, mapped_column


class Base(DeclarativeBase):
    """What every model derives from. (Flask-SQLAlchemy's `db.Model` defeats strict typing.)"""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# The server or the connection to it is gone, or ended a transaction of its own accord.
DatabaseAway = OperationalError
PATIENCE_SECONDS, BETWEEN_TRIES_SECONDS = 60.0, 0.2

db = SQLAlchemy(model_class=Base)
migrate = Migrate(directory="webapp/migrations")

Written = TypeVar("Written")
Key = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]
Timestamp = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


def until_committed(
    write: Callable[[], Written], *, again: Callable[[], Written] | None = None
) -> Generator[None, None, Written]:
    """Writes, and writes again until the caller's commit at the yield comes through, when the database was away.

    So it must be harmless to write twice: a commit may come through although its answer does not. Where it is not,
    `again` writes what is right in either case.
    """
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            written = write()
            yield
        except DatabaseAway:
            if time.monotonic() > give_up_at:
                raise
            db.session.rollback()
            time.sleep(BETWEEN_TRIES_SECONDS)
            write = again or write
        else:
            return written
