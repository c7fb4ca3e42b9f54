"""The receipt of an erasure: what was done, signed, and whether it has gone out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, Timestamp
from webapp.privacy.erasure.models import Erasure


class Receipt(Base):
    """One for each erasure. `signed` names nobody. `trouble`: why it never arrived; the address is forgotten then, too.

    `subject_id` is no foreign key, like that of the erasure.
    """

    __tablename__ = "receipts"

    erasure_id: Mapped[UUID] = mapped_column(ForeignKey("erasures.id", ondelete="CASCADE"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    signed: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[Timestamp] = mapped_column(index=True)
    due_at: Mapped[Timestamp]
    tries: Mapped[int] = mapped_column(server_default="0")
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    trouble: Mapped[str] = mapped_column(server_default="")

    erasure: Mapped[Erasure] = relationship()

    __table_args__ = (Index("ix_receipts_due", "due_at", postgresql_where=text("sent_at IS NULL AND trouble = ''")),)
