"""Nothing is served, and no job runs, on a database that lacks what the journal outside knows.

Otherwise somebody who was erased would be back, and somebody who said no would be written to.
"""

import logging
import time
from enum import StrEnum

import psycopg
from flask import Flask, current_app, request
from flask_babel import lazy_gettext as _l
from obstore.exceptions import BaseError
from sqlalchemy.exc import SQLAlchemyError

from webapp.access import Refused
from webapp.db import db
from webapp.guard import is_marked
from webapp.journal import shelf
from webapp.journal.shelf import Damaged

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0  # seconds
POSITION = "SELECT batch, beat FROM journal_state"


class Standing(StrEnum):
    """How the database stands to the journal."""

    OK = "ok"
    BEHIND = "ahead of the database: run `flask replay-journal`"
    UNKNOWN = "unreachable"


class Gate:
    """What this process saw last. One that once saw that all is well goes on when the journal is away for a while."""

    def __init__(self) -> None:
        self.standing = Standing.UNKNOWN
        self._looked_at: float | None = None

    def look(self) -> Standing:
        if self._looked_at is None or time.monotonic() - self._looked_at > LOOK_EVERY:
            self.look_now()
        return self.standing

    def look_now(self) -> None:
        found = standing()
        if found is not Standing.UNKNOWN or self.standing is not Standing.OK:
            self.standing = found
        self._looked_at = time.monotonic()


def init_app(app: Flask) -> None:
    app.extensions["gate"] = Gate()
    app.before_request(_refuse)


def is_closed() -> bool:
    gate: Gate = current_app.extensions["gate"]
    return gate.look() is not Standing.OK


def standing() -> Standing:
    """Asks anew. A database that does not answer is not our business: whoever needs it will notice."""
    try:
        head = shelf.head()
        if head is None:
            return Standing.OK
        batch, beat = _position()
        return Standing.BEHIND if head.batch > batch or head.beat > beat else Standing.OK
    except psycopg.errors.UndefinedTable:
        return Standing.BEHIND
    except (psycopg.Error, SQLAlchemyError):
        return Standing.OK
    except (BaseError, OSError, Damaged) as error:
        log.warning("the journal cannot be read: %s", error)
        return Standing.UNKNOWN


def _position() -> tuple[int, int]:
    """Beside the session of a request, which may be in the middle of something."""
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(POSITION)
        batch, beat = cursor.fetchone() or (0, 0)
        return batch, beat
    finally:
        connection.close()


def _refuse() -> None:
    if request.endpoint == "static" or is_marked("under_any_name") or not is_closed():
        return
    raise Refused(
        503,
        _l("We will be back in a few minutes"),
        _l("Our data is being put back in order after a repair. Until that is done, we show and change nothing."),
    )
