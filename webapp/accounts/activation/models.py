"""Customers who came from the company's systems, on their way to an account of their own."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, Enum, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, Key, Timestamp
from webapp.subjects.models import Subject


class Activation(Base):
    """That a customer was written to, and what came of it. One row each, so that nobody is invited twice."""

    __tablename__ = "activations"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("activation_runs.id", ondelete="SET NULL"), index=True)
    invited_at: Mapped[Timestamp]
    sent_at: Mapped[Timestamp]
    wrong: Mapped[int] = mapped_column(server_default="0")
    locked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # after too many wrong tries
    refused_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # “this is not me”
    refused_hash: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the address that was not theirs
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # staff has looked into the refusal
    activated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    subject: Mapped[Subject] = relationship(lazy="joined")

    __table_args__ = (
        Index("ix_activations_activated_at", "activated_at", postgresql_where=text("activated_at IS NOT NULL")),
        Index(
            "ix_activations_stuck",
            "invited_at",
            postgresql_where=text("settled_at IS NULL AND (locked_at IS NOT NULL OR refused_at IS NOT NULL)"),
        ),
    )


class RunState(StrEnum):
    """Where an invitation of many stands: proposed, then running and paused by turns, until it ends."""

    PROPOSED = "proposed"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


run_state_type = Enum(RunState, native_enum=False, length=12, values_callable=lambda states: [s.value for s in states])


class ActivationRun(Base):
    """Inviting everybody who has no account yet, so many an hour. One colleague proposes it, another one starts it.

    `reached` is the last one who was invited, in the order of their numbers; `counted_to` the moment until which the
    pace was used up.
    """

    __tablename__ = "activation_runs"

    id: Mapped[Key]
    state: Mapped[RunState] = mapped_column(run_state_type)
    pace: Mapped[int]
    people: Mapped[int]
    invited: Mapped[int] = mapped_column(server_default="0")
    reached: Mapped[UUID | None]
    counted_to: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[Timestamp] = mapped_column(index=True)
    started_by: Mapped[UUID | None]
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        Index(
            "uq_activation_runs_open",
            text("(true)"),
            unique=True,
            postgresql_where=text("state IN ('proposed', 'running', 'paused')"),
        ),
    )
