"""Taking in files of customers, products, invoices and payment methods, and deleting them in time."""

from datetime import timedelta
from uuid import UUID

from jobs.job import job
from webapp import queue
from webapp.clock import utc_now
from webapp.db import db
from webapp.imports import imports, running

TURN = timedelta(seconds=10)


@job
def run_import(import_id: str) -> None:
    found, until = imports.find(UUID(import_id)), utc_now() + TURN
    if found is None:
        return
    for _ in running.run(found, now=utc_now()):
        if utc_now() > until:
            queue.later(queue.Job.RUN_IMPORT, import_id=import_id)
            return
        db.session.commit()


@job
def delete_import_files() -> None:
    for _ in imports.delete_expired(now=utc_now()):
        db.session.commit()
