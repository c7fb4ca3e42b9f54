"""Making room for interaction data, and taking away what is not allowed any more."""

from datetime import timedelta
from uuid import UUID

from jobs.job import job
from webapp import partitions
from webapp.clock import utc_now
from webapp.consents.models import ConsentPurpose
from webapp.db import db
from webapp.interactions import batches, expiry
from webapp.interactions.models import PARTED

AHEAD = timedelta(days=31)


@job
def prepare_interactions() -> None:
    """The partitions of every month that may still come in, before anybody needs them."""
    now = utc_now()
    for model in PARTED:
        partitions.ensure_between(model, now - batches.LATEST, now + AHEAD)
        db.session.commit()


@job
def erase_interactions(subject_id: str, kind: str) -> None:
    """After somebody withdrew a consent."""
    while expiry.withdraw(UUID(subject_id), ConsentPurpose(kind)):
        db.session.commit()
