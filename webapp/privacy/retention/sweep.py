"""The sweep: each day every rule of the data map, row by row, in batches that may end at any moment.

What was done today has a finished run; whoever comes next goes on with the first that has none. Nothing counts as done
that was skipped: a rule that failed is tried again in an hour, and its run says so.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Date, delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from webapp import partitions
from webapp.accounts import sign_ups
from webapp.accounts.models import SignUp
from webapp.audit import AuditEntry
from webapp.consents import newsletter
from webapp.consents.models import NewsletterRequest
from webapp.db import Base, db
from webapp.privacy.data_map import clocks
from webapp.privacy.erasure import strategies
from webapp.privacy.retention import audit_log, holds, leftovers, work
from webapp.privacy.retention.models import RetentionRun
from webapp.privacy.retention.work import Key, Work

log = logging.getLogger(__name__)

BATCH = 10_000
# For the first rows of many, or for a statement that is repeated, the database would rather read the whole table; but
# those that are over lie together, and after the last of them it would read all to find nothing.
BY_INDEX = text("SET LOCAL enable_seqscan = off")
RUNS_KEPT = timedelta(days=3 * 365)

Treated = Iterator[int]

PEOPLE = (leftovers.TABLE, leftovers.RULE)

# Whose rows leave something else behind that goes with them: an address that nothing else needs, or a seal.
OWN_WAYS: dict[type[Base], Callable[[Work], Treated]] = {
    SignUp: lambda one: _with_strangers(one, sign_ups.forget_some),
    NewsletterRequest: lambda one: _with_strangers(one, newsletter.forget_some),
    AuditEntry: audit_log.forget,
}


def sweep(*, now: datetime) -> Iterator[None]:
    """Whatever was not done yet today. The caller commits at each yield, and may stop at any."""
    works = {one.key: one for one in work.all_of(now=now)}
    if _begin(works, now=now):
        yield
    db.session.execute(BY_INDEX)
    done: list[UUID] = []
    for key, run_id in _open_runs(now).items():
        if key in works or key == PEOPLE:
            treating = _treat(works[key]) if key in works else leftovers.forget()
            yield from _recorded(run_id, key, treating, done, now=now)
    if done:
        db.session.execute(delete(RetentionRun).where(RetentionRun.day < clocks.day_of(now - RUNS_KEPT)))
        yield


def _begin(works: Mapping[Key, Work], *, now: datetime) -> bool:
    """Writes down the runs of today, and says whether there were any that were not."""
    begun = {"day": clocks.day_of(now), "started_at": now}
    mine = select(RetentionRun.table_name, RetentionRun.rule).where(RetentionRun.day == begun["day"])
    known = {(table, rule) for table, rule in db.session.execute(mine)}
    people = {"due_until": begun["day"], "treatment": leftovers.TREATMENT}
    runs = {PEOPLE: people}
    runs |= {key: {"due_until": one.due_until, "treatment": one.treatment} for key, one in works.items()}
    new = [
        {**begun, **run, "id": uuid4(), "table_name": table, "rule": rule}
        for (table, rule), run in runs.items()
        if (table, rule) not in known
    ]
    if new:
        db.session.execute(insert(RetentionRun).on_conflict_do_nothing(), new)
    return bool(new)


def _open_runs(now: datetime) -> dict[Key, UUID]:
    """In the order of their tables, with people at the end: they go once nothing is left of them."""
    mine = select(RetentionRun.table_name, RetentionRun.rule, RetentionRun.id)
    today = mine.where(RetentionRun.day == clocks.day_of(now), RetentionRun.finished_at.is_(None))
    is_people = RetentionRun.rule == leftovers.RULE
    found = db.session.execute(today.order_by(is_people, RetentionRun.table_name, RetentionRun.rule))
    return {(table, rule): run_id for table, rule, run_id in found}


def _recorded(run_id: UUID, key: Key, treating: Treated, done: list[UUID], *, now: datetime) -> Iterator[None]:
    """A rule by which nothing goes needs no commit of its own; it counts as `done` with the next."""
    try:
        for rows in treating:
            if rows:
                _note(run_id, rows=RetentionRun.rows + rows)
                yield
                db.session.execute(BY_INDEX)
        done.append(run_id)
        _note(run_id, finished_at=now, error="")
    except SQLAlchemyError as error:
        log.exception("the rule %s of %s could not be kept", *reversed(key))
        db.session.rollback()
        _note(*done, finished_at=now, error="")
        _note(run_id, error=type(error).__name__)
        yield
        db.session.execute(BY_INDEX)


def _note(*runs: UUID, **values: Any) -> None:
    noting = update(RetentionRun).where(RetentionRun.id.in_(runs)).values(values)
    db.session.execute(noting, execution_options={"synchronize_session": False})


def _treat(one: Work) -> Treated:
    if own_way := OWN_WAYS.get(one.table.model):
        yield from own_way(one)
        return
    yield from _drop_months(one)
    free = ~holds.held(one.table)
    for condition in one.conditions:
        rows = BATCH
        while rows == BATCH:
            rows = strategies.apply(one.table, one.treatment, condition & free, columns=one.columns, limit=BATCH)
            yield rows


def _drop_months(one: Work) -> Treated:
    """Of a table with a partition per month whole months at once, unless a hold keeps anything of it."""
    if not partitions.is_parted(one.table.model):
        return
    started = clocks.start_column(one.table, one.rules[0].retention.clock)
    assert started is not None
    end = clocks.end_of(one.due_until)
    over = started <= one.due_until if isinstance(started.type, Date) else started < end
    if db.session.scalar(select(exists().where(over, holds.held(one.table)))):
        return
    rows = partitions.about_before(one.table.model, end)
    if partitions.drop_before(one.table.model, end):
        yield max(rows, 1)


def _with_strangers(one: Work, forget: Callable[..., int]) -> Treated:
    rows = BATCH
    while rows == BATCH:
        rows = forget(before=clocks.end_of(one.due_until), limit=BATCH)
        yield rows
