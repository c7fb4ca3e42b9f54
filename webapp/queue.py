"""Work for later: the names of all jobs, the outbox, and who is alive to do it.

The outbox row is the truth and is written in the transaction that decides on the work; Redis only tells a worker to
look. A worker takes a row under its own id and deletes it with its last commit. The sweep finds rows that Redis lost
and rows whose worker died.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import redis
import rq
from flask import current_app
from rq.serializers import JSONSerializer
from sqlalchemy import BigInteger, Index, ScalarSelect, Select, delete, event, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import Base, CreatedAt, Key, Timestamp, db

log = logging.getLogger(__name__)

HEARTBEAT_EVERY = timedelta(seconds=3)
DEAD_AFTER = timedelta(seconds=15)
FIRST_RETRY_AFTER = timedelta(seconds=5)
LAST_RETRY_AFTER = timedelta(minutes=15)
JOB_TIMEOUT_SECONDS = 900  # jobs hand on after seconds; this ends one that hangs


class Queue(StrEnum):
    """One queue per worker: RQ loses a job when a worker that listens to two is killed at the wrong moment."""

    SERVICE = "service"
    CAMPAIGNS = "campaigns"
    PRIVACY = "privacy"
    WEBHOOKS = "webhooks"  # of its own, for what it asks (systems, a mailbox) may answer slowly or never


class Job(StrEnum):
    """Every job, by where it stands. `webapp` never imports `jobs`; a test resolves each name."""

    SEND_MESSAGES = "jobs.mail.send_messages"
    RECOVER_MESSAGES = "jobs.mail.recover_messages"
    CHECK_RELAY = "jobs.mail.check_relay"
    READ_RETURNS = "jobs.returns.read_returns"
    FORGET_UNCLEAR = "jobs.returns.forget_unclear"
    COUNT_DEPARTURES = "jobs.campaigns.count_departures"
    SEND_CAMPAIGNS = "jobs.campaigns.send_campaigns"
    COMPACT_COUNTS = "jobs.campaigns.compact_counts"
    TIDY_DESTINATIONS = "jobs.campaigns.tidy_destinations"
    RECOVER_DELIVERIES = "jobs.campaigns.recover_deliveries"
    PREPARE_LEDGER = "jobs.campaigns.prepare_ledger"
    ERASE = "jobs.privacy.erase"
    LOOK_AFTER_ERASURES = "jobs.privacy.look_after_erasures"
    BUILD_EXPORT = "jobs.privacy.build_export"
    DELETE_EXPIRED_EXPORTS = "jobs.privacy.delete_expired_exports"
    MEASURE_PROMISES = "jobs.privacy.measure_promises"
    WRITE_POLICY_NOTICES = "jobs.privacy.write_policy_notices"
    RELEASE_RESTRICTION = "jobs.closing.release_restriction"
    WARN_OF_DEADLINES = "jobs.closing.warn_of_deadlines"
    WATCH_CLOSURES = "jobs.closing.watch_closures"
    SEAL_AUDIT = "jobs.house.seal_audit"
    WRITE_JOURNAL = "jobs.journal.write_journal"
    FORGET_OLD_JOURNAL = "jobs.journal.forget_old_journal"
    DELETE_OLD_BACKUPS = "jobs.privacy.delete_old_backups"
    SEND_RECEIPTS = "jobs.receipts.send_receipts"
    SEND_RECOVERIES = "jobs.accounts.send_recoveries"
    INVITE_CUSTOMERS = "jobs.accounts.invite_customers"
    REMIND_OF_PASSWORDS = "jobs.accounts.remind_of_passwords"
    PREPARE_INTERACTIONS = "jobs.interactions.prepare_interactions"
    SWEEP_RETENTION = "jobs.retention.sweep_retention"
    FORECAST_RETENTION = "jobs.retention.forecast_retention"
    END_INACTIVE = "jobs.retention.end_inactive"
    ERASE_INTERACTIONS = "jobs.interactions.erase_interactions"
    RUN_IMPORT = "jobs.imports.run_import"
    DELETE_IMPORT_FILES = "jobs.imports.delete_import_files"
    TIDY_UP = "jobs.house.tidy_up"
    SEND_WEBHOOKS = "jobs.webhooks.send_webhooks"
    REPLAY_WEBHOOK = "jobs.webhooks.replay_webhook"
    SETTLE_CHANGES = "jobs.webhooks.settle_changes"

    @property
    def queue(self) -> Queue:
        return _QUEUES.get(self, Queue.SERVICE)


_QUEUES = {
    Job.SEND_CAMPAIGNS: Queue.CAMPAIGNS,
    Job.RECOVER_DELIVERIES: Queue.CAMPAIGNS,
    Job.COMPACT_COUNTS: Queue.WEBHOOKS,
    Job.TIDY_DESTINATIONS: Queue.WEBHOOKS,
    Job.ERASE: Queue.PRIVACY,
    Job.LOOK_AFTER_ERASURES: Queue.PRIVACY,
    Job.BUILD_EXPORT: Queue.PRIVACY,
    Job.DELETE_EXPIRED_EXPORTS: Queue.PRIVACY,
    Job.DELETE_OLD_BACKUPS: Queue.PRIVACY,
    Job.MEASURE_PROMISES: Queue.PRIVACY,
    Job.SWEEP_RETENTION: Queue.PRIVACY,
    Job.FORECAST_RETENTION: Queue.PRIVACY,
    Job.END_INACTIVE: Queue.PRIVACY,
    Job.WRITE_POLICY_NOTICES: Queue.PRIVACY,
    Job.WATCH_CLOSURES: Queue.PRIVACY,
    Job.WARN_OF_DEADLINES: Queue.PRIVACY,
    Job.RUN_IMPORT: Queue.PRIVACY,
    Job.DELETE_IMPORT_FILES: Queue.PRIVACY,
    Job.SEND_WEBHOOKS: Queue.WEBHOOKS,
    Job.REPLAY_WEBHOOK: Queue.WEBHOOKS,
    Job.SETTLE_CHANGES: Queue.WEBHOOKS,
    Job.READ_RETURNS: Queue.WEBHOOKS,
    Job.FORGET_UNCLEAR: Queue.WEBHOOKS,
}


class OutboxEntry(Base):
    """One piece of work that is not done yet. Done work has no row."""

    __tablename__ = "outbox"

    id: Mapped[Key]
    job: Mapped[str]
    args: Mapped[dict[str, str]] = mapped_column(JSONB)
    due_at: Mapped[Timestamp]
    taken_by: Mapped[UUID | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]
    created_at: Mapped[CreatedAt]

    __table_args__ = (Index("ix_outbox_due", "due_at", postgresql_where=text("taken_by IS NULL")),)


class Heartbeat(Base):
    """A process that was alive at `seen_at`: a worker (`kind` is its queue), the scheduler, or a relay's answer."""

    __tablename__ = "heartbeats"

    id: Mapped[Key]
    kind: Mapped[str]
    seen_at: Mapped[Timestamp]


