"""Receipts become due once the company's other systems confirmed that they erased, too; at the latest in time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from webapp import signatures
from webapp.config import settings
from webapp.db import db
from webapp.integrations import confirmations
from webapp.language import speaking
from webapp.privacy import deadlines
from webapp.privacy.erasure import recipients
from webapp.privacy.erasure.models import Erasure, ErasureState
from webapp.privacy.receipts import document
from webapp.privacy.receipts.models import Receipt

AT_ONCE = 100
BEFORE_THE_DEADLINE = timedelta(days=1)  # so that it is there in time even when a mailbox is full


def make_due(*, now: datetime) -> Iterator[None]:
    """The caller commits at each yield."""
    for erasure in _waiting():
        if confirmations.complete(erasure.id) or now >= at_the_latest(erasure):
            make(erasure, now=now)
            yield


def at_the_latest(erasure: Erasure) -> datetime:
    return deadlines.answer_by(erasure.asked_at) - BEFORE_THE_DEADLINE


def make(erasure: Erasure, *, now: datetime) -> Receipt:
    recipient = recipients.of(erasure)
    with speaking(recipient.language if recipient else settings().languages[0]):
        signed = signatures.sign(document.build(erasure, now=now))
    receipt = Receipt(erasure_id=erasure.id, subject_id=erasure.subject_id, signed=signed, made_at=now, due_at=now)
    db.session.add(receipt)
    return receipt


def _waiting() -> list[Erasure]:
    """Carried out, with somebody to tell."""
    executed = select(Erasure).where(Erasure.state == ErasureState.EXECUTED, Erasure.recipient.is_not(None))
    unwritten = executed.where(~exists().where(Receipt.erasure_id == Erasure.id))
    first = unwritten.order_by(Erasure.executed_at).limit(AT_ONCE)
    return list(db.session.scalars(first.with_for_update(skip_locked=True)))
