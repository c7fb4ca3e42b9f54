"""The receivers of changes: entered, corrected, paused, tried, switched off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select, update

from webapp.audit import Action
from webapp.changes import Change, ChangeEntry
from webapp.db import db
from webapp.integrations.webhooks import letters, sending, signing
from webapp.integrations.webhooks.models import Delivery, State, Webhook
from webapp.queue import Job, poke
from webapp.subjects import trail
from webapp.subjects.models import Subject

SUBSCRIBABLE = [change for change in Change if change is not Change.WEBHOOK_TESTED]


@dataclass(frozen=True)
class NewWebhook:
    """`secret` is known to nobody but whoever is told it now."""

    webhook: Webhook
    secret: str


def create(name: str, url: str, changes: Iterable[Change], *, confirms: bool, by: Subject, now: datetime) -> NewWebhook:
    webhook = Webhook(id=uuid4(), name=name, url=url, kinds=_names(changes), confirms=confirms, created_at=now)
    secret = signing.new_secret(webhook, now=now)
    db.session.add(webhook)
    trail.record(Action.WEBHOOK_CREATED, by, now=now, name=name, address=url)
    return NewWebhook(webhook, secret)


def change(
    webhook: Webhook, url: str, changes: Iterable[Change], *, confirms: bool, by: Subject, now: datetime
) -> None:
    """What waits for it goes to the new address."""
    webhook.url, webhook.kinds, webhook.confirms = url, _names(changes), confirms
    trail.record(Action.WEBHOOK_CHANGED, by, now=now, name=webhook.name, address=url)
    retry(webhook, now=now)


def change_secret(webhook: Webhook, *, by: Subject, now: datetime) -> NewWebhook:
    secret = signing.new_secret(webhook, now=now)
    trail.record(Action.WEBHOOK_SECRET_CHANGED, by, now=now, name=webhook.name)
    return NewWebhook(webhook, secret)


def pause(webhook: Webhook, *, by: Subject, now: datetime) -> None:
    """What happens meanwhile waits. Repeated, it does nothing."""
    if webhook.paused_at is None:
        webhook.paused_at = now
        trail.record(Action.WEBHOOK_PAUSED, by, now=now, name=webhook.name)


def resume(webhook: Webhook, *, by: Subject, now: datetime) -> None:
    if webhook.paused_at is not None:
        webhook.paused_at = None
        trail.record(Action.WEBHOOK_RESUMED, by, now=now, name=webhook.name)
    retry(webhook, now=now)


def retry(webhook: Webhook, *, now: datetime) -> None:
    """Does not wait for the rest after failures to be over: somebody says that it works again."""
    webhook.rests_until = None
    sending.hurry(webhook, now=now)
    poke(Job.SEND_WEBHOOKS)


def end(webhook: Webhook, *, by: Subject, now: datetime) -> None:
    """For good. What waits is not sent; what is not confirmed stays open, for staff to settle. May be repeated."""
    if webhook.ended_at is not None:
        return
    webhook.ended_at = now
    waiting = update(Delivery).where(Delivery.webhook_id == webhook.id, Delivery.state == "waiting")
    db.session.execute(waiting.values(state=State.DROPPED, finished_at=now))
    trail.record(Action.WEBHOOK_ENDED, by, now=now, name=webhook.name)


def test(webhook: Webhook, *, by: Subject, now: datetime) -> Delivery:
    """A change like any other, but of whoever tries it, and for this receiver only."""
    tried = ChangeEntry(kind=Change.WEBHOOK_TESTED, subject_id=by.id, facts={}, customers=[], at=now, written_at=now)
    db.session.add(tried)
    db.session.flush()
    letters.address(webhook, [tried], now=now)
    webhook.rests_until = None
    poke(Job.SEND_WEBHOOKS)
    mine = select(Delivery).where(Delivery.webhook_id == webhook.id, Delivery.change_id == tried.id)
    return db.session.scalars(mine).one()


def everything() -> Sequence[Webhook]:
    """Those in use first, by name."""
    return db.session.scalars(select(Webhook).order_by(Webhook.ended_at.is_not(None), Webhook.name)).all()


def _names(changes: Iterable[Change]) -> str:
    chosen = set(changes)
    return " ".join(change for change in SUBSCRIBABLE if change in chosen)
