"""How interaction data ends: by its age, and with the consent that it needs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, tuple_

from webapp import partitions
from webapp.consents import tracking
from webapp.consents.models import ConsentPurpose
from webapp.db import db
from webapp.interactions.models import Interaction, NearbyAccessPoints

Parted = type[Interaction] | type[NearbyAccessPoints]

BATCH = 5_000
OF: dict[ConsentPurpose, Parted] = {ConsentPurpose.USAGE: Interaction, ConsentPurpose.NEARBY: NearbyAccessPoints}


def expire(model: Parted, *, before: datetime) -> bool:
    """Deletes what is older: whole months at once, of the month at the border the oldest few thousand rows.

    Returns whether more is left to do. Commit each time.
    """
    return bool(partitions.drop_before(model, before)) or _delete(model, model.observed_at < before)


def withdraw(subject_id: UUID, kind: ConsentPurpose) -> bool:
    """Deletes what the consent of this moment does not cover (GDPR Art. 17(1)(b)): all of it, when there is none.

    Returns whether more is left to do. Commit each time.
    """
    model = OF[kind]
    allowed = tracking.allowed([subject_id]).get((subject_id, kind))
    before_consent = [model.observed_at < allowed.since] if allowed else []
    return _delete(model, model.subject_id == subject_id, *before_consent)


def _delete(model: Parted, *conditions: ColumnElement[bool]) -> bool:
    these = select(model.observed_at, model.id).where(*conditions).order_by(model.observed_at).limit(BATCH)
    deleting = delete(model).where(tuple_(model.observed_at, model.id).in_(these)).returning(model.id)
    return len(db.session.scalars(deleting).all()) == BATCH