class Tick(Base):
    """A recurring job was started for this period (counted from 1970). The primary key lets one scheduler do it."""

    __tablename__ = "ticks"

    job: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[Timestamp]


def later(job: Job, *, due_at: datetime | None = None, **args: str) -> None:
    """Writes down a job in the running transaction and enqueues it after the commit. It runs at least once."""
    entry = OutboxEntry(id=uuid4(), job=job, args=args, due_at=due_at or utc_now())
    db.session.add(entry)
    if due_at is None:
        _after_commit(job, str(entry.id))


def poke(job: Job) -> None:
    """Enqueues a job after the commit, for work whose rows are an outbox of their own (a pending message)."""
    _after_commit(job, None)


def take(entry_id: UUID, *, worker: UUID) -> OutboxEntry | None:
    """Takes an entry for a worker; None when it is done, taken by another, or not due."""
    taking = (
        update(OutboxEntry)
        .where(OutboxEntry.id == entry_id, OutboxEntry.taken_by.is_(None), OutboxEntry.due_at <= func.now())
        .values(taken_by=worker, attempts=OutboxEntry.attempts + 1)
        .returning(OutboxEntry)
    )
    return db.session.scalar(taking)


def finish(entry_id: UUID) -> None:
    db.session.execute(delete(OutboxEntry).where(OutboxEntry.id == entry_id))


