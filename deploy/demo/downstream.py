"""The other systems of the demo's company that are told of changes: a shop that hears, and two that do not now."""

import base64
import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import delete, select

from deploy.demo import shop
from deploy.demo.cast import Cast
from deploy.demo.people import new_id
from webapp.access import Scope
from webapp.changes import Change, ChangeEntry
from webapp.crypto import key_ring
from webapp.db import db
from webapp.integrations import keys
from webapp.integrations.models import ApiKey
from webapp.integrations.webhooks.models import Attempt, Confirmation, Delivery, Outcome, State, Webhook, WebhookHour
from webapp.integrations.webhooks.receivers import SUBSCRIBABLE
from webapp.products.models import CustomerRecord

DAYS = 14
CHANGES = 60
OUTAGE = timedelta(days=5)  # ago
CONSENTS = (Change.CONSENT_GIVEN, Change.CONSENT_WITHDRAWN, Change.MARKETING_STOPPED)
FACTS: dict[Change, list[dict[str, str]]] = {
    Change.CUSTOMER_CHANGED: [{"fields": "tel"}, {"fields": "street_address, postal_code, city"}, {"fields": "email"}],
    Change.BILLING_ADDRESS_CHANGED: [{}],
    Change.PAYMENT_METHOD_REMOVED: [{}],
    Change.CONSENT_GIVEN: [{"purpose": "topic", "topic": "offers"}, {"purpose": "usage"}],
    Change.CONSENT_WITHDRAWN: [{"purpose": "topic", "topic": "offers"}, {"purpose": "nearby"}],
    Change.MARKETING_STOPPED: [{}],
}


def write(cast: Cast, *, now: datetime) -> None:
    """After the customers and their numbers are there."""
    db.session.execute(delete(ChangeEntry))  # what filling the database changed is no news
    receivers = [_shop(now), _newsletter_tool(now), _old_shop(now)]
    db.session.add_all([*receivers, _key(cast, now=now)])
    db.session.flush()
    told = sorted(_changes(now), key=lambda change: change.at)
    db.session.add_all(told)
    db.session.flush()
    deliveries = [delivery for change in told for delivery in _deliveries(receivers, change)]
    db.session.add_all(deliveries)
    db.session.flush()
    rng = Random("alpenglow attempts")
    for delivery in deliveries:
        db.session.add_all(_attempts(delivery, rng, now=now))
    db.session.add_all([*_hours(receivers[0], rng, now=now), _missing(deliveries)])


def _shop(now: datetime) -> Webhook:
    port = os.environ.get("SHOP_PORT", "8790")
    made = _webhook("Shop", f"http://localhost:{port}/hooks", SUBSCRIBABLE, made=now - timedelta(days=400))
    made.secret = key_ring().wrap(shop.secret(os.environ.get("SHOP_KEY", "")), context=made.id.bytes)
    made.confirms, made.last_success_at = True, now - timedelta(hours=2)
    return made


def _newsletter_tool(now: datetime) -> Webhook:
    """It is being moved."""
    made = _webhook("Printed newsletter", "https://print.alpenglow.example/in", CONSENTS, made=now - timedelta(days=90))
    made.paused_at, made.last_success_at = now - timedelta(days=1, hours=3), now - timedelta(days=1, hours=4)
    return made


def _old_shop(now: datetime) -> Webhook:
    made = _webhook(
        "Shop, first version", "https://old.alpenglow.example/h", SUBSCRIBABLE, made=now - timedelta(days=700)
    )
    made.ended_at, made.last_success_at = now - timedelta(days=399), now - timedelta(days=399)
    return made


def _webhook(name: str, url: str, changes: Sequence[Change], *, made: datetime) -> Webhook:
    number = _id(name)
    wrapped = key_ring().wrap(base64.b64encode(number.bytes), context=number.bytes)  # nobody there would know it
    return Webhook(
        id=number, name=name, url=url, kinds=" ".join(changes), confirms=False, secret=wrapped, created_at=made
    )


