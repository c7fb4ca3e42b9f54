"""Making copies of people's data and taking them away again; measuring promises; telling of a new policy."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from jobs.job import job
from webapp import queue
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy import copies_for_others, exports
from webapp.privacy.backups import keeping
from webapp.privacy.erasure import erasures
from webapp.privacy.policy import notices
from webapp.privacy.promises import measuring

TURN = timedelta(seconds=10)


@job
def build_export(export_id: str) -> None:
    export = exports.find(UUID(export_id))
    if export is None:
        return  # the person was erased meanwhile
    for _ in exports.build(export, now=utc_now()):
        db.session.commit()


@job
def delete_expired_exports() -> None:
    for _ in exports.delete_expired(now=utc_now()):
        db.session.commit()
    copies_for_others.end_unanswered(now=utc_now())


@job
def erase(erasure_id: str) -> None:
    until = utc_now() + TURN
    for _ in erasures.work_on(UUID(erasure_id), now=utc_now()):
        if utc_now() > until:
            queue.later(queue.Job.ERASE, erasure_id=erasure_id)
            return
        db.session.commit()


@job
def look_after_erasures() -> None:
    erasures.look_after(now=utc_now())


@job
def measure_promises() -> None:
    for _ in measuring.measure_due(now=utc_now()):
        db.session.commit()


@job
def write_policy_notices(version: str) -> None:
    until = utc_now() + TURN
    while notices.write_some(int(version), now=utc_now()):
        if utc_now() > until:
            queue.later(queue.Job.WRITE_POLICY_NOTICES, version=version)
            return
        db.session.commit()


@job
def delete_old_backups() -> None:
    with suppress(keeping.NoPlace):
        for _ in keeping.delete_old(now=utc_now()):
            pass