def postpone(entry_id: UUID, *, error: str, now: datetime) -> None:
    """Puts a failed entry back, to be tried again after a pause that doubles."""
    entry = db.session.get_one(OutboxEntry, entry_id)
    pause = min(FIRST_RETRY_AFTER * 2 ** min(entry.attempts, 16), LAST_RETRY_AFTER)
    entry.taken_by, entry.error, entry.due_at = None, error, now + pause


def waiting_for(job: Job) -> Sequence[OutboxEntry]:
    """What is to be done of one kind, also what failed and is tried again later."""
    return db.session.scalars(select(OutboxEntry).where(OutboxEntry.job == job)).all()


def hurry(entry: OutboxEntry) -> None:
    """Tries a failed entry again at once, unless a worker has it already."""
    if entry.taken_by is None:
        entry.due_at = func.now()
        _after_commit(Job(entry.job), str(entry.id))


def sweep(*, now: datetime) -> None:
    """Frees what dead workers had taken and enqueues every due entry that Redis does not know."""
    db.session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - timedelta(days=1)))
    db.session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.taken_by.is_not(None), OutboxEntry.taken_by.not_in(alive(now=now)))
        .values(taken_by=None)
    )
    waiting = select(OutboxEntry.id, OutboxEntry.job).where(OutboxEntry.taken_by.is_(None), OutboxEntry.due_at <= now)
    for queue, entries in _by_queue(waiting).items():
        known = set(_rq_queue(queue).job_ids)
        for entry_id, job in entries:
            if str(entry_id) not in known:
                _enqueue(job, str(entry_id))


def beat(process: UUID, kind: str, *, now: datetime) -> None:
    """Says that a process is alive."""
    row = {"id": process, "kind": kind, "seen_at": now}
    db.session.execute(insert(Heartbeat).values(row).on_conflict_do_update(index_elements=["id"], set_=row))


def alive(*, now: datetime) -> ScalarSelect[UUID]:
    """A subquery: the ids of the processes that were seen lately. A database that restarted lets all report first."""
    restarted = func.pg_postmaster_start_time() > now - DEAD_AFTER
    return select(Heartbeat.id).where(or_(Heartbeat.seen_at >= now - DEAD_AFTER, restarted)).scalar_subquery()


def kinds_alive(*, now: datetime) -> set[str]:
    return set(db.session.scalars(select(Heartbeat.kind).where(Heartbeat.seen_at >= now - DEAD_AFTER)))


def forget_ticks(*, before: datetime) -> None:
    db.session.execute(delete(Tick).where(Tick.at < before))


def connection() -> redis.Redis:
    return current_app.extensions["redis"]  # type: ignore[no-any-return]  # Flask types extensions as Any


def connect() -> redis.Redis:
    """A connection that gives up soon: a request must not hang on a queue that the sweep repairs anyway."""
    return redis.Redis.from_url(settings().redis_url, socket_connect_timeout=2, socket_keepalive=True)


def _by_queue(waiting: Select[UUID, str]) -> dict[Queue, list[tuple[UUID, Job]]]:
    entries: dict[Queue, list[tuple[UUID, Job]]] = {}
    for row in db.session.execute(waiting):
        entries.setdefault(Job(row.job).queue, []).append((row.id, Job(row.job)))
    return entries


def _after_commit(job: Job, entry_id: str | None) -> None:
    db.session.info.setdefault("enqueue", []).append((job, entry_id))


@event.listens_for(Session, "after_commit")
def _enqueue_committed(session: Session) -> None:
    for job, entry_id in dict.fromkeys(session.info.pop("enqueue", [])):
        try:
            _enqueue(job, entry_id)
        except redis.RedisError as error:
            log.warning("queue unreachable, the sweep will enqueue %s later: %s", job, error)


@event.listens_for(Session, "after_soft_rollback")
def _forget_rolled_back(session: Session, _previous: Any) -> None:
    session.info.pop("enqueue", None)


def _enqueue(job: Job, entry_id: str | None) -> None:
    _rq_queue(job.queue).enqueue(
        str(job), *([entry_id] if entry_id else []), job_id=entry_id, result_ttl=0, failure_ttl=3600
    )


def _rq_queue(queue: Queue) -> rq.Queue:
    return rq.Queue(queue, connection=connection(), serializer=JSONSerializer, default_timeout=JOB_TIMEOUT_SECONDS)
