"""The end of an erasure: the person's own key, the person, and what is said about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select, update

from webapp import audit, changes, queue
from webapp.changes import Change
from webapp.db import db
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.privacy.erasure import fates, results, strategies
from webapp.privacy.erasure.fates import Fate
from webapp.privacy.erasure.models import Erasure, ErasureState, ErasureStep, Treatment
from webapp.privacy.erasure.needs import Needs
from webapp.privacy.records import belongs
from webapp.queue import OutboxEntry
from webapp.subjects.models import Subject, SubjectKey

LOOKS_AGAIN_AFTER = timedelta(hours=1)  # requests that had begun before may have written something since

LOOKS_DAILY = timedelta(days=1)  # whether what was needed is needed still


def end(erasure: Erasure, subject: Subject, tables: Sequence[SubjectTable], needed: Needs, *, now: datetime) -> None:
    """All else is done. What is still needed waits, and the person with it; repeated, it does nothing."""
    every = {table: fates.of(table, needed, on=clocks.day_of(now)) for table in tables}
    person = [fate for table, those in every.items() if table.model in {Subject, SubjectKey} for fate in those]
    if any(fate.waits for fate in person):
        for fate in person:
            results.note(erasure, subject, fate, every[fate.table], rows=0, now=None)
        _say(erasure, now=now)
        queue.later(queue.Job.ERASE, due_at=now + LOOKS_DAILY, erasure_id=str(erasure.id))
        return
    _forget_work(subject)
    if subject.erased_at is None:
        for fate in (fate for those in every.values() for fate in those if fate.treatment is Treatment.SHRED):
            results.note(erasure, subject, fate, every[fate.table], rows=_readable(fate, subject), now=now)
        _erase(erasure, subject, person, now=now)
    _say(erasure, now=now)
    _close(erasure, now=now)


def _erase(erasure: Erasure, subject: Subject, person: Sequence[Fate], *, now: datetime) -> None:
    """The key first, while the number of the person is still that of a person."""
    for fate in person:
        where = belongs(fate.table, subject) & fate.where
        rows = strategies.apply(fate.table, fate.treatment, where, columns=fate.columns)
        results.note(erasure, subject, fate, [fate], rows=rows, now=now)
    db.session.execute(update(Subject).where(Subject.id == subject.id).values(erased_at=now))
    db.session.expire(subject)


def _readable(fate: Fate, subject: Subject) -> int:
    """How many rows cannot be read any more from now on."""
    mine = belongs(fate.table, subject) & fate.where & strategies.left(fate.table, fate.treatment, fate.columns)
    return db.session.scalar(select(func.count()).select_from(fate.table.model).where(mine)) or 0


def _say(erasure: Erasure, *, now: datetime) -> None:
    if erasure.state is not ErasureState.EXECUTING:
        return
    erasure.state, erasure.executed_at = ErasureState.EXECUTED, now
    audit.append(audit.Action.ERASURE_EXECUTED, actor_id=None, subject_id=erasure.subject_id, details=None, now=now)
    changes.record(Change.ERASURE_DONE, erasure.subject_id, now=now, reference=erasure.id)


def _close(erasure: Erasure, *, now: datetime) -> None:
    if erasure.finished_at is not None:
        return
    if erasure.executed_at != now:  # something had waited, and is gone only now
        audit.append(
            audit.Action.ERASURE_COMPLETED, actor_id=None, subject_id=erasure.subject_id, details=None, now=now
        )
        changes.record(Change.ERASURE_DONE, erasure.subject_id, now=now, reference=erasure.id)
    erasure.finished_at = now
    for step in erasure.steps:
        step.done_at, step.needed_by = step.done_at or now, ""
    db.session.execute(update(ErasureStep).where(ErasureStep.subject_id == erasure.subject_id).values(needed_by=""))
    queue.later(queue.Job.ERASE, due_at=now + LOOKS_AGAIN_AFTER, erasure_id=str(erasure.id))


def _forget_work(subject: Subject) -> None:
    """What was to be done for the person later. Emails that wait are rows of a declared table."""
    named = func.jsonb_each_text(OutboxEntry.args).table_valued("key", "value")
    about_them = exists(select(named.c.key).where(named.c.value == str(subject.id)))
    db.session.execute(delete(OutboxEntry).where(about_them), execution_options={"synchronize_session": False})
