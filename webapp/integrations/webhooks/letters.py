"""Which receiver hears of which change, and what it is told: a change becomes one delivery for each receiver.

One process at a time writes them, so that no later change of a person overtakes an earlier one. A person's external ids
are noted when that happens, because at the time of the last one, that they were erased, nobody knows them any more.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from webapp.changes import Change, ChangeEntry
from webapp.db import db
from webapp.integrations import confirmations
from webapp.integrations.webhooks.models import Delivery, Webhook
from webapp.products.models import CustomerRecord

WRITING_LOCK = 0x1E77
BATCH = 500
LISTS = {"fields"}  # facts that are names parted by commas
PREFIX = "msg_"
MESSAGE_ID = re.compile(PREFIX + r"[0-9a-f]{32}")
CALLED_OFF_BY = {Change.ERASURE_CANCELLED, Change.PROCESSING_RELEASED}


def write(*, now: datetime) -> bool:
    """Returns whether there may be more to write. The order holds if each batch is committed before the next."""
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(WRITING_LOCK))):
        return False
    unwritten = select(ChangeEntry).where(ChangeEntry.written_at.is_(None)).order_by(ChangeEntry.id).limit(BATCH)
    changes = db.session.scalars(unwritten).all()
    _note_customers(changes)
    receivers = db.session.scalars(select(Webhook).where(Webhook.ended_at.is_(None))).all()
    for webhook in receivers:
        address(webhook, [change for change in changes if change.kind in webhook.kinds.split()], now=now)
    for change in changes:
        change.written_at = now
        if change.kind in CALLED_OFF_BY and change.reference:
            confirmations.call_off(change.reference, now=now)
    return len(changes) == BATCH


def address(webhook: Webhook, changes: Sequence[ChangeEntry], *, now: datetime) -> None:
    """Sends them to this receiver: those that it has not had, and once more those that it had."""
    if not changes:
        return
    rows = [
        {
            "webhook_id": webhook.id,
            "change_id": change.id,
            "subject_id": change.subject_id,
            "written_at": now,
            "next_at": now,
        }
        for change in changes
    ]
    for change in changes:
        change.settled_at = None
    again = {"state": "waiting", "attempts": 0, "next_at": now, "finished_at": None}
    writing = (
        insert(Delivery).values(rows).on_conflict_do_update(index_elements=["webhook_id", "change_id"], set_=again)
    )
    written = db.session.execute(writing.returning(Delivery.id, Delivery.change_id)).all()
    confirmations.ask(webhook, changes, {row.change_id: row.id for row in written}, now=now)


def message_id(delivery_id: UUID) -> str:
    return PREFIX + delivery_id.hex


def delivery_id(message_id: str) -> UUID | None:
    """The delivery with this message id, if it is one."""
    return UUID(hex=message_id.removeprefix(PREFIX)) if MESSAGE_ID.fullmatch(message_id) else None


def body(change: ChangeEntry) -> bytes:
    return json.dumps(_said(change), ensure_ascii=False).encode()


def readable(change: ChangeEntry) -> str:
    """The same for people."""
    return json.dumps(_said(change), ensure_ascii=False, indent=2)


def _said(change: ChangeEntry) -> dict[str, Any]:
    """Who and what, but no personal data beside the numbers by which the company's systems know the person."""
    facts = {name: value.split(", ") if name in LISTS else value for name, value in change.facts.items() if value}
    data: dict[str, Any] = {"person": str(change.subject_id), "customers": change.customers, **facts}
    if change.reference:
        data["reference"] = str(change.reference)
    timestamp = change.at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {"type": change.kind, "timestamp": timestamp, "data": data}


def _note_customers(changes: Sequence[ChangeEntry]) -> None:
    people = {change.subject_id for change in changes}
    records = select(CustomerRecord.subject_id, CustomerRecord.external_id)
    known: dict[UUID, list[str]] = {}
    for subject_id, number in db.session.execute(records.where(CustomerRecord.subject_id.in_(people))):
        known.setdefault(subject_id, []).append(number)
    for change in changes:
        change.customers = sorted({*known.get(change.subject_id, []), *_named_before(change)})


def _named_before(change: ChangeEntry) -> list[str]:
    """Those of the change that it follows: once the erasure is done, only the one that announced it knows them."""
    if change.kind != Change.ERASURE_DONE or change.reference is None:
        return []
    due = select(ChangeEntry.customers).where(ChangeEntry.reference == change.reference)
    return db.session.scalar(due.where(ChangeEntry.kind == Change.ERASURE_DUE).order_by(ChangeEntry.id).limit(1)) or []
