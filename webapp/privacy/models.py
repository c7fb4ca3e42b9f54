"""What people ask of us about their data."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, Key, Timestamp
from webapp.subjects.models import Subject


class ExportState(StrEnum):
    REQUESTED = "requested"
    BUILDING = "building"
    READY = "ready"
    EXPIRED = "expired"
    DELETED = "deleted"


IN_THE_MAKING = (ExportState.REQUESTED, ExportState.BUILDING)


class DataExport(Base):
    """A copy of a person's data (P20). One at a time is in the making. Its file has its id as name."""

    __tablename__ = "data_exports"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    state: Mapped[ExportState] = mapped_column(
        Enum(ExportState, native_enum=False, length=12, values_callable=lambda states: [s.value for s in states])
    )
    requested_at: Mapped[Timestamp] = mapped_column(index=True)
    steps_done: Mapped[int] = mapped_column(server_default="0")
    steps_total: Mapped[int] = mapped_column(server_default="0")
    ready_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    size: Mapped[int | None] = mapped_column(BigInteger)
    last_downloaded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    subject: Mapped[Subject] = relationship()

    __table_args__ = (
        Index(
            "uq_data_exports_in_the_making",
            "subject_id",
            unique=True,
            postgresql_where=text("state IN ('requested', 'building')"),
        ),
        Index("ix_data_exports_expiring", "expires_at", postgresql_where=text("state = 'ready'")),
    )

    @property
    def in_the_making(self) -> bool:
        return self.state in IN_THE_MAKING

    def available(self, now: datetime) -> bool:
        """Whether it can be downloaded. Past its time it cannot, even while its file waits for the next tidying."""
        return self.state is ExportState.READY and self.expires_at is not None and now < self.expires_at
