"""Deleting what is due, in short turns; ending what nobody uses any more; counting what will be due."""

from datetime import timedelta

from jobs.job import job
from webapp import queue
from webapp.accounts import sessions
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy.retention import forecast, inactivity, sweep

TURN = timedelta(seconds=10)


@job
def sweep_retention() -> None:
    until = utc_now() + TURN
    for _ in sweep.sweep(now=utc_now()):
        db.session.commit()
        if utc_now() > until:
            queue.later(queue.Job.SWEEP_RETENTION)
            return


@job
def end_inactive() -> None:
    """Sign-ins that nobody used for too long, and people whom nothing connects with us."""
    sessions.end_idle(now=utc_now())
    for _ in inactivity.look_at_some(now=utc_now()):
        db.session.commit()


@job
def forecast_retention() -> None:
    for _ in forecast.count(now=utc_now()):
        db.session.commit()
