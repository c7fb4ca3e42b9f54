"""What follows from an email that came back: whose it was, what is counted, and who gets no more.

Only what carries an address that we signed has consequences. Everybody can write a report about anybody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from webapp.campaigns import audience
from webapp.campaigns.models import Campaign, Delivery
from webapp.consents import subscriptions, suppressions, wordings
from webapp.consents.ledger import by_words
from webapp.consents.models import Method, SuppressionReason
from webapp.consents.unsubscribe_links import read_token
from webapp.db import db
from webapp.links import InvalidLink
from webapp.mail.bounces.findings import Finding, Meaning
from webapp.mail.bounces.models import ReturnedEmail, ReturnKind
from webapp.mail.bounces.reading import Incoming
from webapp.mail.bounces.return_paths import Kind, Mark
from webapp.mail.models import Message
from webapp.subjects.models import Subject

SOFT_BOUNCES = 5  # on so many days,
FOR_WEEKS = timedelta(days=14)  # the last at least so long after the first,
LATELY = timedelta(days=90)  # all of them within this time

NOTHING_TO_DO = (Meaning.DELAYED, Meaning.DELIVERED, Meaning.AUTO_REPLY, Meaning.CHALLENGE)
FIGURES = {
    ReturnKind.HARD_BOUNCE: "bounced",
    ReturnKind.SOFT_BOUNCE: "soft_bounced",
    ReturnKind.COMPLAINT: "complained",
}


@dataclass(frozen=True)
class Email:
    """One of ours, that somebody tells us about. A service email belongs to no campaign."""

    subject: Subject
    delivery_id: int | None = None
    campaign_id: UUID | None = None
    message_id: UUID | None = None


def take_in(incoming: Incoming, *, now: datetime) -> bool:
    """Returns whether it was understood. What was not, a person should look at. Repeated, it changes nothing."""
    meaning = incoming.finding.meaning
    if meaning in NOTHING_TO_DO:
        return True
    if meaning is Meaning.UNCLEAR:
        return False
    email = _find(incoming)
    if meaning is Meaning.UNSUBSCRIBE:
        return _unsubscribe(incoming, email, now=now)
    if email is None:
        return False
    _take_back(email, incoming.finding, ReturnKind(meaning), now=now)
    return True


def _take_back(email: Email, finding: Finding, kind: ReturnKind, *, now: datetime) -> None:
    row = {
        "subject_id": email.subject.id,
        "at": now,
        "kind": kind,
        "delivery_id": email.delivery_id,
        "campaign_id": email.campaign_id,
        "message_id": email.message_id,
        "status": finding.status,
        "words": finding.words,
    }
    noting = insert(ReturnedEmail).values(row).on_conflict_do_nothing().returning(ReturnedEmail.id)
    if db.session.scalar(noting) is None:
        return
    if email.campaign_id:
        audience.count_up(email.campaign_id, FIGURES[kind], 1, now=now)
    if kind is ReturnKind.COMPLAINT:
        suppressions.complained(email.subject, now=now)
    elif kind is ReturnKind.HARD_BOUNCE:
        suppressions.add([email.subject.id], SuppressionReason.HARD_BOUNCE, now=now)
    elif _comes_back_for_weeks(email.subject, now=now):
        suppressions.add([email.subject.id], SuppressionReason.SOFT_BOUNCE, now=now)


def _comes_back_for_weeks(subject: Subject, *, now: datetime) -> bool:
    day = func.date_trunc("day", ReturnedEmail.at)
    days, first = db.session.execute(
        select(func.count(day.distinct()), func.min(ReturnedEmail.at)).where(
            ReturnedEmail.subject_id == subject.id,
            ReturnedEmail.kind == ReturnKind.SOFT_BOUNCE,
            ReturnedEmail.at > now - LATELY,
        )
    ).one()
    return days >= SOFT_BOUNCES and now - first >= FOR_WEEKS


def _unsubscribe(incoming: Incoming, email: Email | None, *, now: datetime) -> bool:
    """The subject line that our header asks for says more than the address, and outlives the ledger."""
    subject, topic_id, campaign_id = _who_leaves_what(incoming.subject) or (None, None, None)
    if subject is None and email:
        subject, campaign_id = email.subject, email.campaign_id
        campaign = db.session.get(Campaign, campaign_id) if campaign_id else None
        topic_id = campaign.topic_id if campaign else None
    if subject is None:
        return False
    shown = wordings.ONE_CLICK.shown(subject.language)
    statement = by_words(shown, method=Method.EMAIL, language=subject.language, campaign_id=campaign_id, now=now)
    if topic_id:
        subscriptions.withdraw(subject, topic_id, **statement)
    else:
        subscriptions.stop_everything(subject, **statement)
    return True


def _who_leaves_what(subject_line: str) -> tuple[Subject, UUID, UUID | None] | None:
    words = subject_line.split()
    try:
        named = read_token(words[-1]) if words else None
    except InvalidLink:
        return None
    subject = db.session.get(Subject, named.subject_id) if named else None
    return (subject, named.topic_id, named.campaign_id) if named and subject else None


def _find(incoming: Incoming) -> Email | None:
    return next((email for mark in incoming.marks if (email := _of(mark, incoming.finding.meaning))), None)


def _of(mark: Mark, meaning: Meaning) -> Email | None:
    """That the header List-Unsubscribe names an address of ours shows who complains, but not that anything bounced."""
    if mark.kind is Kind.UNSUBSCRIBE and meaning not in (Meaning.UNSUBSCRIBE, Meaning.COMPLAINT):
        return None
    email = _message(mark.message) if mark.kind is Kind.MESSAGE else _delivery(mark)
    return email if email and mark.is_genuine(to=email.subject.email) else None


def _message(key: UUID) -> Email | None:
    row = db.session.get(Message, key)
    return Email(db.session.get_one(Subject, row.subject_id), message_id=key) if row else None


def _delivery(mark: Mark) -> Email | None:
    row = db.session.get(Delivery, mark.delivery)
    if row is None:
        return None
    return Email(db.session.get_one(Subject, row.subject_id), delivery_id=row.id, campaign_id=row.campaign_id)
