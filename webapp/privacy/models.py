"""What people ask of us about their data."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, Enum, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Key, Timestamp


class ExportState(StrEnum):
    REQUESTED = "requested"
    BUILDING = "building"
    READY = "ready"
    EXPIRED = "expired"
    DELETED = "deleted"


class DataExport(Base):
    """A copy of a person's data (P20). One at a time is in the making."""

    __tablename__ = "data_exports"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    state: Mapped[ExportState] = mapped_column(
        Enum(ExportState, native_enum=False, length=12, values_callable=lambda states: [s.value for s in states])
    )
    requested_at: Mapped[Timestamp]
    steps_done: Mapped[int] = mapped_column(server_default="0")
    steps_total: Mapped[int] = mapped_column(server_default="0")
    ready_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    size: Mapped[int | None]
    last_downloaded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        Index(
            "uq_data_exports_in_the_making",
            "subject_id",
            unique=True,
            postgresql_where=text("state IN ('requested', 'building')"),
        ),
    )
