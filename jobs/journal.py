"""Taking the journal of erasures and opt-outs outside the database."""

from jobs.job import job
from webapp.clock import utc_now
from webapp.db import db
from webapp.journal import shelf, writing


@job
def write_journal() -> None:
    for _ in writing.write_pending(now=utc_now()):
        db.session.commit()


@job
def forget_old_journal() -> None:
    shelf.forget(before=(utc_now() - writing.KEPT).date())
