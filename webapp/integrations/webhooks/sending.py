"""Calling the receivers: each by one worker at a time, in order per person, again and again until it is heard.

What fails holds back later changes of the same person, not those of others. A receiver that fails several times in a
row is left alone for a while, and then tried with one delivery; what waits for it is lost only if it does not answer
for longer than two weeks, and then staff can send it once more.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from webapp import queue
from webapp.changes import Change
from webapp.clock import utc_now
from webapp.db import db
from webapp.integrations.webhooks import calls, letters, signing
from webapp.integrations.webhooks.calls import Answer
from webapp.integrations.webhooks.models import Attempt, Delivery, Outcome, State, Webhook, WebhookHour

PAUSES = [
    *(timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10)),
    *(timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4), timedelta(hours=6)),
]
MOST_ATTEMPTS = 64  # about two weeks
FAILURES_IN_A_ROW = 5
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)
JITTER = 0.2  # so that many that failed together do not come back together
AGENT = {"User-Agent": "Candor-Webhooks/1", "Content-Type": "application/json"}


def due(*, now: datetime) -> Sequence[UUID]:
    """The receivers for whom something is due, those first that were not served for the longest time."""
    something = exists().where(Delivery.webhook_id == Webhook.id, Delivery.state == "waiting", Delivery.next_at <= now)
    ready = select(Webhook.id).where(_is_ready(now), something, _is_free(now))
    return db.session.scalars(ready.order_by(Webhook.last_success_at.nulls_first())).all()


def serve(webhook_id: UUID, *, worker: UUID, until: datetime) -> Iterator[None]:
    """Calls one receiver until nothing is due or the time is up. The caller commits at each yield."""
    taking = update(Webhook).where(Webhook.id == webhook_id, _is_free(utc_now())).values(taken_by=worker)
    if db.session.scalar(taking.returning(Webhook.id)) is None:
        return  # another worker was faster
    yield
    while utc_now() < until and (delivery := _next(webhook_id, now=utc_now())):
        yield from _deliver(delivery)
    db.session.execute(
        update(Webhook).where(Webhook.id == webhook_id, Webhook.taken_by == worker).values(taken_by=None)
    )
    yield


def _deliver(delivery: Delivery) -> Iterator[None]:
    """No transaction is open while the receiver is called."""
    now, url, body = utc_now(), delivery.webhook.url, letters.body(delivery.change)
    headers = signing.headers(delivery.webhook, letters.message_id(delivery.id), body, now=now)
    yield
    began = monotonic()
    answer = calls.post(url, body=body, headers=AGENT | headers)
    _note(delivery, answer, took=timedelta(seconds=monotonic() - began), now=utc_now())
    yield


def _next(webhook_id: UUID, *, now: datetime) -> Delivery | None:
    """The one that waits for the longest time, unless an earlier change of the same person does."""
    earlier = aliased(Delivery)
    before = exists().where(
        earlier.webhook_id == webhook_id,
        earlier.subject_id == Delivery.subject_id,
        earlier.change_id < Delivery.change_id,
        earlier.state == "waiting",
    )
    waiting = select(Delivery).join(Webhook).where(Delivery.webhook_id == webhook_id, Delivery.state == "waiting")
    first = waiting.where(Delivery.next_at <= now, ~before, _is_ready(now))
    return db.session.scalars(first.order_by(Delivery.next_at, Delivery.change_id).limit(1)).first()


def _is_ready(now: datetime) -> ColumnElement[bool]:
    rested = or_(Webhook.rests_until.is_(None), Webhook.rests_until <= now)
    return Webhook.ended_at.is_(None) & Webhook.paused_at.is_(None) & rested


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(Webhook.taken_by.is_(None), Webhook.taken_by.not_in(queue.alive(now=now)))


def _note(delivery: Delivery, answer: Answer, *, took: timedelta, now: datetime) -> None:
    accepted = answer.outcome is Outcome.ACCEPTED
    delivery.attempts += 1
    db.session.add(
        Attempt(
            delivery_id=delivery.id,
            subject_id=delivery.subject_id,
            at=now,
            outcome=answer.outcome,
            status=answer.status,
            milliseconds=round(took.total_seconds() * 1000),
            answer=answer.text,
        )
    )
    _count(delivery.webhook_id, accepted=accepted, now=now)
    if accepted:
        _accepted(delivery, now=now)
    else:
        _failed(delivery, answer, now=now)


def _accepted(delivery: Delivery, *, now: datetime) -> None:
    webhook = delivery.webhook
    delivery.state, delivery.finished_at = State.DELIVERED, now
    if webhook.failures >= FAILURES_IN_A_ROW:
        hurry(webhook, now=now)
    webhook.failures, webhook.failing_since, webhook.rests_until, webhook.last_success_at = 0, None, None, now


def _failed(delivery: Delivery, answer: Answer, *, now: datetime) -> None:
    webhook = delivery.webhook
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    if webhook.failures >= FAILURES_IN_A_ROW:
        webhook.rests_until = now + _varied(min(FIRST_REST * 2 ** min(webhook.failures - 5, 16), LONGEST_REST))
    if answer.retry_after:
        webhook.rests_until = now + min(answer.retry_after, LONGEST_REST)
    if delivery.attempts >= MOST_ATTEMPTS or delivery.change.kind == Change.WEBHOOK_TESTED:
        delivery.state, delivery.finished_at = State.FAILED, now
    else:
        delivery.next_at = now + _varied(PAUSES[min(delivery.attempts, len(PAUSES)) - 1])


def hurry(webhook: Webhook, *, now: datetime) -> None:
    """What waits for its next attempt need not wait: the receiver works again."""
    waiting = update(Delivery).where(Delivery.webhook_id == webhook.id, Delivery.state == "waiting")
    db.session.execute(waiting.where(Delivery.next_at > now).values(next_at=now))


def _varied(pause: timedelta) -> timedelta:
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # nobody gains by foreseeing it


def _count(webhook_id: UUID, *, accepted: bool, now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    row = {"webhook_id": webhook_id, "hour": hour, "accepted": int(accepted), "failed": int(not accepted)}
    more = {name: getattr(WebhookHour, name) + row[name] for name in ("accepted", "failed")}
    counting = insert(WebhookHour).values(row)
    db.session.execute(counting.on_conflict_do_update(index_elements=["webhook_id", "hour"], set_=more))
