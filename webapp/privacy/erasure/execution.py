"""Carrying an erasure out: batch by batch, each of them committed, so that it can be killed anywhere and goes on.

What there is to do is found anew in each batch, from what needs data at that moment; treated rows are not found again.
So running it twice changes nothing, and a hold or a product that comes in the middle stops what is left.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from webapp import storage
from webapp.db import Base, db
from webapp.privacy import data_map, exports
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.places import FILES
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.privacy.erasure import endings, fates, needs, results, strategies
from webapp.privacy.erasure.models import DONE, Erasure, ErasureState, ErasureStep, Treatment
from webapp.privacy.erasure.needs import Needs
from webapp.privacy.erasure.planning import FILE
from webapp.privacy.records import belongs
from webapp.subjects.models import Subject, SubjectKey

# They go last, in one transaction: until then the person can be found, and their log be read.
AT_THE_END = (SubjectKey, Subject)
RUNNING = (ErasureState.EXECUTING, *DONE)


def carry_out(erasure_id: UUID, *, now: datetime, tables: Sequence[SubjectTable] | None = None) -> Iterator[None]:
    """Goes on where it was left; what waits is looked at again. The caller commits at each yield and at the end."""
    tables = in_order(tables or data_map.subject_tables())
    before, last = [[t for t in tables if (t.model in AT_THE_END) is at_end] for at_end in (False, True)]
    waiting: Sequence[SubjectTable] = before if _is_much(erasure_id) else []
    while waiting and (found := _take(erasure_id)):
        waiting = _treat_some(*found, waiting, now=now)
        yield
    if found := _take(erasure_id):
        _delete_files(*found, now=now)
        yield
    while (found := _take(erasure_id, alone=True)) and not _finish(*found, before, last, now=now):
        yield


def _is_much(erasure_id: UUID) -> bool:
    """What is little is done in one go at the end."""
    planned = select(func.sum(ErasureStep.rows_planned)).where(
        ErasureStep.erasure_id == erasure_id, ErasureStep.treatment != Treatment.KEEP, ErasureStep.done_at.is_(None)
    )
    return (db.session.scalar(planned) or 0) >= strategies.BATCH


def in_order(tables: Sequence[SubjectTable]) -> list[SubjectTable]:
    """Rows that refer to others go before those."""
    place = {table.name: index for index, table in enumerate(reversed(Base.metadata.sorted_tables))}
    return sorted(tables, key=lambda table: (table.model is Subject, table.model is SubjectKey, place[table.name]))


def _treat_some(
    erasure: Erasure, subject: Subject, tables: Sequence[SubjectTable], *, now: datetime
) -> Sequence[SubjectTable]:
    """About one batch of rows. Returns the tables that are left."""
    needed, rows = needs.of(subject.id), 0
    for done_with, table in enumerate(tables):
        done, more = _treat(erasure, subject, table, needed, now=now)
        rows += done
        if more or rows >= strategies.BATCH:
            return tables[done_with if more else done_with + 1 :]
    return []


def _treat(
    erasure: Erasure, subject: Subject, table: SubjectTable, needed: Needs, *, now: datetime
) -> tuple[int, bool]:
    """How many rows were treated, and whether there may be more."""
    every = fates.of(table, needed, on=clocks.day_of(now))
    rows, more = 0, False
    for fate in every:
        done = 0
        if fate.is_done_now:
            where = belongs(table, subject) & fate.where
            done = strategies.apply(table, fate.treatment, where, columns=fate.columns)
            more |= done >= strategies.BATCH
        if fate.treatment is not Treatment.SHRED or fate.waits:
            results.note(erasure, subject, fate, every, rows=done, now=None if more else now)
        rows += done
    return rows, more


def _delete_files(erasure: Erasure, subject: Subject, *, now: datetime) -> None:
    hold = next((hold for hold in needs.of(subject.id).holds if not hold.categories), None)
    for store, place in FILES.items():
        keys = list(place.owned(subject.id)) if place.owned else []
        for key in [] if hold else keys:
            storage.delete(store, key)
        results.note_files(erasure, f"{FILE}{store}", len(keys), hold=hold, now=now)
    if not hold:
        exports.abandon_all(subject)


def _finish(
    erasure: Erasure, subject: Subject, tables: Sequence[SubjectTable], last: Sequence[SubjectTable], *, now: datetime
) -> bool:
    """Once more everything, while nobody can add anything; then the person. False: there was too much for one go."""
    needed = needs.of(subject.id)
    treated = [_treat(erasure, subject, table, needed, now=now) for table in tables]
    if any(more for _rows, more in treated):
        return False
    endings.end(erasure, subject, [*tables, *last], needed, now=now)
    return True


def _take(erasure_id: UUID, *, alone: bool = False) -> tuple[Erasure, Subject] | None:
    """Two workers take turns; and nobody sets a hold between our look at it and what we do.

    `alone`: nobody begins to refer to the person either. None when there is nothing to do, or nobody left.
    """
    erasure = db.session.get(Erasure, erasure_id, with_for_update={"of": Erasure}, populate_existing=True)
    if erasure is None or erasure.state not in RUNNING:
        return None
    locked = select(Subject).where(Subject.id == erasure.subject_id).with_for_update(read=not alone)
    subject = db.session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    return (erasure, subject) if subject is not None else None
