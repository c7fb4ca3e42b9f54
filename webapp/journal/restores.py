"""After a restore no email of before goes out until staff say so: it may have gone out already."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, literal_column, select, update
from sqlalchemy.orm import InstrumentedAttribute

from webapp.db import db
from webapp.journal.models import Restore

PAUSED = Restore.resumed_at.is_(None)


def sends_paused() -> ColumnElement[bool]:
    """For the statements that claim what is sent."""
    return exists().where(PAUSED)


def written_since(created_at: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
    """Whether something is not older than the restore after which sends are paused; true when they are not."""
    paused_at = select(func.max(Restore.at)).where(PAUSED).scalar_subquery()
    return created_at > func.coalesce(paused_at, literal_column("'-infinity'::timestamptz"))


def paused_by() -> Restore | None:
    return db.session.scalars(select(Restore).where(PAUSED).order_by(Restore.at.desc()).limit(1)).first()


def past() -> list[Restore]:
    """The latest first."""
    return list(db.session.scalars(select(Restore).order_by(Restore.at.desc()).limit(20)))


def resume(*, by: UUID, with_old_emails: bool, now: datetime) -> bool:
    """Returns whether sends were paused. Of two people at once one decides."""
    resuming = update(Restore).where(PAUSED).values(resumed_at=now, resumed_by=by, with_old_emails=with_old_emails)
    return bool(db.session.scalars(resuming.returning(Restore.id)).all())