def _key(cast: Cast, *, now: datetime) -> ApiKey:
    made = shop.token(os.environ.get("SHOP_KEY", ""))
    return ApiKey(
        id=_id("key"),
        name="Shop",
        token_hash=hashlib.sha256(made.encode()).digest(),
        ending=made[-keys.SHOWN :],
        scope=" ".join([Scope.CONFIRMATIONS_WRITE, Scope.CUSTOMERS_READ]),
        created_by=cast.administrator.id,
        created_at=now - timedelta(days=400),
        last_used_at=now - timedelta(hours=2),
    )


def _changes(now: datetime) -> Iterator[ChangeEntry]:
    """One of them asks for a confirmation that has not come yet."""
    rng = Random("alpenglow changes")
    records = select(CustomerRecord.subject_id, CustomerRecord.external_id).order_by(CustomerRecord.external_id)
    known = db.session.execute(records.limit(400)).all()
    for _ in range(CHANGES):
        kind, at = rng.choice(list(FACTS)), now - timedelta(seconds=rng.uniform(7_200, DAYS * 86_400))
        subject_id, number = rng.choice(known)
        yield _change(kind, subject_id, number, at, rng.choice(FACTS[kind]))
    subject_id, number = known[0]
    yield _change(Change.PROCESSING_RESTRICTED, subject_id, number, now - timedelta(hours=26), {})


def _change(kind: Change, subject_id: UUID, number: str, at: datetime, facts: dict[str, str]) -> ChangeEntry:
    reference = _id("restriction") if kind is Change.PROCESSING_RESTRICTED else None
    settled = None if reference else at + timedelta(hours=1)
    return ChangeEntry(
        kind=kind,
        subject_id=subject_id,
        reference=reference,
        facts=facts,
        customers=[number],
        at=at,
        written_at=at,
        settled_at=settled,
    )


def _deliveries(receivers: Sequence[Webhook], change: ChangeEntry) -> Iterator[Delivery]:
    for webhook in receivers:
        if change.kind in webhook.kinds.split() and not webhook.ended_at:
            yield _delivery(webhook, change)


def _delivery(webhook: Webhook, change: ChangeEntry) -> Delivery:
    waits = webhook.paused_at is not None and change.at > webhook.paused_at
    return Delivery(
        id=_id(f"{webhook.name} {change.at}"),
        webhook=webhook,
        change=change,
        subject_id=change.subject_id,
        state=State.WAITING if waits else State.DELIVERED,
        written_at=change.at,
        next_at=change.at,
        finished_at=None if waits else change.at + timedelta(seconds=1),
    )


def _missing(deliveries: Sequence[Delivery]) -> Confirmation:
    delivery = next(delivery for delivery in deliveries if delivery.change.kind == Change.PROCESSING_RESTRICTED)
    return Confirmation(
        delivery_id=delivery.id,
        webhook_id=delivery.webhook_id,
        change_id=delivery.change_id,
        kind=delivery.change.kind,
        reference=delivery.change.reference,
        asked_at=delivery.change.at,
    )


def _is_night(at: datetime, now: datetime) -> bool:
    """The night in which the shop was down."""
    return abs(at - (now - OUTAGE)) < timedelta(hours=9)


def _attempts(delivery: Delivery, rng: Random, *, now: datetime) -> Iterator[Attempt]:
    if delivery.state is State.WAITING:
        return
    refused = [(Outcome.REFUSED, 503, "Service Unavailable")] * (3 if _is_night(delivery.written_at, now) else 0)
    tries = [*refused, (Outcome.ACCEPTED, 200, "Thank you.")]
    delivery.attempts = len(tries)
    for number, (outcome, status, answer) in enumerate(tries):
        yield Attempt(
            delivery_id=delivery.id,
            subject_id=delivery.subject_id,
            at=delivery.written_at + timedelta(minutes=12 * number, seconds=1),
            outcome=outcome,
            status=status,
            milliseconds=rng.randrange(60, 240),
            answer=answer,
        )


def _hours(webhook: Webhook, rng: Random, *, now: datetime) -> Iterator[WebhookHour]:
    for number in range(DAYS * 24):
        hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=number)
        night = _is_night(hour, now)
        accepted = rng.randrange(0, 3) if night else rng.randrange(2, 9)
        yield WebhookHour(
            webhook_id=webhook.id, hour=hour, accepted=accepted, failed=rng.randrange(4, 9) if night else 0
        )


def _id(what: str) -> UUID:
    return new_id(Random(f"alpenglow webhooks {what}"))
