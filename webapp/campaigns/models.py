"""What marketers send: the campaign, and the ledger with one row for each email of it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, Enum, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.campaigns.placeholders import filled
from webapp.consents.models import Topic
from webapp.db import Base, CreatedAt, Key, Timestamp
from webapp.mail.models import State, state_type


class CampaignState(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    SENT = "sent"


UNDERWAY = (CampaignState.SENDING, CampaignState.PAUSED)


class PauseReason(StrEnum):
    """Why a campaign rests. All but the first are found by `breaker`."""

    PERSON = "person"
    REFUSALS = "refusals"
    BOUNCES = "bounces"
    COMPLAINTS = "complaints"


class Campaign(Base):
    """A text for the people who agreed to a topic. The body is Markdown with a few variables."""

    __tablename__ = "campaigns"

    id: Mapped[Key]
    topic_id: Mapped[UUID] = mapped_column(ForeignKey("topics.id", ondelete="RESTRICT"), index=True)
    subject: Mapped[str]
    body: Mapped[str]
    language: Mapped[str | None]  # only to people who read this language; None: to everybody
    pace: Mapped[int | None]  # emails per minute; None: as fast as it goes
    state: Mapped[CampaignState] = mapped_column(
        Enum(CampaignState, native_enum=False, length=12, values_callable=lambda states: [s.value for s in states]),
        server_default=CampaignState.DRAFT,
    )
    created_by: Mapped[UUID | None]
    created_at: Mapped[CreatedAt]
    changed_at: Mapped[Timestamp]
    sending_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    started_by: Mapped[UUID | None]
    paused_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    pause_reason: Mapped[PauseReason | None] = mapped_column(
        Enum(PauseReason, native_enum=False, length=12, values_callable=lambda reasons: [r.value for r in reasons])
    )
    judged_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # what was before, a person accepted
    snapshot_month: Mapped[date | None]  # the ledger partition; None until the audience was written down
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    topic: Mapped[Topic] = relationship(lazy="joined")

    __table_args__ = (Index("ix_campaigns_created_at", "created_at"),)

    @property
    def title(self) -> str:
        """The subject line as those read it of whom nothing is known."""
        return filled(self.subject, {}, unknown="…")


class Delivery(Base):
    """One email of a campaign to one person. Partitioned by the month of its audience snapshot.

    It is written twice: by the snapshot, and when it is known what became of it. No index holds what changes, so that
    the second writing touches nothing but the row (a HOT update). Who is sending it meanwhile stands in `Claim`.
    `campaign_id` is not a foreign key: the ledger outlives the campaign.
    """

    __tablename__ = "deliveries"

    snapshot_month: Mapped[date] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    campaign_id: Mapped[UUID]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    state: Mapped[State] = mapped_column(state_type, server_default=State.PENDING)
    due_at: Mapped[Timestamp]
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(server_default="0")
    reply: Mapped[str | None]

    __table_args__ = (
        Index("uq_deliveries_campaign_subject", "campaign_id", "subject_id", "snapshot_month", unique=True),
        {"postgresql_partition_by": "RANGE (snapshot_month)", "info": {"fillfactor": 60}},
    )


class Progress(Base):
    """How far the ledger of a campaign was handed out: the rows after `reached`, up to `last`, wait for their turn.

    Nobody claims any before `next_claim_at`, which a pace sets a little into the future and a pause to infinity.
    """

    __tablename__ = "campaign_progress"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    reached: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    next_claim_at: Mapped[Timestamp] = mapped_column(server_default=func.now())


class Claim(Base):
    """What one worker is sending: of `delivery_ids` the first `started` may have reached the relay."""

    __tablename__ = "claims"

    id: Mapped[Key]
    campaign_id: Mapped[UUID] = mapped_column(index=True)
    snapshot_month: Mapped[date]
    worker: Mapped[UUID]
    delivery_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    started: Mapped[int]


class Deferral(Base):
    """An email that is tried again: the relay asked for patience, or whoever had claimed it could not send it.

    With a `domain` it waits until that destination takes more; without one, until it is due.
    """

    __tablename__ = "deferrals"

    delivery_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_id: Mapped[UUID]
    domain: Mapped[str] = mapped_column(server_default="")
    due_at: Mapped[Timestamp]

    __table_args__ = (Index("ix_deferrals_due", "campaign_id", "domain", "due_at"),)


class Destination(Base):
    """A domain that takes emails at a pace: it asked for patience, or every domain has one by `DOMAIN_PACE`.

    `pace` (emails per second) is what it had at `slowed_at`; it doubles each minute since. The domain "" is everybody:
    its row keeps the pace of all campaigns together.
    """

    __tablename__ = "destinations"

    domain: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[Timestamp]
    pace: Mapped[float | None]
    slowed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reply: Mapped[str | None]


class Refusal(Base):
    """Which emails of a campaign failed: the first of them, so that its page finds them among millions."""

    __tablename__ = "refusals"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class CampaignCount(Base):
    """How a campaign's figures grew: appended deltas, summed when read, so that no row is hot."""

    __tablename__ = "campaign_counts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    at: Mapped[Timestamp]
    figure: Mapped[str]  # a delivery state, or another field of `statistics.Figures`
    delta: Mapped[int]

    __table_args__ = (Index("ix_campaign_counts_campaign", "campaign_id", "figure", "at"),)
