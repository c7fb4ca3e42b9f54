"""An erasure, and its plan: stored rows that the person saw, agreed to, and gets a receipt of."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Enum, ForeignKey, Index, LargeBinary, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, Key, Timestamp
from webapp.privacy.models import MailedCode


class Cause(StrEnum):
    """Why somebody's data is deleted."""

    REQUEST = "request"  # they asked for it in their account
    STAFF = "staff"  # they asked by letter or phone, and staff wrote it down
    CLOSURE = "closure"  # six months after they closed the account
    INACTIVE = "inactive"  # nothing connects them with us any more, and they never had an account
    RESTORE = "restore"  # a backup from before they were erased brought them back


class ErasureState(StrEnum):
    PLANNED = "planned"  # the link in the email was not confirmed yet
    LAPSED = "lapsed"  # nobody confirmed it
    CONFIRMED = "confirmed"  # waits until `starts_at`
    ASKED_AGAIN = "asked_again"  # less would be deleted than was agreed to, so the person is asked again
    EXECUTING = "executing"
    EXECUTED = "executed"  # all that can be deleted is; what waits has a reason
    TOLD = "told"  # and the receipt has gone out
    CANCELLED = "cancelled"


OPEN = (ErasureState.PLANNED, ErasureState.CONFIRMED, ErasureState.ASKED_AGAIN, ErasureState.EXECUTING)
DONE = (ErasureState.EXECUTED, ErasureState.TOLD)


class Treatment(StrEnum):
    """What becomes of a field of the plan."""

    DELETE = "delete"
    BLANK = "blank"
    PSEUDONYMISE = "pseudonymise"
    SHRED = "shred"
    KEEP = "keep"


class Reason(StrEnum):
    """Why something happens to a field: nothing needs it any more, or this does."""

    NO_PURPOSE = "no_purpose"
    LAW = "law"  # `reference` says which, `until` until when
    PRODUCT = "running_product"  # `needed_by` names it
    HOLD = "hold"  # a legal hold
    SUPPRESSION = "suppression"  # a fingerprint of the address, so that no marketing comes back


def _names(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=16, values_callable=lambda members: [each.value for each in members])


class Erasure(Base):
    """One request to delete everything about a person, from the plan to the receipt. One at a time is open.

    `subject_id` is no foreign key: the record of what was done outlives the person, and leads to nobody then.
    `agreed_hash` is that of the plan which the person said yes to; the one carried out deletes at least as much.
    `recipient` is where the receipt goes, sealed, until it has gone. `finished_at` is set when it was taken back, and
    otherwise once nothing waits any more.
    """

    __tablename__ = "erasures"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    cause: Mapped[Cause] = mapped_column(_names(Cause))
    state: Mapped[ErasureState] = mapped_column(_names(ErasureState))
    plan_hash: Mapped[str]
    agreed_hash: Mapped[str] = mapped_column(server_default="")
    manifest_hash: Mapped[str]
    recipient: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(server_default="")  # how they asked our staff for it
    started_by: Mapped[UUID | None]
    asked_at: Mapped[Timestamp]
    confirmed_at: Mapped[Timestamp | None]
    starts_at: Mapped[Timestamp | None]
    asked_again_at: Mapped[Timestamp | None]
    executing_since: Mapped[Timestamp | None]
    executed_at: Mapped[Timestamp | None]
    told_at: Mapped[Timestamp | None]
    finished_at: Mapped[Timestamp | None] = mapped_column(index=True)

    steps: Mapped[list["ErasureStep"]] = relationship(
        order_by="ErasureStep.position", cascade="all, delete-orphan", passive_deletes=True, back_populates="erasure"
    )

    __table_args__ = (
        Index(
            "uq_erasures_open",
            "subject_id",
            unique=True,
            postgresql_where=text("state IN ('planned', 'confirmed', 'asked_again', 'executing')"),
        ),
        Index(
            "ix_erasures_due",
            "starts_at",
            postgresql_where=text("state IN ('confirmed', 'asked_again', 'executing')"),
        ),
        Index("ix_erasures_planned", "asked_at", postgresql_where=text("state = 'planned'")),
        Index(
            "ix_erasures_waiting",
            "executed_at",
            postgresql_where=text("finished_at IS NULL AND state IN ('executed', 'told')"),
        ),
        Index(
            "ix_erasures_untold",
            "executed_at",
            postgresql_where=text("state = 'executed' AND recipient IS NOT NULL"),
        ),
        Index("ix_erasures_listed", "asked_at", "id"),
        Index("ix_erasures_finished", "executed_at", postgresql_where=text("executed_at IS NOT NULL")),
    )

    @property
    def waits(self) -> bool:
        """Whether something of it is still needed, and is deleted by itself later."""
        return self.state in DONE and self.finished_at is None


# Carried out, but for what something still needs.
UNFINISHED = Erasure.state.in_(DONE) & Erasure.finished_at.is_(None)


class ErasureStep(Base):
    """A line of the plan: what becomes of these fields of a table, why, and until when what stays is kept.

    `needed_by` names the product or the hold, while it is needed; `rows_done` counts what was really treated. `more`:
    it keeps more than the plan to which the person had agreed before.
    """

    __tablename__ = "erasure_steps"

    id: Mapped[Key]
    erasure_id: Mapped[UUID] = mapped_column(ForeignKey("erasures.id", ondelete="CASCADE"), index=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    position: Mapped[int]
    table_name: Mapped[str]  # of a file store: `files:` and its name
    fields: Mapped[list[str]] = mapped_column(JSONB)
    treatment: Mapped[Treatment] = mapped_column(_names(Treatment))
    reason: Mapped[Reason] = mapped_column(_names(Reason))
    reference: Mapped[str] = mapped_column(server_default="")
    needed_by: Mapped[str] = mapped_column(server_default="")
    kept_until: Mapped[date | None]
    more: Mapped[bool] = mapped_column(server_default=false())
    rows_planned: Mapped[int]
    rows_done: Mapped[int] = mapped_column(server_default="0")
    done_at: Mapped[Timestamp | None] = mapped_column(index=True)

    erasure: Mapped[Erasure] = relationship(back_populates="steps")

    @property
    def waits(self) -> bool:
        """Whether something still needs it."""
        return self.reason in {Reason.PRODUCT, Reason.HOLD} and self.done_at is None


class ErasureCode(MailedCode, Base):
    """It confirms an erasure, together with the link from another email."""

    __tablename__ = "erasure_codes"

    erasure_id: Mapped[UUID] = mapped_column(ForeignKey("erasures.id", ondelete="CASCADE"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
