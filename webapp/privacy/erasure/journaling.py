"""What the journal outside the database hears of an erasure, so that no restored backup undoes it, or forgets it."""

from datetime import datetime

from webapp.journal import entries
from webapp.journal.models import Event
from webapp.privacy.erasure.models import Erasure


def note(event: Event, erasure: Erasure, *, now: datetime, address_hash: bytes | None = None) -> None:
    facts = {
        "erasure_id": str(erasure.id),
        "cause": erasure.cause.value,
        "asked_at": erasure.asked_at.isoformat(),
        "starts_at": (erasure.starts_at or now).isoformat(),
    }
    entries.record(event, erasure.subject_id, now=now, address_hash=address_hash, **facts)
