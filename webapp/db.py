"""The database: typed models on one Base, names for every constraint, and time in UTC."""

import math
import time
from collections.abc import Callable, Generator
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID, uuid4

import psycopg
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, Pool, event, func
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry


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
UNUSED_SECONDS = 1.0  # after which a connection may be gone without our noticing

db = SQLAlchemy(model_class=Base)
migrate = Migrate(directory="webapp/migrations")

Written = TypeVar("Written")
Key = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]
Timestamp = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


def until_committed(write: Callable[[], Written]) -> Generator[None, None, Written]:
    """Writes, and writes again until the caller's commit at the yield comes through, when the database was away.

    So it must be harmless to write twice: a commit may come through although its answer does not.
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
        else:
            return written


@event.listens_for(Pool, "checkin")
def _note_the_time(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["back_at"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _ask_whether_it_is_there(connection: psycopg.Connection, record: ConnectionPoolEntry, _holder: object) -> None:
    """Unless it was just in use: workers take one a hundred times a second, and each question is a round trip."""
    if time.monotonic() - record.info.get("back_at", math.inf) < UNUSED_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.OperationalError as error:
        raise DisconnectionError from error
