"""The privacy policy as it was written, proposed and published, how people are told of it, and who was shown what."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Enum, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, CreatedAt, Timestamp


class PolicyState(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"  # waits for a second person
    PUBLISHED = "published"


class Way(StrEnum):
    """How somebody was shown a version."""

    SIGN_UP = "sign_up"
    EMAIL = "email"
    BANNER = "banner"
    PAGE = "page"


def _names(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind, native_enum=False, length=12, values_callable=lambda members: [member.value for member in members]
    )


class PolicyVersion(Base):
    """A version of the policy. Texts are by language. A trigger keeps what is published, and asks for two people.

    `inventories` is what the data map said when it was proposed, with the company's name and address of that day.
    `editors` are all who wrote on it: none of them publishes it.
    """

    __tablename__ = "policy_versions"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[PolicyState] = mapped_column(_names(PolicyState), server_default=PolicyState.DRAFT)
    texts: Mapped[dict[str, str]] = mapped_column(JSONB)
    changes: Mapped[dict[str, str]] = mapped_column(JSONB)  # what is new in it, in a few words
    inventories: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSONB, server_default=text("'{}'"))
    manifest_number: Mapped[int | None]
    manifest_hash: Mapped[str | None]
    editors: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    edited_by: Mapped[UUID]
    edited_at: Mapped[Timestamp]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    approved_by: Mapped[UUID | None]
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    valid_from: Mapped[date | None]
    created_at: Mapped[CreatedAt]

    __table_args__ = (
        CheckConstraint("approved_by <> proposed_by", name="second_person"),
        CheckConstraint(
            "state = 'draft' OR (proposed_by IS NOT NULL AND proposed_at IS NOT NULL AND manifest_hash IS NOT NULL)",
            name="proposed_by_somebody",
        ),
        CheckConstraint(
            "(state = 'published') = (approved_by IS NOT NULL) AND (state = 'published') = (published_at IS NOT NULL) "
            "AND (state = 'published') = (valid_from IS NOT NULL)",
            name="approved_by_somebody",
        ),
        Index(
            "uq_policy_versions_in_the_making",
            text("(true)"),
            unique=True,
            postgresql_where=text("state <> 'published'"),
        ),
    )


class PolicyNotice(Base):
    """How far the emails about a version are written: everybody up to `reached`, in the order of their numbers."""

    __tablename__ = "policy_notices"

    version: Mapped[int] = mapped_column(ForeignKey("policy_versions.number"), primary_key=True)
    reached: Mapped[UUID | None]
    written: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[Timestamp]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PolicyShowing(Base):
    """Somebody was shown a version in this way, for the first time at `at`."""

    __tablename__ = "policy_showings"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("policy_versions.number"), primary_key=True)
    how: Mapped[Way] = mapped_column(_names(Way), primary_key=True)
    at: Mapped[Timestamp]

    __table_args__ = (Index("ix_policy_showings_version", "version", "how", "at"),)
