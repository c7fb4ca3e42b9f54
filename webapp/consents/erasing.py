"""What becomes of consents when everything about a person is deleted: all of them end, and the address stays quiet.

The ledger keeps the proof for as long as somebody could go to court about it; a hash of the address keeps marketing
away, also when the address is imported again. Only its own mailbox ends that, by double opt-in.
"""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from webapp.consents import subscriptions, tracking, wordings
from webapp.consents.ledger import by_words
from webapp.consents.models import Method, Suppression, SuppressionReason
from webapp.db import db
from webapp.subjects.models import Subject


def end_everything(subject: Subject, *, now: datetime) -> None:
    """Repeated, it changes nothing. Whoever agreed to nothing has nothing written down but the hash."""
    shown = wordings.ERASURE.shown(subject.language)
    statement = by_words(shown, method=Method.ERASURE, language=subject.language, now=now)
    if subscriptions.subscribed_topic_ids(subject):
        subscriptions.stop_everything(subject, **statement)
    for kind in tracking.allowed_kinds(subject):
        tracking.choose(subject, kind, allowed=False, **statement)
    keep_quiet(subject.address_hash, now=now)


def keep_quiet(address_hash: bytes, *, now: datetime) -> None:
    row = {"address_hash": address_hash, "reason": SuppressionReason.ERASED, "at": now}
    db.session.execute(insert(Suppression).values(row).on_conflict_do_nothing())
