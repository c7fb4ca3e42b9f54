"""What each person chose about data on how they use our services (P4). Without a yes nothing of it is stored.

Global Privacy Control (https://w3c.github.io/gpc/) is a no that their browser says for them. It turns off what was
allowed, except a yes that was given in a browser that said it already: that one was meant for us. Silence, or a signal
that comes and goes, never turns anything on.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Unpack
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from webapp import queue
from webapp.consents import ledger, wordings
from webapp.consents.ledger import Statement
from webapp.consents.models import TRACKING, ConsentPurpose, Method, TrackingChoice
from webapp.db import db
from webapp.queue import Job
from webapp.subjects.models import Subject


def choose(
    subject: Subject,
    kind: ConsentPurpose,
    *,
    allowed: bool,
    despite_signal: bool = False,
    **statement: Unpack[Statement],
) -> bool:
    """Takes effect with the commit. Returns whether anything changed; what changes nothing is not written down."""
    changed = _set(subject, kind, allowed=allowed, despite_signal=allowed and despite_signal, now=statement["now"])
    if changed:
        title = wordings.tracking_title(kind, statement["language"])
        ledger.write_tracking(subject, kind, title=title, given=allowed, statement=statement)
        if not allowed:
            queue.later(Job.ERASE_INTERACTIONS, subject_id=str(subject.id), kind=kind)
    return changed


def heed_signal(subject: Subject, *, network: str, language: str, now: datetime) -> bool:
    """Their browser says no for them. However often it says so, it is written down where it changed something."""
    meant_for_us = {choice.kind for choice in of_subject(subject).values() if choice.allowed and choice.despite_signal}
    shown = wordings.PRIVACY_SIGNAL.shown(language)
    statement = Statement(
        method=Method.PRIVACY_SIGNAL,
        wording=shown.text,
        wording_version=shown.version,
        language=language,
        network=network,
        now=now,
    )
    turned_off = [choose(subject, kind, allowed=False, **statement) for kind in TRACKING if kind not in meant_for_us]
    return any(turned_off)


def of_subject(subject: Subject) -> dict[ConsentPurpose, TrackingChoice]:
    """What was chosen so far, by kind. A kind that is missing was never chosen: it is off."""
    chosen = select(TrackingChoice).where(TrackingChoice.subject_id == subject.id)
    return {choice.kind: choice for choice in db.session.scalars(chosen)}


def allowed_since(subject_ids: Iterable[UUID]) -> dict[tuple[UUID, ConsentPurpose], datetime]:
    """For many people at once: the kinds that they allow now, and since when. Older data was not covered.

    Who withdraws at this moment waits for our commit, so that what we store now is there when it is to be deleted.
    """
    allowed = select(TrackingChoice.subject_id, TrackingChoice.kind, TrackingChoice.changed_at).where(
        TrackingChoice.subject_id.in_(list(subject_ids)), TrackingChoice.allowed
    )
    locked = allowed.order_by(TrackingChoice.subject_id, TrackingChoice.kind).with_for_update(read=True)
    return {(row.subject_id, row.kind): row.changed_at for row in db.session.execute(locked)}


def _set(subject: Subject, kind: ConsentPurpose, *, now: datetime, **choice: bool) -> bool:
    """Of two at the same moment exactly one changes anything."""
    row = {"subject_id": subject.id, "kind": kind, "changed_at": now, **choice}
    upsert = insert(TrackingChoice).values(row)
    upsert = upsert.on_conflict_do_update(
        index_elements=["subject_id", "kind"], set_=row, where=TrackingChoice.allowed.is_not(choice["allowed"])
    )
    return db.session.scalar(upsert.returning(TrackingChoice.subject_id)) is not None
