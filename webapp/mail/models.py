"""One email, one row: a template and ids, never a finished body, so no link and no text lies in the database."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, Enum, ForeignKey, Index, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, CreatedAt, Key, Timestamp


class State(StrEnum):
    """Where an email stands. `docs/decisions.md` draws it."""

    PENDING = "pending"
    CLAIMED = "claimed"  # a worker has it; until `started_at` is set nothing of it has reached the relay
    SENT = "sent"  # the relay answered 250
    FAILED = "failed"  # the relay refused it for good, or deferred it too often
    UNCERTAIN = "uncertain"  # we lost the relay or ourselves before its answer to the content
    SUPPRESSED = "suppressed"  # the person does not want it any more


state_type = Enum(State, native_enum=False, length=12, values_callable=lambda states: [state.value for state in states])


class Outgoing:
    """The delivery half of a row that is one email, the same for service messages and campaign deliveries."""

    state: Mapped[State] = mapped_column(state_type, server_default=State.PENDING)
    due_at: Mapped[Timestamp]
    claimed_by: Mapped[UUID | None]
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(server_default="0")
    reply: Mapped[str | None]


class Message(Outgoing, Base):
    """A service email to one person. `ids` are what its template needs to find its facts when it is sent."""

    __tablename__ = "messages"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    email: Mapped[str]
    ids: Mapped[dict[str, str]] = mapped_column(JSONB)
    bulk: Mapped[bool] = mapped_column(server_default=false())  # to many at once: those to one person go first
    created_at: Mapped[CreatedAt]

    __table_args__ = (
        Index("ix_messages_due", "bulk", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_messages_created_at", "created_at"),
        Index("ix_messages_claimed", "claimed_by", postgresql_where=text("state = 'claimed'")),
    )
