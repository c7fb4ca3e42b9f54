"""What people agreed to: topics, who gets them, the ledger of consents, and addresses that must never be mailed."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import Enum, ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, CreatedAt, Key, Timestamp


class Method(StrEnum):
    """How a person told us."""

    SIGN_UP_FORM = "sign_up_form"
    ACCOUNT = "account"
    UNSUBSCRIBE_LINK = "unsubscribe_link"
    ONE_CLICK = "one_click"  # RFC 8058: their mail program asked for them
    IMPORT = "import"


class SuppressionReason(StrEnum):
    EVERYTHING_OFF = "everything_off"
    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"


def _names(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind, native_enum=False, length=24, values_callable=lambda members: [member.value for member in members]
    )


class Topic(Base):
    """Something to write about. `titles` and `descriptions` are texts by language code."""

    __tablename__ = "topics"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    titles: Mapped[dict[str, str]] = mapped_column(JSONB)
    descriptions: Mapped[dict[str, str]] = mapped_column(JSONB)
    position: Mapped[int]
    created_at: Mapped[CreatedAt]

    def title(self, language: str) -> str:
        return self.titles.get(language) or next(iter(self.titles.values()))

    def description(self, language: str) -> str:
        return self.descriptions.get(language) or next(iter(self.descriptions.values()), "")


class Subscription(Base):
    """Whether a person gets a topic now. The consents say how it came to that."""

    __tablename__ = "subscriptions"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[UUID] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True)
    subscribed: Mapped[bool]
    changed_at: Mapped[Timestamp]

    __table_args__ = (Index("ix_subscriptions_topic", "topic_id", "subject_id", postgresql_where="subscribed"),)


class Consent(Base):
    """One line of the ledger: given or withdrawn, by which words, how, and when. Never changed.

    `topic_id` and `campaign_id` are not foreign keys: the proof outlives the topic and the campaign.
    """

    __tablename__ = "consents"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    topic_id: Mapped[UUID | None]
    topic_title: Mapped[str]
    given: Mapped[bool]
    method: Mapped[Method] = mapped_column(_names(Method))
    wording: Mapped[str]
    language: Mapped[str]
    campaign_id: Mapped[UUID | None]
    at: Mapped[Timestamp]


class Suppression(Base):
    """An address that gets no marketing, kept as a hash so that it need not be kept as an address."""

    __tablename__ = "suppressions"

    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    reason: Mapped[SuppressionReason] = mapped_column(_names(SuppressionReason))
    at: Mapped[Timestamp]
