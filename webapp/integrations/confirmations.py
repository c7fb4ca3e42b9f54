"""What the company's other systems have to confirm: that they did what a change asks of them.

Erasing here means erasing there, and so does restricting (GDPR Art. 19). What is not confirmed stays visible.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from webapp.audit import Action
from webapp.changes import Change, ChangeEntry
from webapp.db import db
from webapp.integrations.webhooks.models import Confirmation, Webhook
from webapp.subjects import trail
from webapp.subjects.models import Subject

LATE = timedelta(days=3)  # from then on it is an alert
NEEDED = (Change.ERASURE_DUE, Change.ERASURE_DONE, Change.PROCESSING_RESTRICTED)


class Result(StrEnum):
    CONFIRMED = "confirmed"
    UNCHANGED = "unchanged"  # it was confirmed before
    UNKNOWN = "unknown"


def complete(reference: UUID) -> bool:
    """Whether everybody who has to confirm what this reference is about did. Nobody was asked yet: no."""
    unwritten = exists().where(ChangeEntry.reference == reference, ChangeEntry.written_at.is_(None))
    missing = exists().where(Confirmation.reference == reference, Confirmation.confirmed_at.is_(None))
    return db.session.scalar(select(~unwritten & ~missing)) is True


def unconfirmed(reference: UUID) -> Sequence[str]:
    """The names of the receivers that did not confirm yet."""
    missing = select(Webhook.name).join(Confirmation).where(Confirmation.reference == reference)
    return db.session.scalars(missing.where(Confirmation.confirmed_at.is_(None)).distinct().order_by("name")).all()


def asked(reference: UUID) -> Sequence[Confirmation]:
    """Every receiver that was asked about it, in that order, with when it confirmed."""
    rows = select(Confirmation).where(Confirmation.reference == reference)
    return db.session.scalars(rows.order_by(Confirmation.asked_at, Confirmation.change_id)).all()


def ask(webhook: Webhook, changes: Collection[ChangeEntry], deliveries: Mapping[int, UUID], *, now: datetime) -> None:
    """Expects a confirmation of the changes that need one; `deliveries` by change. One that came stays."""
    rows = [
        {
            "delivery_id": deliveries[change.id],
            "webhook_id": webhook.id,
            "change_id": change.id,
            "kind": change.kind,
            "reference": change.reference,
            "asked_at": now,
        }
        for change in changes
        if webhook.confirms and change.kind in NEEDED
    ]
    if rows:
        db.session.execute(insert(Confirmation).values(rows).on_conflict_do_nothing())


def confirm(delivery_ids: Collection[UUID], *, key_id: UUID, now: datetime) -> dict[UUID, Result]:
    """Who confirms that it erased confirms what was announced about it before, too."""
    known = select(Confirmation).where(Confirmation.delivery_id.in_(delivery_ids))
    rows = db.session.scalars(known.order_by(Confirmation.delivery_id).with_for_update()).all()
    results = dict.fromkeys(delivery_ids, Result.UNKNOWN)
    for row in rows:
        results[row.delivery_id] = Result.UNCHANGED if row.confirmed_at else Result.CONFIRMED
    for row in rows:
        if results[row.delivery_id] is Result.CONFIRMED:
            _close(_same_or_before(row), now=now, key_id=key_id)
    return results


def settle(row: Confirmation, *, note: str, by: Subject, now: datetime) -> None:
    """By hand: staff made sure of it in another way, and say how. Repeated, it does nothing."""
    if row.confirmed_at is None:
        _close(_same_or_before(row), now=now, note=note)
        trail.record(Action.CONFIRMATION_SETTLED, by, now=now, name=row.webhook.name, reason=note)


def call_off(reference: UUID, *, now: datetime) -> None:
    """Nothing is to be done there any more: the erasure was cancelled."""
    _close(Confirmation.reference == reference, now=now)


def _same_or_before(row: Confirmation) -> ColumnElement[bool]:
    if row.reference is None:
        return Confirmation.delivery_id == row.delivery_id
    same = (Confirmation.reference == row.reference) & (Confirmation.webhook_id == row.webhook_id)
    return same & (Confirmation.change_id <= row.change_id)


def _close(which: ColumnElement[bool], *, now: datetime, key_id: UUID | None = None, note: str = "") -> None:
    closing = update(Confirmation).where(which, Confirmation.confirmed_at.is_(None))
    db.session.execute(closing.values(confirmed_at=now, key_id=key_id, note=note))
