"""The data subject: whoever we hold data about, customer or not. Everything personal points here."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, CreatedAt, Key, Timestamp


class Subject(Base):
    """`ended_at` is when the relationship ended: the account was closed. Six months later it is deleted by itself,
    unless the person asked us to keep it, `kept_until` that moment.

    `erased_at` is when all was deleted; the row then says nothing and stays only for rows that a law keeps.
    """

    __tablename__ = "subjects"
    __table_args__ = (
        Index("ix_subjects_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index("ix_subjects_erased", "erased_at", postgresql_where=text("erased_at IS NOT NULL")),
    )

    id: Mapped[Key]
    email: Mapped[str]
    address_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    language: Mapped[str]
    created_at: Mapped[CreatedAt]
    ended_at: Mapped[Timestamp | None]
    kept_until: Mapped[Timestamp | None]
    erased_at: Mapped[Timestamp | None]

    key: Mapped["SubjectKey"] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class SubjectKey(Base):
    """The subject's own data key, wrapped by the key ring. Deleting this row shreds what only it can read."""

    __tablename__ = "subject_keys"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[CreatedAt]
