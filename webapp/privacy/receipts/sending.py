"""Sending receipts. There is no row of a message for them, for nobody is left whose row it could be.

The address is forgotten in the transaction that notes that the relay took the email, or that it never will.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from webapp import audit
from webapp.audit import Action
from webapp.config import settings
from webapp.db import db
from webapp.journal.models import Event
from webapp.language import speaking
from webapp.mail import rendering
from webapp.mail.catalogue import catalogue
from webapp.mail.models import Message
from webapp.mail.smtp.conversation import Letter
from webapp.mail.smtp.relay import Relay, as_letter
from webapp.mail.smtp.replies import Fate
from webapp.privacy import deadlines
from webapp.privacy.erasure import journaling, recipients
from webapp.privacy.erasure.models import ErasureState
from webapp.privacy.erasure.recipients import Recipient
from webapp.privacy.receipts.models import Receipt

EMAIL = "privacy/erasure_receipt"
FIRST_RETRY_AFTER = timedelta(minutes=5)
LAST_RETRY_AFTER = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=5)  # RFC 5321, 4.5.4.1: "at least 4-5 days"
REFUSED, NOT_TAKEN, NOBODY = "refused", "not_taken", "nobody"


def send_due(relay: Relay, *, now: datetime) -> Iterator[None]:
    """One after the other; the caller commits at each yield. Raises RelayDown."""
    while receipt := _next(now=now):
        relay.open()
        _send(receipt, relay, now=now)
        yield


def _next(*, now: datetime) -> Receipt | None:
    due = select(Receipt).where(Receipt.sent_at.is_(None), Receipt.trouble == "", Receipt.due_at <= now)
    return db.session.scalars(due.order_by(Receipt.due_at).limit(1).with_for_update(skip_locked=True)).first()


def _send(receipt: Receipt, relay: Relay, *, now: datetime) -> None:
    erasure = receipt.erasure
    recipient = recipients.of(erasure)
    if recipient is None:
        receipt.trouble = NOBODY
        return
    verdict = next(relay.send([_letter(receipt, recipient)]))
    if verdict.fate is Fate.ACCEPTED:
        tell(receipt, now=now)
    elif verdict.fate is Fate.REFUSED:
        _give_up(receipt, REFUSED)
    elif now > deadlines.answer_by(erasure.asked_at) + GIVEN_UP_AFTER:
        _give_up(receipt, NOT_TAKEN)
    else:
        receipt.due_at = now + min(FIRST_RETRY_AFTER * 2**receipt.tries, LAST_RETRY_AFTER)
        receipt.tries += 1


def tell(receipt: Receipt, *, now: datetime) -> None:
    """Nothing leads to the person any more."""
    erasure = receipt.erasure
    recipients.forget(erasure)
    receipt.sent_at = erasure.told_at = now
    erasure.state = ErasureState.TOLD
    audit.append(Action.ERASURE_TOLD, actor_id=None, subject_id=erasure.subject_id, details=None, now=now)
    journaling.note(Event.RECEIPT_SENT, erasure, now=now)


def _give_up(receipt: Receipt, trouble: str) -> None:
    recipients.forget(receipt.erasure)
    receipt.trouble = trouble


def _letter(receipt: Receipt, recipient: Recipient) -> Letter:
    """From the company itself: should it come back, there is no row left that could be told."""
    kind = catalogue[EMAIL]
    message = Message(email=EMAIL, ids={"erasure_id": str(receipt.erasure_id), "name": recipient.name})
    with speaking(recipient.language):
        content = kind.compose(message)
        standard = {"reason": str(kind.reason), "unsubscribe_url": None, "preferences_url": None}
        rendered = rendering.render(EMAIL, standard | content.variables, language=recipient.language)
    email = rendering.compose(
        rendered,
        to=recipient.address,
        message_id=rendering.message_id(receipt.erasure_id.hex),
        headers=content.headers,
        attachments=content.attachments,
    )
    return as_letter(email, to=recipient.address, sender=settings().mail_from)
