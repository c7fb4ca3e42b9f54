"""Sending again: one delivery, or every change from a time on, also to a receiver that was entered later."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from webapp import queue
from webapp.audit import Action
from webapp.changes import ChangeEntry
from webapp.db import db
from webapp.integrations.webhooks import letters
from webapp.integrations.webhooks.models import Delivery, Webhook
from webapp.queue import Job
from webapp.subjects import trail
from webapp.subjects.models import Subject

BATCH = 500
LONGEST = timedelta(days=90)  # as long as what happened is kept


def one(delivery: Delivery, *, by: Subject, now: datetime) -> None:
    letters.address(delivery.webhook, [delivery.change], now=now)
    trail.record(Action.WEBHOOK_REPLAYED, by, now=now, name=delivery.webhook.name)
    queue.poke(Job.SEND_WEBHOOKS)


def how_many(webhook: Webhook, since: datetime) -> int:
    matching = select(func.count()).where(ChangeEntry.at >= since, ChangeEntry.kind.in_(webhook.kinds.split()))
    return db.session.scalar(matching) or 0


def start(webhook: Webhook, since: datetime, *, by: Subject, now: datetime) -> None:
    """By a job, for there may be many."""
    trail.record(Action.WEBHOOK_REPLAYED, by, now=now, name=webhook.name, since=since.isoformat())
    queue.later(
        Job.REPLAY_WEBHOOK, webhook_id=str(webhook.id), since=since.isoformat(), until=now.isoformat(), after="0"
    )


def some(webhook_id: UUID, *, since: datetime, until: datetime, after: int, now: datetime) -> int | None:
    """Sends the next ones after that change; returns the last of them, or None when there are no more."""
    webhook = db.session.get_one(Webhook, webhook_id)
    if webhook.ended_at is not None:
        return None
    past = select(ChangeEntry).where(ChangeEntry.at >= since, ChangeEntry.at <= until, ChangeEntry.id > after)
    known = past.where(ChangeEntry.kind.in_(webhook.kinds.split()), ChangeEntry.written_at.is_not(None))
    changes = db.session.scalars(known.order_by(ChangeEntry.id).limit(BATCH)).all()
    letters.address(webhook, changes, now=now)
    return changes[-1].id if changes else None
