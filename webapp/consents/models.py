"""What people agreed to: topics, who gets them, the use of data about them, the ledger of consents, and addresses that
must never be mailed."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, Identity, Index, LargeBinary, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, CreatedAt, Key, Timestamp
from webapp.subjects.models import Subject


def title_in(titles: Mapping[str, str], language: str) -> str:
    """The title of a topic in this language, or else in the first that it has."""
    return titles.get(language) or next(iter(titles.values()))


class Method(StrEnum):
    """How a person told us."""

    SIGN_UP_FORM = "sign_up_form"
    ACCOUNT = "account"
    UNSUBSCRIBE_LINK = "unsubscribe_link"
    ONE_CLICK = "one_click"  # RFC 8058: their mail program asked for them
    EMAIL = "email"  # RFC 2369: they, or their mail program, wrote to the address for it
    COMPLAINT = "complaint"  # RFC 5965: they reported an email as spam
    IMPORT = "import"  # with evidence of where the yes came from
    NEWSLETTER = "newsletter"  # double opt-in: entered on a form, confirmed by the button behind the emailed link
    COOKIES_PAGE = "cookies_page"
    PRIVACY_SIGNAL = "privacy_signal"  # Global Privacy Control: their browser said no for them
    API = "api"  # another system of the company asked them
    OBJECTION = "objection"  # on the page for that, or by letter
    ERASURE = "erasure"  # all data about them is deleted, and every consent ends with that


class ConsentPurpose(StrEnum):
    """What a line of the ledger is about. All but the first are data about how people use what they have (P4)."""

    TOPIC = "topic"  # emails about a topic, or about all of them
    USAGE = "usage"  # device configuration, IP address, locale and language, to improve the services
    NEARBY = "nearby"  # access points near the device, from mobile apps


TRACKING = (ConsentPurpose.USAGE, ConsentPurpose.NEARBY)


class SuppressionReason(StrEnum):
    EVERYTHING_OFF = "everything_off"
    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCE = "soft_bounce"  # again and again, for weeks
    COMPLAINT = "complaint"
    ERASED = "erased"  # all data about the address was deleted


def _names(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind, native_enum=False, length=24, values_callable=lambda members: [member.value for member in members]
    )


class Use(StrEnum):
    """What somebody objects to or wants stopped. `EVERYTHING` is only stored from then on."""

    MARKETING = "marketing"
    IMPROVEMENT = "improvement"
    NEW_CUSTOMERS = "new_customers"
    EVERYTHING = "everything"


class Ground(StrEnum):
    """By what right: an objection to one use (GDPR Art. 21), or a reason to store only (Art. 18(1)(a) to (c))."""

    OBJECTION = "objection"
    INACCURATE = "inaccurate"
    UNLAWFUL = "unlawful"
    CLAIMS = "claims"


class Verdict(StrEnum):
    UPHELD = "upheld"  # it stays in force until the person ends it
    REFUSED = "refused"  # the person was told why, and it ends


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
        return title_in(self.titles, language)

    def description(self, language: str) -> str:
        return self.descriptions.get(language) or next(iter(self.descriptions.values()), "")


class Subscription(Base):
    """Whether a person gets a topic now. The consents say how it came to that."""

    __tablename__ = "subscriptions"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[UUID] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True)
    subscribed: Mapped[bool]
    changed_at: Mapped[Timestamp]

    __table_args__ = (
        Index("ix_subscriptions_topic", "topic_id", "subject_id", postgresql_where="subscribed"),
        Index("ix_subscriptions_ended", "changed_at", postgresql_where=text("NOT subscribed")),
    )


class TrackingChoice(Base):
    """Whether data about the use of our services may be recorded now. No row: nobody was asked, so it may not.

    `despite_signal`: the yes was given in a browser that says no by Global Privacy Control, so it is meant for us.
    """

    __tablename__ = "tracking_choices"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[ConsentPurpose] = mapped_column(_names(ConsentPurpose), primary_key=True)
    allowed: Mapped[bool]
    changed_at: Mapped[Timestamp]
    despite_signal: Mapped[bool] = mapped_column(server_default=false())

    __table_args__ = (Index("ix_tracking_choices_ended", "changed_at", postgresql_where=text("NOT allowed")),)


class Consent(Base):
    """One line of the ledger: given or withdrawn, by which words, how, when, and from where. Never changed.

    `topic_id` and `campaign_id` are not foreign keys: the proof outlives the topic and the campaign. `topic_title` is
    what it is about, in words. `wording_version` names the entry in wordings.py; lines from before there were versions
    have none. `evidence` says where an imported yes came from.
    """

    __tablename__ = "consents"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"))
    purpose: Mapped[ConsentPurpose] = mapped_column(_names(ConsentPurpose), server_default=ConsentPurpose.TOPIC)
    topic_id: Mapped[UUID | None]
    topic_title: Mapped[str]
    given: Mapped[bool]
    method: Mapped[Method] = mapped_column(_names(Method))
    wording: Mapped[str]
    wording_version: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str]
    network: Mapped[str] = mapped_column(server_default="")
    evidence: Mapped[str] = mapped_column(server_default="")
    campaign_id: Mapped[UUID | None]
    at: Mapped[Timestamp]

    __table_args__ = (
        Index("ix_consents_history", "subject_id", "at", "id"),
        Index("ix_consents_withdrawn", "at", postgresql_where=text("NOT given")),
    )


class Departure(Base):
    """An email of this campaign made somebody leave. It waits here for seconds, until the campaign has counted it."""

    __tablename__ = "departures"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    campaign_id: Mapped[UUID]
    at: Mapped[Timestamp]


class Suppression(Base):
    """Why an address gets no marketing, kept as a hash so that it need not be kept as an address.

    Each reason is a row of its own, for each ends in its own way: lifting a bounce must not lift a wish.
    """

    __tablename__ = "suppressions"

    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    reason: Mapped[SuppressionReason] = mapped_column(_names(SuppressionReason), primary_key=True)
    at: Mapped[Timestamp]

    __table_args__ = (Index("ix_suppressions_at", "at"),)


class Restriction(Base):
    """Somebody objected to a use of their data, or had it restricted (P35). In force from the moment it was asked for.

    It is over at `ends_at`: when the person lifts it, or a while after it was refused. `due_at` is by when it must be
    decided; an objection to marketing is so at once. `words` are the person's own, `noted_by` who wrote them down.
    """

    __tablename__ = "restrictions"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    use: Mapped[Use] = mapped_column(_names(Use))
    ground: Mapped[Ground] = mapped_column(_names(Ground))
    words: Mapped[str]
    asked_at: Mapped[Timestamp]
    noted_by: Mapped[UUID | None]
    due_at: Mapped[Timestamp]
    extended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    extension_reason: Mapped[str] = mapped_column(server_default="")
    verdict: Mapped[Verdict | None] = mapped_column(_names(Verdict))
    verdict_reason: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None]
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    subject: Mapped[Subject] = relationship()

    __table_args__ = (
        Index("uq_restrictions_in_force", "subject_id", "use", unique=True, postgresql_where=text("ends_at IS NULL")),
        Index("ix_restrictions_ended", "ends_at", postgresql_where=text("ends_at IS NOT NULL")),
        Index("ix_restrictions_open", "due_at", postgresql_where=text("decided_at IS NULL AND ends_at IS NULL")),
    )

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.decided_at is None and self.ends_at is None

    def in_force(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


class NewsletterRequest(Base):
    """Somebody entered an address on the newsletter form. It counts for nothing until its mailbox confirms it.

    `topics`: the ticked ones by id, with the sentence beside the box.
    """

    __tablename__ = "newsletter_requests"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    topics: Mapped[dict[str, str]] = mapped_column(JSONB)
    language: Mapped[str]
    network: Mapped[str]
    asked_at: Mapped[Timestamp] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    subject: Mapped[Subject] = relationship(lazy="joined")
