"""How interaction data ends with the consent that it needs. By its age the sweep deletes it."""

from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, tuple_

from webapp.consents import tracking
from webapp.consents.models import ConsentPurpose
from webapp.db import db
from webapp.interactions.models import Interaction, NearbyAccessPoints

Parted = type[Interaction] | type[NearbyAccessPoints]

BATCH = 5_000
OF: dict[ConsentPurpose, Parted] = {ConsentPurpose.USAGE: Interaction, ConsentPurpose.NEARBY: NearbyAccessPoints}


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
