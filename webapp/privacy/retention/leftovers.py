"""People who were erased, once nothing is left that the law, a hold or a product kept: then their number goes, too."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, select

from webapp.db import Base, db
from webapp.privacy.erasure.models import Treatment
from webapp.subjects.models import Subject

TABLE = str(Subject.__tablename__)
RULE = "nothing left"
TREATMENT = Treatment.DELETE
BATCH = 500
LOWEST = UUID(int=0)


def forget() -> Iterator[int]:
    """In the order of their numbers, so that those who must stay are looked at once."""
    reached: UUID | None = LOWEST
    while reached is not None:
        found = select(Subject.id).where(Subject.erased_at.is_not(None), Subject.id > reached)
        some = db.session.scalars(found.order_by(Subject.id).limit(BATCH).with_for_update(skip_locked=True)).all()
        if not some:
            return
        gone = db.session.scalars(delete(Subject).where(Subject.id.in_(some), *_alone()).returning(Subject.id)).all()
        reached = some[-1] if len(some) == BATCH else None
        yield len(gone)


def _alone() -> list[ColumnElement[bool]]:
    """Nothing refers to them, in tables of today and tomorrow."""
    referring = [
        key.parent
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column is Subject.__table__.c.id
    ]
    return [~exists().where(column == Subject.id) for column in referring]
