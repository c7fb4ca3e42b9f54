"""What the company's other systems are to hear of: written in the transaction that it tells of, sent on later.

    changes.record(Change.ACCOUNT_CLOSED, subject.id, now=now, reference=closure.id)

A change says what happened and to whom, never the values: whoever hears of it asks the API. `facts` are names of
fields, topics and external ids of products, all of them texts without personal data. `reference` is the row that
several changes are about, such as the erasure that is due first and done later; receivers confirm it by that.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp import queue
from webapp.db import Base, Timestamp, db


class Change(StrEnum):
    """What can happen, named as receivers read it (Standard Webhooks parts the words by full stops)."""

    CUSTOMER_CHANGED = "customer.changed"
    PRODUCT_CANCELLED = "product.cancelled"
    PRODUCT_KEPT = "product.kept"  # its cancellation was taken back
    PAYMENT_METHOD_REMOVED = "payment_method.removed"
    BILLING_ADDRESS_CHANGED = "billing_address.changed"
    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_REOPENED = "account.reopened"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    MARKETING_STOPPED = "marketing.stopped"
    PROCESSING_RESTRICTED = "processing.restricted"
    PROCESSING_RELEASED = "processing.released"
    ERASURE_DUE = "erasure.due"
    ERASURE_CANCELLED = "erasure.cancelled"
    ERASURE_DONE = "erasure.done"
    WEBHOOK_TESTED = "webhook.tested"  # somebody of our staff tries whether a receiver answers


class ChangeEntry(Base):
    """One change of one person. It outlives the person, for the erasure is told after it was done: no foreign key.

    `customers` are the person's external ids, and `written_at` says when the letters to the receivers were written.
    `settled_at`: nobody has to hear of it or to confirm it any more.
    """

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    reference: Mapped[UUID | None]
    facts: Mapped[dict[str, str]] = mapped_column(JSONB)
    customers: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    at: Mapped[Timestamp]
    written_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("subject_id", "id"),
        Index("ix_changes_unwritten", "id", postgresql_where=text("written_at IS NULL")),
        Index("ix_changes_unsettled", "id", postgresql_where=text("settled_at IS NULL")),
        Index("ix_changes_settled_at", "settled_at"),
        Index("ix_changes_at", "at", postgresql_using="brin"),  # small, for changes are written in this order
        Index("ix_changes_reference", "reference", postgresql_where=text("reference IS NOT NULL")),
    )


def record(change: Change, subject_id: UUID, *, now: datetime, reference: UUID | None = None, **facts: str) -> None:
    """In the running transaction. The receivers hear of it after the commit, in this order per person."""
    values: dict[str, Any] = {"kind": change, "subject_id": subject_id, "reference": reference, "facts": facts}
    db.session.add(ChangeEntry(**values, at=now))
    queue.poke(queue.Job.SEND_WEBHOOKS)
