"""What waits to be written into the journal, how far it is written, and how often the database was put back."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, Identity, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Key, Timestamp


class Event(StrEnum):
    """What must not be undone by putting back an older database. Each of them takes something away from us."""

    WITHDRAWN = "withdrawn"  # a topic, or without `topic_id` all marketing
    TRACKING_STOPPED = "tracking_stopped"  # `kind`
    RESTRICTED = "restricted"  # the person restricts or objects: `kind`, by the right of `ground`
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"  # takes the one before back
    ERASURE_CONFIRMED = "erasure_confirmed"
    ERASURE_CANCELLED = "erasure_cancelled"
    ERASURE_BEGUN = "erasure_begun"
    RECEIPT_SENT = "receipt_sent"


class JournalEntry(Base):
    """Written in the transaction that it tells of. It waits here for seconds, until the journal outside has it.

    `subject_id` is no foreign key: the entry outlives the person. `batch` is the file that it goes into.
    """

    __tablename__ = "journal_entries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event: Mapped[Event] = mapped_column(
        Enum(Event, native_enum=False, length=24, values_callable=lambda events: [event.value for event in events])
    )
    subject_id: Mapped[UUID]
    address_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    facts: Mapped[dict[str, str]] = mapped_column(JSONB)
    at: Mapped[Timestamp]
    batch: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_journal_entries_subject", "subject_id"), Index("ix_journal_entries_at", "at"))


class JournalState(Base):
    """One row: the last batch and the last beat that were given out. The journal outside is never ahead of it, unless
    this database is an older one that was put back."""

    __tablename__ = "journal_state"

    only: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    batch: Mapped[int] = mapped_column(BigInteger)
    beat: Mapped[int] = mapped_column(BigInteger)
    beaten_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Restore(Base):
    """The database was put back and the journal replayed. Until `resumed_at` no email of before goes out."""

    __tablename__ = "restores"

    id: Mapped[Key]
    at: Mapped[Timestamp]
    data_of: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    replayed: Mapped[dict[str, int]] = mapped_column(JSONB)
    resumed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resumed_by: Mapped[UUID | None]
    with_old_emails: Mapped[bool | None]

    __table_args__ = (Index("ix_restores_paused", "at", postgresql_where=text("resumed_at IS NULL")),)
