"""Closed accounts and their deletion; restrictions that end; warnings before deadlines."""

from uuid import UUID

from jobs.job import job
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy.closing import deletions
from webapp.privacy.requests import warnings
from webapp.privacy.restrictions import restrictions


@job
def watch_closures() -> None:
    for _ in deletions.tell_and_delete(now=utc_now()):
        db.session.commit()


@job
def release_restriction(restriction_id: str) -> None:
    restriction = restrictions.find(UUID(restriction_id))
    if restriction is not None:  # the person may have been erased meanwhile
        restrictions.release(restriction, now=utc_now())


@job
def warn_of_deadlines() -> None:
    warnings.warn(now=utc_now())
