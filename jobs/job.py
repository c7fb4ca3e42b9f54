"""What makes a function a job: an app context of its own, an outbox entry taken and finished, a commit at the end."""

import functools
import logging
from collections.abc import Callable, Generator
from uuid import UUID, uuid4

from flask import current_app

from webapp import queue
from webapp.clock import utc_now
from webapp.db import DatabaseAway, db
from webapp.journal import gate

log = logging.getLogger(__name__)


class WorkerName:
    """The name under which this process takes work. Whatever is held under a name that has no heartbeat is freed."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.id = uuid4()

    def beat(self) -> None:
        queue.beat(self.id, self.kind, now=utc_now())
        db.session.commit()

    def renounce(self) -> None:
        """After a failure: what the old name still holds is freed like that of a dead worker."""
        self.id = uuid4()


def job(work: Callable[..., None]) -> Callable[..., None]:
    """Decorates every function in `jobs`. With the id of an entry it works that off, one worker at a time."""

    @functools.wraps(work)
    def run(entry_id: str | None = None) -> None:
        with current_app.app_context():
            worker_name().beat()
            if gate.is_closed():
                return  # the outbox keeps the entry
            if entry_id is None:
                _attempt(work, {})
            else:
                _work_off(work, UUID(entry_id))

    return run


def commit_each(steps: Generator[None, None, None]) -> None:
    """Commits at each yield. A commit that fails is told there, to work that can wait until the database is back."""
    try:
        next(steps)
        while True:
            try:
                db.session.commit()
            except DatabaseAway as error:
                steps.throw(error)
            else:
                next(steps)
    except StopIteration:
        return


def worker_name() -> WorkerName:
    name: WorkerName = current_app.extensions["worker"]
    return name


def _work_off(work: Callable[..., None], entry_id: UUID) -> None:
    entry = queue.take(entry_id, worker=worker_name().id)
    args = dict(entry.args) if entry else {}
    db.session.commit()
    if entry is None:
        return
    try:
        _attempt(work, args, before_commit=lambda: queue.finish(entry_id))
    except Exception as error:
        queue.postpone(entry_id, error=type(error).__name__, now=utc_now())
        db.session.commit()
        raise


def _attempt(work: Callable[..., None], args: dict[str, str], before_commit: Callable[[], None] = lambda: None) -> None:
    try:
        work(**args)
        before_commit()
        db.session.commit()
    except Exception:
        db.session.rollback()
        worker_name().renounce()
        raise
