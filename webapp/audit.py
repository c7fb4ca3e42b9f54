"""The append-only log of who did what, and the seal that shows whether anyone changed it.

Entries are written unsealed in the transaction they tell of; `seal_pending` chains them every few seconds, because a
chain inside each transaction would make every writer wait for the one before. What is personal in an entry was
encrypted by its subject's key before it came here, so shredding that key leaves the chain whole.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, Row, delete, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.actions import Action as Action
from webapp.crypto import permanent_key_for
from webapp.db import Base, Timestamp, db

SEAL_LOCK = 0x5EA1
BATCH = 5_000
SEAL = text(
    "UPDATE audit_entries SET position = sealed.position, seal = sealed.seal "
    "FROM unnest(CAST(:ids AS bigint[]), CAST(:positions AS bigint[]), CAST(:seals AS bytea[])) "
    "AS sealed (id, position, seal) WHERE audit_entries.id = sealed.id"
)


class AuditEntry(Base):
    """One thing that was done. A trigger refuses any change but the first sealing, and deletion before an anchor."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[Timestamp]
    action: Mapped[str]
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    details: Mapped[bytes | None] = mapped_column(LargeBinary)
    position: Mapped[int | None] = mapped_column(BigInteger)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        Index("ix_audit_entries_unsealed", "id", postgresql_where=text("seal IS NULL")),
        Index("uq_audit_entries_position", "position", unique=True),
        Index("ix_audit_entries_at", "at", postgresql_using="brin"),  # small, for entries are written in this order
    )


class AuditAnchor(Base):
    """Where the chain goes on behind entries that were deleted because their time was over: the seal of the last one.

    Signed, so that nobody can cut off the chain without our key. The trigger lets go of entries up to an anchor only.
    """

    __tablename__ = "audit_anchors"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seal: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class Verification:
    """What checking the chain found: how many entries hold, and the position of the first that does not."""

    checked: int
    broken_at: int | None


def append(
    action: Action, *, actor_id: UUID | None, subject_id: UUID | None, details: bytes | None, now: datetime
) -> None:
    """Writes an entry, unsealed, in the running transaction. `details` must be encrypted when personal."""
    db.session.add(AuditEntry(at=now, action=action, actor_id=actor_id, subject_id=subject_id, details=details))


def seal_pending() -> int:
    """Chains what is not sealed yet, in order of id; returns how many. One sealer at a time."""
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(SEAL_LOCK))):
        return 0
    position, previous = _end_of_chain()
    pending = select(*AuditEntry.__table__.columns).where(AuditEntry.seal.is_(None)).order_by(AuditEntry.id)
    chained = []
    for entry in db.session.execute(pending.limit(BATCH)).all():
        position += 1
        previous = _seal(entry, position, previous)
        chained.append((entry.id, position, previous))
    if chained:
        ids, positions, seals = map(list, zip(*chained, strict=True))
        db.session.execute(SEAL, {"ids": ids, "positions": positions, "seals": seals})
    return len(chained)


def verify() -> Verification:
    """Recomputes the whole chain."""
    anchors, end, checked = _anchors(), (0, b""), 0
    chain = select(AuditEntry).where(AuditEntry.seal.is_not(None)).order_by(AuditEntry.position)
    for entry in db.session.scalars(chain.execution_options(yield_per=1_000)):
        position, seal = _next(end, entry, anchors)
        if (entry.position, entry.seal) != (position, seal):
            return Verification(checked, broken_at=position)
        end, checked = (position, seal), checked + 1
    return Verification(checked, broken_at=None)


def verify_newest(count: int) -> Verification:
    """Recomputes the end of the chain only, so that it can be done all the time."""
    newest = select(AuditEntry).where(AuditEntry.position.is_not(None)).order_by(AuditEntry.position.desc())
    entries = db.session.scalars(newest.limit(count + 1)).all()[::-1]
    anchors = _anchors()
    for before, entry in pairwise(entries):
        position, seal = _next((before.position or 0, before.seal or b""), entry, anchors)
        if (entry.position, entry.seal) != (position, seal):
            return Verification(len(entries) - 1, broken_at=position)
    return Verification(max(len(entries) - 1, 0), broken_at=None)


def forget(entries: Sequence[tuple[int, bytes]]) -> None:
    """Deletes entries, by position and seal in their order, so that the others can still be verified."""
    for run in _runs(entries):
        first, (last, seal) = run[0][0], run[-1]
        db.session.add(AuditAnchor(position=last, seal=seal, signature=_signature(last, seal)))
        db.session.flush()
        these = delete(AuditEntry).where(AuditEntry.position.between(first, last))
        db.session.execute(these, execution_options={"synchronize_session": False})
        db.session.execute(delete(AuditAnchor).where(AuditAnchor.position == first - 1))


def oldest_unsealed() -> datetime | None:
    pending = select(AuditEntry.at).where(AuditEntry.seal.is_(None)).order_by(AuditEntry.id)
    return db.session.scalar(pending.limit(1))


def _end_of_chain() -> tuple[int, bytes]:
    entries = select(AuditEntry.position, AuditEntry.seal).where(AuditEntry.position.is_not(None))
    last = db.session.execute(entries.order_by(AuditEntry.position.desc()).limit(1)).first()
    return max([(0, b""), *_anchors().items(), *([(last.position, last.seal)] if last else [])])


def _next(end: tuple[int, bytes], entry: AuditEntry, anchors: Mapping[int, bytes]) -> tuple[int, bytes]:
    """The position and the seal that the entry must have behind this end, or behind what was deleted in between."""
    position, previous = end
    if entry.position is not None and entry.position - 1 in anchors and entry.position - 1 > position:
        position, previous = entry.position - 1, anchors[entry.position - 1]
    return position + 1, _seal(entry, position + 1, previous)


def _anchors() -> dict[int, bytes]:
    return {
        anchor.position: anchor.seal
        for anchor in db.session.scalars(select(AuditAnchor))
        if hmac.compare_digest(anchor.signature, _signature(anchor.position, anchor.seal))
    }


def _runs(entries: Sequence[tuple[int, bytes]]) -> list[list[tuple[int, bytes]]]:
    """Those that follow one another without a gap, together."""
    runs: list[list[tuple[int, bytes]]] = []
    for entry in entries:
        if runs and entry[0] == runs[-1][-1][0] + 1:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return runs


def _signature(position: int, seal: bytes) -> bytes:
    return hmac.digest(permanent_key_for("audit anchor"), f"{position}:".encode() + seal, hashlib.sha256)


def _seal(entry: AuditEntry | Row[Any], position: int, previous: bytes) -> bytes:
    content = json.dumps(
        [
            position,
            entry.id,
            entry.at.timestamp(),
            entry.action,
            str(entry.actor_id),
            str(entry.subject_id),
            entry.details.hex() if entry.details else None,
        ]
    )
    return hmac.digest(permanent_key_for("audit seal"), previous + content.encode(), hashlib.sha256)
