"""Service messages: written in the transaction that causes them, sent a moment later."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update

from webapp import queue
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.journal import restores
from webapp.language import speaking
from webapp.mail import delivery
from webapp.mail.bounces import return_paths
from webapp.mail.catalogue import catalogue
from webapp.mail.models import Message, State
from webapp.mail.rendering import compose, message_id, render
from webapp.mail.smtp.conversation import Letter
from webapp.mail.smtp.relay import Relay, as_letter
from webapp.subjects.models import Subject


def send(email: str, subject: Subject, *, now: datetime, **ids: str) -> None:
    """Writes down a service email for this person; a worker sends it after the commit."""
    if email not in catalogue:
        raise LookupError(f"no email is registered as {email!r}")
    db.session.add(Message(subject_id=subject.id, email=email, ids=ids, due_at=now))
    queue.poke(queue.Job.SEND_MESSAGES)


def send_to_many(email: str, subject_ids: Sequence[UUID], *, now: datetime, **ids: str) -> None:
    """The same to all of them. It waits for whatever goes to one person."""
    rows = [{"subject_id": person, "email": email, "ids": ids, "due_at": now, "bulk": True} for person in subject_ids]
    if rows:
        db.session.execute(insert(Message), rows)
        queue.poke(queue.Job.SEND_MESSAGES)


def deliver_due(relay: Relay, *, worker: UUID, until: datetime) -> Iterator[None]:
    """Sends what is due, and pokes for the rest after `until`. The caller commits at each yield. Raises RelayDown.

    What goes to one person goes first: somebody who waits for a new password does not wait for a mass of notices.
    """
    while claimed := _claim(worker=worker, bulk=False) or _claim(worker=worker, bulk=True):
        yield
        for _ in delivery.deliver(LEDGER, [_parcel(row) for row in claimed], worker=worker, relay=relay, until=until):
            yield
        if utc_now() > until:
            queue.poke(queue.Job.SEND_MESSAGES)
            return


def recover(*, now: datetime) -> None:
    delivery.recover(LEDGER, now=now)


def sent_recently(email: str, subject: Subject, *, within: timedelta, now: datetime) -> bool:
    """Whether this person was sent this email lately, so that a button pressed often does not flood a mailbox."""
    recent = select(Message.id).where(
        Message.subject_id == subject.id, Message.email == email, Message.created_at > now - within
    )
    return db.session.scalar(recent.limit(1)) is not None


def _claim(*, worker: UUID, bulk: bool) -> list[tuple[UUID, int]]:
    """The rows are found once: a mere subquery may be run again for each row, and take more each time."""
    due = (
        select(Message.id)
        .where(Message.state == State.PENDING, Message.bulk.is_(bulk), Message.due_at <= utc_now())
        .where(restores.written_since(Message.created_at))
        .order_by(Message.due_at)
        .limit(delivery.AT_ONCE if bulk else delivery.CLAIM)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claiming = (
        update(Message)
        .where(Message.id.in_(select(due.c.id)))
        .values(state=State.CLAIMED, claimed_by=worker)
        .returning(Message.id, Message.attempts)
        .execution_options(synchronize_session=False)
    )
    return [(row.id, row.attempts) for row in db.session.execute(claiming)]


def _parcel(claimed: tuple[UUID, int]) -> delivery.Parcel:
    key, attempts = claimed
    return delivery.Parcel(key, attempts, lambda _offers: _compose(key))


def _tell_of_sent(keys: Sequence[UUID | int]) -> None:
    told = [kind.name for kind in catalogue.values() if kind.when_sent]
    if not keys:
        return
    for message in db.session.scalars(select(Message).where(Message.id.in_(keys), Message.email.in_(told))):
        kind = catalogue[message.email]
        if kind.when_sent:
            kind.when_sent(message)


def _compose(key: UUID) -> Letter:
    message = db.session.get_one(Message, key)
    subject = db.session.get_one(Subject, message.subject_id)
    kind = catalogue[message.email]
    with speaking(subject.language):
        content = kind.compose(message)
        standard = {"reason": str(kind.reason), "unsubscribe_url": None, "preferences_url": None}
        variables = standard | content.variables
        rendered = content.rendered or render(message.email, variables, language=subject.language)
    to = content.to or subject.email
    email = compose(
        rendered,
        to=to,
        message_id=message_id(message.id.hex),
        headers=content.headers,
        attachments=content.attachments,
    )
    ours = return_paths.ours()
    sender = ours.for_message(message.id, to=to) if ours else settings().mail_from
    return as_letter(email, to=to, sender=sender)


LEDGER = delivery.Ledger(Message, Message.id, resend_uncertain=True, when_sent=_tell_of_sent)
