"""Taking entries outside, in an order that shows later whether a database is an older one that was put back.

Numbers are given out in the database, and committed, before anything is written under them. So the journal is never
ahead of its database, except of one that lacks what happened since.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from webapp.db import db
from webapp.journal import shelf
from webapp.journal.models import JournalEntry, JournalState
from webapp.journal.shelf import Head

LOCK = 0x10B2
MOST_AT_ONCE = 10_000
KEPT = timedelta(days=60)  # twice as long as the oldest backup lives


class Behind(Exception):
    """This database lacks what the journal knows: it is to be replayed first."""


def write_pending(*, now: datetime) -> Iterator[None]:
    """The caller commits at each yield. Raises Behind."""
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return
    counted = _next_beat(now=now)
    if is_ahead(shelf.head(), counted):
        raise Behind
    _number_batch(counted)
    position = Head(counted.batch, counted.beat, now)
    yield
    for batch, entries in _batches():
        shelf.write(batch, entries[0].at.date(), [_line(entry) for entry in entries])
        db.session.execute(delete(JournalEntry).where(JournalEntry.batch == batch))
        yield
    shelf.move_head(position)


def is_ahead(head: Head | None, state: JournalState) -> bool:
    """One beat may be missing here: it is this transaction's, or that of one which was rolled back."""
    return head is not None and (head.batch > state.batch or head.beat >= state.beat)


@dataclass(frozen=True)
class Progress:
    """When the journal was written last, and since when something waits for it."""

    written_at: datetime | None
    waiting_since: datetime | None


def progress() -> Progress:
    beaten_at = select(JournalState.beaten_at).scalar_subquery()
    waiting_since = select(func.min(JournalEntry.at)).scalar_subquery()
    return Progress(*db.session.execute(select(beaten_at, waiting_since)).one())


def _next_beat(*, now: datetime) -> JournalState:
    first = {"only": 1, "batch": 0, "beat": 1, "beaten_at": now}
    counted = {"beat": JournalState.beat + 1, "beaten_at": now}
    beating = insert(JournalState).values(first).on_conflict_do_update(index_elements=["only"], set_=counted)
    beaten = beating.returning(JournalState).execution_options(populate_existing=True)
    return db.session.scalars(beaten).one()


def _number_batch(state: JournalState) -> None:
    """Gives the next number to what has none yet."""
    waiting = select(JournalEntry.id).where(JournalEntry.batch.is_(None)).order_by(JournalEntry.id).limit(MOST_AT_ONCE)
    numbering = update(JournalEntry).where(JournalEntry.id.in_(waiting.scalar_subquery())).values(batch=state.batch + 1)
    if db.session.scalars(numbering.returning(JournalEntry.id)).all():
        state.batch += 1


def _batches() -> list[tuple[int, Sequence[JournalEntry]]]:
    """Also those of a process that died before it had written them: they keep their number."""
    numbered = select(JournalEntry).where(JournalEntry.batch.is_not(None)).order_by(JournalEntry.batch, JournalEntry.id)
    entries = db.session.scalars(numbered).all()
    return [(batch, list(group)) for batch, group in groupby(entries, key=lambda entry: entry.batch or 0)]


def _line(entry: JournalEntry) -> dict[str, Any]:
    return {
        "event": entry.event.value,
        "subject_id": str(entry.subject_id),
        "address_hash": entry.address_hash.hex() if entry.address_hash else None,
        "facts": entry.facts,
        "at": entry.at.isoformat(),
    }
