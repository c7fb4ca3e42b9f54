"""The sweep: each day every rule of the data map, row by row, in batches that may end at any moment.

What was done today has a finished run; whoever comes next goes on with the first that has none. Nothing counts as done
that was skipped: a rule that failed is tried again in an hour, and its run says so.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Date, delete, exists, select
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
from webapp.privacy.retention.work import Work

log = logging.getLogger(__name__)

BATCH = 5_000
RUNS_KEPT = timedelta(days=3 * 365)

Treated = Iterator[int]

# Whose rows leave something else behind that goes with them: an address that nothing else needs, or a seal.
OWN_WAYS: dict[type[Base], Callable[[Work], Treated]] = {
    SignUp: lambda one: _with_strangers(one, sign_ups.forget_some),
    NewsletterRequest: lambda one: _with_strangers(one, newsletter.forget_some),
    AuditEntry: audit_log.forget,
}


def sweep(*, now: datetime) -> Iterator[None]:
    """Whatever was not done yet today. The caller commits at each yield, may stop at any, and ends with a commit."""
    done = _done_today(now)
    for one in work.all_of(now=now):
        if (one.table.name, one.name) not in done:
            yield from _recorded(one.table.name, one.name, one, _treat(one), now=now)
    if (leftovers.TABLE, leftovers.RULE) not in done:
        yield from _recorded(leftovers.TABLE, leftovers.RULE, None, leftovers.forget(), now=now)
    db.session.execute(delete(RetentionRun).where(RetentionRun.day < clocks.day_of(now - RUNS_KEPT)))


def _done_today(now: datetime) -> set[tuple[str, str]]:
    today = select(RetentionRun.table_name, RetentionRun.rule).where(RetentionRun.day == clocks.day_of(now))
    return {(table, rule) for table, rule in db.session.execute(today.where(RetentionRun.finished_at.is_not(None)))}


def _recorded(table: str, rule: str, one: Work | None, treating: Treated, *, now: datetime) -> Iterator[None]:
    run_id, is_new = _begin(table, rule, one, now=now)
    if is_new:
        yield
    try:
        for rows in treating:
            if rows:
                db.session.get_one(RetentionRun, run_id).rows += rows
                yield
        run = db.session.get_one(RetentionRun, run_id)
        run.finished_at, run.error = now, ""
    except SQLAlchemyError as error:
        log.exception("the rule %s of %s could not be kept", rule, table)
        db.session.rollback()
        db.session.get_one(RetentionRun, run_id).error = type(error).__name__
    yield


def _begin(table: str, rule: str, one: Work | None, *, now: datetime) -> tuple[UUID, bool]:
    """The run of today, and whether it is a new one."""
    today = clocks.day_of(now)
    run = {
        **{"id": uuid4(), "day": today, "table_name": table, "rule": rule, "started_at": now},
        **{"due_until": one.due_until if one else today, "treatment": one.treatment if one else leftovers.TREATMENT},
    }
    new = db.session.scalar(insert(RetentionRun).values(run).on_conflict_do_nothing().returning(RetentionRun.id))
    if new is not None:
        return new, True
    key = (RetentionRun.day == today, RetentionRun.table_name == table, RetentionRun.rule == rule)
    return db.session.scalars(select(RetentionRun.id).where(*key)).one(), False


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
