"""Closed accounts: notices before they are deleted, and their deletion."""

from jobs.job import job
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy.closing import deletions


@job
def watch_closures() -> None:
    for _ in deletions.tell_and_delete(now=utc_now()):
        db.session.commit()
