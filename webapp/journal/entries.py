"""Writing down what must survive the loss of the database: erasures, and every no.

    journal.record(Event.WITHDRAWN, subject.id, address_hash=subject.address_hash, now=now, topic_id=str(topic.id))

Numbers and keyed hashes only: the journal is kept for longer than the data of whoever was erased.
"""

from datetime import datetime
from uuid import UUID

from webapp.db import db
from webapp.journal.models import Event, JournalEntry


def record(event: Event, subject_id: UUID, *, now: datetime, address_hash: bytes | None = None, **facts: str) -> None:
    """In the running transaction; a job takes it outside some seconds after the commit."""
    entry = JournalEntry(event=event, subject_id=subject_id, address_hash=address_hash, facts=facts, at=now)
    db.session.add(entry)
