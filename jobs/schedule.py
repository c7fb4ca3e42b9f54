"""Everything that recurs, on one page, and the loop that starts it: `python -m jobs.worker cron`.

Any number of these may run: a period is claimed by a UNIQUE row, in the transaction that writes the outbox entry.
"""

import time
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from flask import Flask
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from webapp import queue
from webapp.clock import utc_now
from webapp.db import db
from webapp.journal import gate
from webapp.queue import Job, OutboxEntry, Tick

log = structlog.get_logger(__name__)

KIND = "cron"
EVERY = {
    Job.SEND_MESSAGES: timedelta(seconds=5),
    Job.SEAL_AUDIT: timedelta(seconds=5),
    Job.WRITE_JOURNAL: timedelta(seconds=5),
    Job.RECOVER_MESSAGES: timedelta(seconds=5),
    Job.RECOVER_DELIVERIES: timedelta(seconds=5),
    Job.COUNT_DEPARTURES: timedelta(seconds=5),
    Job.CHECK_RELAY: timedelta(seconds=5),
    Job.SEND_WEBHOOKS: timedelta(seconds=5),
    Job.READ_RETURNS: timedelta(seconds=30),
    Job.INVITE_CUSTOMERS: timedelta(seconds=30),
    Job.SEND_RECOVERIES: timedelta(minutes=5),
    Job.MEASURE_PROMISES: timedelta(minutes=5),
    Job.LOOK_AFTER_ERASURES: timedelta(minutes=10),
    Job.DELETE_EXPIRED_EXPORTS: timedelta(hours=1),
    Job.COMPACT_COUNTS: timedelta(minutes=1),
    Job.TIDY_DESTINATIONS: timedelta(hours=1),
    Job.SEND_RECEIPTS: timedelta(minutes=1),
    Job.DELETE_OLD_BACKUPS: timedelta(hours=1),
    Job.WATCH_CLOSURES: timedelta(hours=1),
    Job.WARN_OF_DEADLINES: timedelta(hours=6),
    Job.DELETE_IMPORT_FILES: timedelta(hours=1),
    Job.SETTLE_CHANGES: timedelta(hours=1),
    Job.PREPARE_LEDGER: timedelta(hours=12),
    Job.PREPARE_INTERACTIONS: timedelta(hours=12),
    Job.SWEEP_RETENTION: timedelta(hours=1),  # each rule once a day; what failed is tried again
    Job.END_INACTIVE: timedelta(hours=24),
    Job.FORECAST_RETENTION: timedelta(hours=24),
    Job.REMIND_OF_PASSWORDS: timedelta(hours=24),
    Job.FORGET_OLD_JOURNAL: timedelta(hours=24),
    Job.FORGET_UNCLEAR: timedelta(hours=24),
    Job.TIDY_UP: timedelta(hours=24),
}


def run(app: Flask) -> None:
    process = uuid4()
    while True:
        try:
            with app.app_context():
                queue.beat(process, KIND, now=utc_now())
                if not gate.is_closed():
                    queue.sweep(now=utc_now())
                    db.session.commit()
                    start_due(now=utc_now())
                db.session.commit()
        except Exception:
            log.exception("the schedule stumbled and goes on")
        time.sleep(1)


def start_due(*, now: datetime) -> None:
    """Writes an outbox entry for each job whose period has begun, unless the one before is still waiting."""
    for job, every in EVERY.items():
        tick = {"job": job, "period": int(now.timestamp() // every.total_seconds()), "at": now}
        waiting = select(exists().where(OutboxEntry.job == job, OutboxEntry.taken_by.is_(None)))
        if db.session.scalar(waiting):
            continue
        if db.session.scalar(insert(Tick).values(tick).on_conflict_do_nothing().returning(Tick.period)) is not None:
            queue.later(job)
