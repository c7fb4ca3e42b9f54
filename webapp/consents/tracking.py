"""What each person chose about data on how they use our services (P4). Without a yes nothing of it is stored.

Global Privacy Control (https://w3c.github.io/gpc/) is a no that their browser says for them. It turns off what was
allowed, except a yes that was given in a browser that said it already: that one was meant for us. Silence, or a signal
that comes and goes, never turns anything on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.dialects.postgresql import insert

from webapp import queue
from webapp.consents import in_force, ledger, wordings
from webapp.consents.ledger import Statement, by_words
from webapp.consents.models import TRACKING, ConsentPurpose, Method, TrackingChoice, Use
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
    row = {"allowed": allowed, "changed_at": statement["now"], "despite_signal": allowed and despite_signal}
    changed = _set(subject, [kind], row, where=TrackingChoice.allowed.is_not(allowed))
    if changed and allowed and statement["method"] is not Method.API:
        in_force.ended_by_a_yes(subject, Use.IMPROVEMENT, now=statement["now"])
    _write_down(subject, changed, given=allowed, statement=statement)
    return bool(changed)


def heed_signal(subject: Subject, *, network: str, language: str, now: datetime) -> bool:
    """Their browser says no for them. Returns whether that changed anything; only then it is written down."""
    shown = wordings.PRIVACY_SIGNAL.shown(language)
    statement = by_words(shown, method=Method.PRIVACY_SIGNAL, language=language, network=network, now=now)
    row = {"allowed": False, "changed_at": now, "despite_signal": False}
    was_not_meant_for_us = and_(TrackingChoice.allowed, ~TrackingChoice.despite_signal)
    changed = _set(subject, TRACKING, row, where=was_not_meant_for_us)
    _write_down(subject, changed, given=False, statement=statement)
    return bool(changed)


@dataclass(frozen=True)
class Allowed:
    """Since when (older data was not covered), and whether knowing that the browser says no to everybody."""

    since: datetime
    despite_signal: bool


def allowed(subject_ids: Iterable[UUID]) -> dict[tuple[UUID, ConsentPurpose], Allowed]:
    """For many people at once: the kinds that they allow now.

    Who withdraws at this moment waits for our commit, so that what we store now is there when it is to be deleted.
    """
    choice = TrackingChoice
    allowed = select(choice.subject_id, choice.kind, choice.changed_at, choice.despite_signal)
    stopped = in_force.restricted(choice.subject_id, Use.IMPROVEMENT, Use.EVERYTHING)
    theirs = allowed.where(choice.subject_id.in_(list(subject_ids)), choice.allowed, ~stopped)
    locked = theirs.order_by(choice.subject_id, choice.kind).with_for_update(read=True)
    return {
        (row.subject_id, row.kind): Allowed(row.changed_at, row.despite_signal) for row in db.session.execute(locked)
    }


def allowed_kinds(subject: Subject) -> Iterable[ConsentPurpose]:
    """What this person allows now."""
    theirs = select(TrackingChoice.kind).where(TrackingChoice.subject_id == subject.id, TrackingChoice.allowed)
    return db.session.scalars(theirs).all()


def _set(
    subject: Subject, kinds: Iterable[ConsentPurpose], row: dict[str, Any], *, where: ColumnElement[bool]
) -> list[ConsentPurpose]:
    """Of two at the same moment exactly one changes anything. `where` says which choices change that were made.

    In the order in which they are locked by who reads them, so that neither waits for the other for ever.
    """
    rows = [{"subject_id": subject.id, "kind": kind, **row} for kind in sorted(kinds)]
    upsert = insert(TrackingChoice).values(rows)
    upsert = upsert.on_conflict_do_update(index_elements=["subject_id", "kind"], set_=row, where=where)
    return list(db.session.scalars(upsert.returning(TrackingChoice.kind)))


def _write_down(subject: Subject, kinds: Iterable[ConsentPurpose], *, given: bool, statement: Statement) -> None:
    """In the ledger. What was recorded with a consent goes when it is withdrawn."""
    with db.session.no_autoflush:  # the lines of all kinds go in at once
        _write_lines(subject, kinds, given=given, statement=statement)


def _write_lines(subject: Subject, kinds: Iterable[ConsentPurpose], *, given: bool, statement: Statement) -> None:
    for kind in kinds:
        title = wordings.tracking_title(kind, statement["language"])
        ledger.write_tracking(subject, kind, title=title, given=given, statement=statement)
        if not given:
            queue.later(Job.ERASE_INTERACTIONS, subject_id=str(subject.id), kind=kind)
