"""The end of a relationship, and what comes after it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, Key, Timestamp
from webapp.subjects.models import Subject


class Closure(Base):
    """Somebody closes their account (P15). It counts once it is confirmed; `delete_at` is when all is deleted (P18).

    `kept_at` is when the person last asked to keep it. `noticed_days` is which of the notices before the deletion went
    out, and `noticed_at` when. `begun_at` is when the deletion began. `ended_at`: taken back, or opened again.
    """

    __tablename__ = "closures"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[Timestamp]
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    delete_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    kept_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    noticed_days: Mapped[int | None]
    noticed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    begun_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    subject: Mapped[Subject] = relationship()

    __table_args__ = (
        Index("uq_closures_open", "subject_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_closures_due", "delete_at", postgresql_where=text("ended_at IS NULL AND begun_at IS NULL")),
    )
