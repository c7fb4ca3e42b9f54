"""Which receiver hears of which change: a change becomes one delivery for each of them.

One process at a time does this, so that no later change of a person overtakes an earlier one. A person's external ids
are noted now, because at the time of the last letter, that they were erased, nobody would know them any more.
"""

from datetime import datetime

from sqlalchemy import func, select

from webapp.changes import ChangeEntry
from webapp.db import db

WRITING_LOCK = 0x1E77
BATCH = 500


def write(*, now: datetime) -> int:
    """Returns how many changes were taken up: with as many as `BATCH` there may be more."""
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(WRITING_LOCK))):
        return 0
    unwritten = select(ChangeEntry).where(ChangeEntry.written_at.is_(None)).order_by(ChangeEntry.id).limit(BATCH)
    changes = db.session.scalars(unwritten).all()
    for change in changes:
        change.written_at = now
    return len(changes)
