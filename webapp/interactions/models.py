"""How people use the company's apps and sites, as far as they agreed (P4). Both tables have a partition per month."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Timestamp


class Observed:
    """`id` was chosen by whoever sent it, so that sending it again adds nothing; `key_id` is the key they used."""

    observed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"))
    app: Mapped[str]
    key_id: Mapped[UUID]
    received_at: Mapped[Timestamp]


class Interaction(Observed, Base):
    """An app or a site was used, with which device, from which network, in which language."""

    __tablename__ = "interactions"

    device: Mapped[dict[str, str]] = mapped_column(JSONB)
    ip: Mapped[str | None]
    locale: Mapped[str | None]
    language: Mapped[str | None]

    __table_args__ = (
        Index("ix_interactions_subject", "subject_id", "observed_at", "id"),
        {"postgresql_partition_by": "RANGE (observed_at)"},
    )


class NearbyAccessPoints(Observed, Base):
    """Which wireless networks an app found near the device. A table of its own: another consent, another period."""

    __tablename__ = "nearby_access_points"

    access_points: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    __table_args__ = (
        Index("ix_nearby_access_points_subject", "subject_id", "observed_at", "id"),
        {"postgresql_partition_by": "RANGE (observed_at)"},
    )


PARTED = (Interaction, NearbyAccessPoints)
