"""What was sent to a receiver and what it answered, for staff who look for a fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from webapp.changes import Change, ChangeEntry
from webapp.db import db
from webapp.integrations.webhooks.models import Attempt, Confirmation, Delivery, State, Webhook, WebhookHour
from webapp.paging import Cut, Numbered, cut, next_to

PAGE = 20
MOST = 100
DAYS = 14


@dataclass(frozen=True)
class Backlog:
    """How many deliveries wait for a receiver, since when, and how many confirmations of it are missing."""

    waiting: int = 0
    since: datetime | None = None
    unconfirmed: int = 0


@dataclass(frozen=True)
class Day:
    day: datetime
    accepted: int
    failed: int


def backlogs() -> Mapping[UUID, Backlog]:
    waiting = select(Delivery.webhook_id, func.count().label("waiting"), func.min(Delivery.written_at).label("since"))
    waits = waiting.where(Delivery.state == "waiting").group_by(Delivery.webhook_id).subquery()
    missing = select(Confirmation.webhook_id, func.count().label("unconfirmed"))
    open_ones = missing.where(Confirmation.confirmed_at.is_(None)).group_by(Confirmation.webhook_id).subquery()
    both = select(
        Webhook.id, func.coalesce(waits.c.waiting, 0), waits.c.since, func.coalesce(open_ones.c.unconfirmed, 0)
    )
    joined = both.outerjoin(waits, waits.c.webhook_id == Webhook.id)
    rows = db.session.execute(joined.outerjoin(open_ones, open_ones.c.webhook_id == Webhook.id))
    return {webhook_id: Backlog(*rest) for webhook_id, *rest in rows}


def days(webhook: Webhook, *, now: datetime) -> list[Day]:
    """How many calls worked on each of the last days, the oldest first; nothing if there were none."""
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
    day = func.date_trunc("day", WebhookHour.hour, "UTC").label("day")
    counts = select(day, func.sum(WebhookHour.accepted), func.sum(WebhookHour.failed))
    mine = counts.where(WebhookHour.webhook_id == webhook.id, WebhookHour.hour >= first).group_by(day)
    counted = {at: Day(at, int(accepted), int(failed)) for at, accepted, failed in db.session.execute(mine)}
    whole = [first + timedelta(days=number) for number in range(DAYS)]
    return [counted.get(at, Day(at, 0, 0)) for at in whole] if counted else []


def page(
    webhook: Webhook,
    *,
    state: State | None = None,
    kind: Change | None = None,
    older_than: Numbered | None = None,
    newer_than: Numbered | None = None,
) -> Cut[Delivery, Numbered]:
    found = select(Delivery).join(Delivery.change).where(Delivery.webhook_id == webhook.id)
    found = found.options(contains_eager(Delivery.change))
    if state:
        found = found.where(Delivery.state == state)
    if kind:
        found = found.where(ChangeEntry.kind == kind)
    query = next_to(found, (Delivery.change_id,), size=PAGE, older_than=older_than, newer_than=newer_than)
    rows = db.session.scalars(query).all()
    return cut(rows, lambda row: Numbered(row.change_id), size=PAGE, older_than=older_than, newer_than=newer_than)


def attempts(delivery: Delivery) -> Sequence[Attempt]:
    """The latest first."""
    made = select(Attempt).where(Attempt.delivery_id == delivery.id)
    return db.session.scalars(made.order_by(Attempt.id.desc()).limit(PAGE)).all()


def unconfirmed() -> Sequence[tuple[Confirmation, ChangeEntry | None]]:
    """The oldest first, of which there should be few. The change says whom it is about."""
    rows = select(Confirmation, ChangeEntry).outerjoin(ChangeEntry, ChangeEntry.id == Confirmation.change_id)
    rows = rows.options(joinedload(Confirmation.webhook)).where(Confirmation.confirmed_at.is_(None))
    found = db.session.execute(rows.order_by(Confirmation.asked_at, Confirmation.delivery_id).limit(MOST))
    return [(row[0], row[1]) for row in found]
