"""Making copies of people's data and taking them away again; measuring whether promises are kept."""

from uuid import UUID

from jobs.job import job
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy import exports
from webapp.privacy.promises import measuring


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


@job
def measure_promises() -> None:
    for _ in measuring.measure_due(now=utc_now()):
        db.session.commit()
