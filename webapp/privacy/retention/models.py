"""What goes by itself when its time is over, and what a legal hold keeps longer."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, Key, Timestamp
from webapp.subjects.models import Subject


class LegalHold(Base):
    """Data of a person that must stay although its time is over, for a claim or an authority (GDPR Art. 17(3)(b), (e)).

    `categories` are those of the data map that it covers; none means all. It never ends by itself: `expected_until` is
    when somebody thinks that it will, and `review_by` is when somebody has to look at it again.
    """

    __tablename__ = "legal_holds"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    reason: Mapped[str]
    reference: Mapped[str] = mapped_column(server_default="")  # such as the number of a file at a court
    set_by: Mapped[UUID]
    set_at: Mapped[Timestamp]
    expected_until: Mapped[date | None]
    review_by: Mapped[date]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[Timestamp | None]
    released_by: Mapped[UUID | None]
    released_at: Mapped[Timestamp | None]
    release_reason: Mapped[str] = mapped_column(server_default="")

    subject: Mapped[Subject] = relationship(lazy="joined")

    __table_args__ = (
        Index("ix_legal_holds_in_force", "subject_id", postgresql_where=text("released_at IS NULL")),
        Index("ix_legal_holds_review", "review_by", postgresql_where=text("released_at IS NULL")),
        Index("ix_legal_holds_released", "released_at", postgresql_where=text("released_at IS NOT NULL")),
    )


class RetentionRun(Base):
    """What the sweep did on one day with one table by one rule. `due_until` is the last day whose rows were due.

    While `finished_at` is missing it goes on; `error` is the kind of the last one, without its text.
    """

    __tablename__ = "retention_runs"

    id: Mapped[Key]
    day: Mapped[date]
    table_name: Mapped[str]
    rule: Mapped[str]
    due_until: Mapped[date]
    treatment: Mapped[str]
    rows: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str] = mapped_column(server_default="")
    started_at: Mapped[Timestamp]
    finished_at: Mapped[Timestamp | None]

    __table_args__ = (UniqueConstraint("day", "table_name", "rule"),)


class RetentionForecast(Base):
    """How many rows of a category become due in a month, as counted when the sweep had nothing left to do."""

    __tablename__ = "retention_forecasts"

    category: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    rows: Mapped[int]
    counted_at: Mapped[Timestamp]
