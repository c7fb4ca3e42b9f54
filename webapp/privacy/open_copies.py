"""What staff keep an eye on: copies that are asked for and not there yet, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import Interval, cast, func, select
from sqlalchemy.orm import joinedload

from webapp import queue
from webapp.audit import Action
from webapp.db import db
from webapp.privacy import deadlines
from webapp.privacy.models import IN_THE_MAKING, OPEN, DataExport, ExportState
from webapp.queue import Job, OutboxEntry
from webapp.subjects import trail
from webapp.subjects.models import Subject

LONGEST_LIST = 100
MEASURED = timedelta(days=90)
STORAGE = _l("The storage of files is full or does not answer.")
DATABASE = _l("The database did not answer.")
OURS = _l("An error in our software. The log of the worker names it.")
TROUBLES = {
    "OSError": STORAGE,
    "FileNotFoundError": STORAGE,
    "PermissionError": STORAGE,
    "ConnectionError": STORAGE,
    "TimeoutError": STORAGE,
    "GenericError": STORAGE,
    "OperationalError": DATABASE,
}


@dataclass(frozen=True)
class OpenCopy:
    """`trouble` says why the last attempt failed, `next_try` when it is tried again."""

    export: DataExport
    answer_by: datetime
    days_left: int
    is_soon: bool
    trouble: LazyString | None = None
    error: str | None = None
    attempts: int = 0
    next_try: datetime | None = None


@dataclass(frozen=True)
class Overview:
    """`longest_wait` is from the request to the email, of the copies of the last 90 days; None if there were none."""

    copies: list[OpenCopy]
    counts: dict[ExportState, int]
    failed: int
    longest_wait: timedelta | None


def overview(*, now: datetime) -> Overview:
    """Who waits longest comes first."""
    waiting = select(DataExport).options(joinedload(DataExport.subject)).where(DataExport.state.in_(OPEN))
    exports = db.session.scalars(waiting.order_by(DataExport.requested_at).limit(LONGEST_LIST)).all()
    entries = {entry.args["export_id"]: entry for entry in queue.waiting_for(Job.BUILD_EXPORT)}
    per_state = select(DataExport.state, func.count()).where(DataExport.state.in_(OPEN)).group_by(DataExport.state)
    return Overview(
        copies=[_open_copy(export, entries.get(str(export.id)), now=now) for export in exports],
        counts=dict(db.session.execute(per_state).all()),
        failed=sum(entry.error is not None for entry in entries.values()),
        longest_wait=_longest_wait(now=now),
    )


def nearly_due(*, now: datetime) -> int:
    """How many of those that were confirmed have to be there within days, or should be there already."""
    asked = select(DataExport.requested_at).where(
        DataExport.state.in_(IN_THE_MAKING), DataExport.requested_at < now - deadlines.WATCHED_AFTER
    )
    return sum(deadlines.is_soon(asked_at, now=now) for asked_at in db.session.scalars(asked))


def retry(export: DataExport, *, by: Subject, now: datetime) -> None:
    """At once, and also when its work was lost."""
    if not export.in_the_making:
        return
    entries = queue.waiting_for(Job.BUILD_EXPORT)
    mine: Sequence[OutboxEntry] = [entry for entry in entries if entry.args == {"export_id": str(export.id)}]
    for entry in mine:
        queue.hurry(entry)
    if not mine:
        queue.later(Job.BUILD_EXPORT, export_id=str(export.id))
    trail.record(Action.EXPORT_RETRIED, export.subject, now=now, actor_id=by.id)


def _longest_wait(*, now: datetime) -> timedelta | None:
    wait = func.max(cast(DataExport.ready_at - DataExport.requested_at, Interval))
    return db.session.scalar(select(wait).where(DataExport.ready_at > now - MEASURED))


def _open_copy(export: DataExport, entry: OutboxEntry | None, *, now: datetime) -> OpenCopy:
    asked_at = export.requested_at
    by, left = deadlines.answer_by(asked_at), deadlines.days_left(asked_at, now=now)
    waiting = OpenCopy(export, by, left, deadlines.is_soon(asked_at, now=now))
    if entry is None or entry.error is None:
        return waiting
    return replace(
        waiting,
        trouble=TROUBLES.get(entry.error, OURS),
        error=entry.error,
        attempts=entry.attempts,
        next_try=entry.due_at if entry.taken_by is None else None,
    )
