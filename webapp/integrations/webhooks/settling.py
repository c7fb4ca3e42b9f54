"""When nobody has to hear of a change or to confirm it any more: from then on the time runs for which it is kept."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update

from webapp.changes import ChangeEntry
from webapp.db import db
from webapp.integrations.webhooks.models import Confirmation, Delivery, WebhookHour

BATCH = 1_000
COUNTS_KEPT = timedelta(days=90)
CONFIRMATIONS_KEPT = timedelta(days=4 * 366)  # longer than the limitation of claims, which ends with a year


def settle(*, after: int, now: datetime) -> int | None:
    """Looks at the next open changes after that one; returns the last of them, or None when there are no more."""
    waiting = exists().where(Delivery.change_id == ChangeEntry.id, Delivery.state == "waiting")
    unconfirmed = exists().where(Confirmation.change_id == ChangeEntry.id, Confirmation.confirmed_at.is_(None))
    open_ones = select(ChangeEntry.id).where(ChangeEntry.settled_at.is_(None), ChangeEntry.written_at.is_not(None))
    looked_at = db.session.scalars(open_ones.where(ChangeEntry.id > after).order_by(ChangeEntry.id).limit(BATCH)).all()
    done = update(ChangeEntry).where(ChangeEntry.id.in_(looked_at), ~waiting, ~unconfirmed)
    db.session.execute(done.values(settled_at=now))
    return looked_at[-1] if looked_at else None


def forget_old(*, now: datetime) -> None:
    """What leads to nobody, and so is not in the reach of the retention of people's data."""
    db.session.execute(delete(WebhookHour).where(WebhookHour.hour < now - COUNTS_KEPT))
    db.session.execute(delete(Confirmation).where(Confirmation.confirmed_at < now - CONFIRMATIONS_KEPT))
