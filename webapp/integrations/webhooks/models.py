"""Receivers of changes, what is on its way to them, and what they answered."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.changes import Change, ChangeEntry
from webapp.db import Base, Key, Timestamp


class State(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"  # tried for so long that it is not tried again by itself
    DROPPED = "dropped"  # its receiver was switched off before


class Outcome(StrEnum):
    """What came of one attempt."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # an answer that is not 2xx
    REDIRECTED = "redirected"
    UNKNOWN_HOST = "unknown_host"
    INTERNAL_ADDRESS = "internal_address"
    UNREACHABLE = "unreachable"
    NOT_TRUSTED = "not_trusted"  # its certificate
    TOO_SLOW = "too_slow"
    NOT_HTTP = "not_http"


def _names(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind, native_enum=False, length=20, values_callable=lambda members: [member.value for member in members]
    )


class Webhook(Base):
    """A receiver. Never deleted, so that it stays known who was told of what; `ended_at` switches it off for good.

    After failures in a row nothing is sent until `rests_until`. `taken_by` is the worker that calls it now: one at a
    time, which keeps the order.
    """

    __tablename__ = "webhooks"

    id: Mapped[Key]
    name: Mapped[str]
    url: Mapped[str]
    kinds: Mapped[str]  # names of changes parted by blanks
    confirms: Mapped[bool]  # it has to confirm what the law wants to be told on
    secret: Mapped[bytes] = mapped_column(LargeBinary)  # wrapped by the key ring, as is the one before
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Timestamp]
    paused_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(server_default="0")
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rests_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_success_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    taken_by: Mapped[UUID | None]

    @property
    def changes(self) -> list[Change]:
        return [Change(kind) for kind in self.kinds.split()]


class Delivery(Base):
    """One change on its way to one receiver. Its id is the `webhook-id` of every attempt."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[Key]
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    change_id: Mapped[int] = mapped_column(BigInteger, index=True)
    subject_id: Mapped[UUID]
    state: Mapped[State] = mapped_column(_names(State), server_default=State.WAITING)
    attempts: Mapped[int] = mapped_column(server_default="0")
    written_at: Mapped[Timestamp]
    next_at: Mapped[Timestamp]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    change: Mapped[ChangeEntry] = relationship()
    webhook: Mapped[Webhook] = relationship()

    __table_args__ = (
        UniqueConstraint("webhook_id", "change_id"),
        UniqueConstraint("subject_id", "id"),
        ForeignKeyConstraint(["change_id", "subject_id"], ["changes.id", "changes.subject_id"], ondelete="CASCADE"),
        Index("ix_webhook_deliveries_due", "webhook_id", "next_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_webhook_deliveries_order",
            *("webhook_id", "subject_id", "change_id"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_webhook_deliveries_failed", "webhook_id", "change_id", postgresql_where=text("state = 'failed'")),
        Index("ix_webhook_deliveries_finished_at", "finished_at"),
    )


class Attempt(Base):
    """One call, and the beginning of what was answered."""

    __tablename__ = "webhook_attempts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(index=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[Timestamp] = mapped_column(index=True)
    outcome: Mapped[Outcome] = mapped_column(_names(Outcome))
    status: Mapped[int | None]
    milliseconds: Mapped[int]
    answer: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(
            ["delivery_id", "subject_id"],
            ["webhook_deliveries.id", "webhook_deliveries.subject_id"],
            ondelete="CASCADE",
        ),
    )


class WebhookHour(Base):
    """How many attempts of one hour were accepted and how many failed."""

    __tablename__ = "webhook_hours"

    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True)
    hour: Mapped[Timestamp] = mapped_column(primary_key=True, index=True)
    accepted: Mapped[int]
    failed: Mapped[int]


class Confirmation(Base):
    """A receiver has to say that it did what a change asks of it, such as to erase there what was erased here.

    It outlives the delivery, and leads to nobody once the person is erased. `note`: how staff came to settle it.
    """

    __tablename__ = "confirmations"

    delivery_id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    change_id: Mapped[int] = mapped_column(BigInteger, index=True)
    kind: Mapped[str]
    reference: Mapped[UUID | None] = mapped_column(index=True)
    asked_at: Mapped[Timestamp]
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    key_id: Mapped[UUID | None]
    note: Mapped[str] = mapped_column(server_default="")

    webhook: Mapped[Webhook] = relationship()

    __table_args__ = (
        Index("ix_confirmations_open", "asked_at", postgresql_where=text("confirmed_at IS NULL")),
        Index("ix_confirmations_confirmed_at", "confirmed_at"),
    )
