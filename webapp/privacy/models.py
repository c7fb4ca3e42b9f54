"""What people ask of us about their data."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, Key, Timestamp
from webapp.subjects.models import Subject


class ExportState(StrEnum):
    UNCONFIRMED = "unconfirmed"  # started by staff; whoever reads the mailbox has not confirmed it yet
    LAPSED = "lapsed"  # nobody did, or staff took it back
    REQUESTED = "requested"
    BUILDING = "building"
    READY = "ready"
    EXPIRED = "expired"
    DELETED = "deleted"


IN_THE_MAKING = (ExportState.REQUESTED, ExportState.BUILDING)
OPEN = (ExportState.UNCONFIRMED, *IN_THE_MAKING)


class Way(StrEnum):
    """How somebody got at a copy."""

    SIGN_IN = "sign_in"
    CODE = "code"  # the one from the email, for who has no account
    SHARE = "share"  # a link that the person made for somebody


class DataExport(Base):
    """A copy of a person's data (P20). One at a time is in the making. Its file has its id as name.

    `started_by` and `reason` are there when staff started it for somebody without an account. `step_ms` is how long
    each step took.
    """

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
    building_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    step_ms: Mapped[list[int]] = mapped_column(JSONB, server_default="[]")
    started_by: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(server_default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    subject: Mapped[Subject] = relationship()

    __table_args__ = (
        Index(
            "uq_data_exports_in_the_making",
            "subject_id",
            unique=True,
            postgresql_where=text("state IN ('requested', 'building')"),
        ),
        Index("uq_data_exports_unconfirmed", "subject_id", unique=True, postgresql_where=text("state = 'unconfirmed'")),
        Index(
            "ix_data_exports_open",
            "requested_at",
            postgresql_where=text("state IN ('unconfirmed', 'requested', 'building')"),
        ),
        Index("ix_data_exports_finished", "ready_at", postgresql_where=text("ready_at IS NOT NULL")),
        Index("ix_data_exports_expiring", "expires_at", postgresql_where=text("state = 'ready'")),
        Index("ix_data_exports_going_on", "subject_id", postgresql_where=text("expires_at IS NULL")),
        Index("ix_data_exports_ended", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    @property
    def in_the_making(self) -> bool:
        return self.state in IN_THE_MAKING

    def available(self, now: datetime) -> bool:
        """Whether it can be downloaded. Past its time it cannot, even while its file waits for the next tidying."""
        return self.state is ExportState.READY and self.expires_at is not None and now < self.expires_at


class MailedCode:
    """The code that was emailed last to somebody without an account. It is computed from `number`, never stored."""

    number: Mapped[UUID]
    sent_at: Mapped[Timestamp] = mapped_column(index=True)
    expires_at: Mapped[Timestamp]
    codes_sent: Mapped[int]
    wrong: Mapped[int] = mapped_column(server_default="0")


class CopyCode(MailedCode, Base):
    """It opens a copy."""

    __tablename__ = "copy_codes"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("data_exports.id", ondelete="CASCADE"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)


class CopyShare(Base):
    """A link that a person made, so that somebody else, such as another provider, can download their copy."""

    __tablename__ = "copy_shares"

    id: Mapped[Key]
    export_id: Mapped[UUID] = mapped_column(ForeignKey("data_exports.id", ondelete="CASCADE"), index=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    created_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp] = mapped_column(index=True)
    most_uses: Mapped[int]
    uses: Mapped[int] = mapped_column(server_default="0")
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    export: Mapped[DataExport] = relationship()


class CopyDownload(Base):
    """That a copy was downloaded. Whoever goes on after a break, goes on with the same row."""

    __tablename__ = "copy_downloads"

    id: Mapped[Key]
    export_id: Mapped[UUID] = mapped_column(ForeignKey("data_exports.id", ondelete="CASCADE"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    way: Mapped[Way] = mapped_column(
        Enum(Way, native_enum=False, length=12, values_callable=lambda ways: [way.value for way in ways])
    )
    share_id: Mapped[UUID | None] = mapped_column(ForeignKey("copy_shares.id", ondelete="CASCADE"), index=True)
    network: Mapped[str]
    user_agent: Mapped[str]
    started_at: Mapped[Timestamp] = mapped_column(index=True)
    last_at: Mapped[Timestamp]

    share: Mapped[CopyShare | None] = relationship()

    __table_args__ = (Index("ix_copy_downloads_export", "export_id", "started_at"),)
