"""Emails that came back, or that somebody complained about."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Enum, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Timestamp


class ReturnKind(StrEnum):
    HARD_BOUNCE = "hard_bounce"  # there is no such mailbox, and there will be none
    SOFT_BOUNCE = "soft_bounce"  # not delivered this time
    COMPLAINT = "complaint"  # the reader reported it as spam


class ReturnedEmail(Base):
    """That an email came back: at most once for each kind, however often we are told.

    `delivery_id` and `campaign_id` for one of a campaign, else `message_id`; none is a foreign key, for this is kept as
    long as it explains why somebody gets no more emails. `words` are those of the mail server.
    """

    __tablename__ = "returned_emails"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"))
    at: Mapped[Timestamp]
    kind: Mapped[ReturnKind] = mapped_column(
        Enum(ReturnKind, native_enum=False, length=12, values_callable=lambda kinds: [kind.value for kind in kinds])
    )
    delivery_id: Mapped[int | None] = mapped_column(BigInteger)
    campaign_id: Mapped[UUID | None]
    message_id: Mapped[UUID | None]
    status: Mapped[str]  # RFC 3463, such as 5.1.1; empty if it was not told
    words: Mapped[str]

    __table_args__ = (
        UniqueConstraint("delivery_id", "kind"),
        UniqueConstraint("message_id", "kind"),
        Index("ix_returned_emails_subject", "subject_id", "at"),
        Index("ix_returned_emails_at", "at"),
    )
