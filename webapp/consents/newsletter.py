"""The newsletter for everybody, customer or not, by double opt-in: a form, an email, and a button behind its link.

What somebody enters about an address counts for nothing until its mailbox says yes, and is forgotten otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from webapp import links
from webapp.audit import Action
from webapp.consents import subscriptions, wordings
from webapp.consents.models import Method, NewsletterRequest, Topic
from webapp.consents.unsubscribe_links import token_for
from webapp.db import db
from webapp.links import ExpiredLink, Link, Purpose
from webapp.mail import messages
from webapp.subjects import subjects, trail
from webapp.subjects.models import Subject

BETWEEN_TWO_EMAILS = timedelta(minutes=1)
MOST_EMAILS_AN_HOUR = 5


@dataclass(frozen=True)
class Entries:
    """What the form brought. `topics`: the ticked ones by id, with the sentence beside the box."""

    address: str
    topics: Mapping[str, str]
    language: str


class NothingToConfirm(Exception):
    """The link is too old, or what was entered is forgotten."""


def ask(entries: Entries, *, network: str, now: datetime) -> None:
    """Sends an email whoever has the address, unless its mailbox just got one. Raises InvalidAddress."""
    subject = subjects.find_or_create(entries.address, language=entries.language)
    db.session.refresh(subject, with_for_update=True)  # of two at the same moment one is counted first
    if _had_enough(subject, now=now):
        return
    request = NewsletterRequest(
        subject=subject, topics=dict(entries.topics), language=entries.language, network=network, asked_at=now
    )
    db.session.add(request)
    db.session.flush()
    trail.record(Action.NEWSLETTER_ASKED, subject, now=now)
    messages.send("consents/confirm_newsletter", subject, now=now, request=str(request.id))


def link_token(request: NewsletterRequest, *, now: datetime) -> str:
    return links.sign(Purpose.CONFIRM_NEWSLETTER, now=now, request=str(request.id))


def read(token: str, *, now: datetime) -> NewsletterRequest:
    """What the link would confirm, or has confirmed. Raises InvalidLink or NothingToConfirm."""
    return _named_by(_link(token, now=now))


def confirm(token: str, *, network: str, now: datetime) -> None:
    """The mailbox says yes. Raises InvalidLink, NothingToConfirm, or UsedLink when it said so already."""
    link = _link(token, now=now)
    links.use_once(link, now=now)
    accept(_named_by(link), network=network, now=now)


def accept(request: NewsletterRequest, *, network: str, now: datetime) -> None:
    """What was asked for counts from now on."""
    request.confirmed_at = now
    request.subject.language = request.language
    for topic, wording in asked_for(request):
        subscriptions.subscribe(
            request.subject,
            topic,
            method=Method.NEWSLETTER,
            wording=wording,
            wording_version=wordings.TOPIC_BOX.version,
            language=request.language,
            network=network,
            evidence=f"form {request.asked_at.isoformat(timespec='seconds')} {request.network}",
            now=now,
        )


def asked_for(request: NewsletterRequest) -> list[tuple[Topic, str]]:
    """The topics that are still there, with the words beside their boxes."""
    ids = [UUID(topic_id) for topic_id in request.topics]
    topics = db.session.scalars(select(Topic).where(Topic.id.in_(ids)).order_by(Topic.position))
    return [(topic, request.topics[str(topic.id)]) for topic in topics]


def preferences_token(request: NewsletterRequest) -> str:
    """The link for ever, with which the person changes their mind."""
    return token_for(request.subject_id, topic_id=UUID(next(iter(request.topics))), campaign_id=None)


def forget_some(*, before: datetime, limit: int) -> int:
    """What was confirmed is in the ledger. What was not is forgotten, and the address with it. Says how many."""
    old = select(NewsletterRequest.id).where(NewsletterRequest.asked_at < before).limit(limit)
    forgetting = delete(NewsletterRequest).where(NewsletterRequest.id.in_(old))
    forgotten = db.session.scalars(forgetting.returning(NewsletterRequest.subject_id)).all()
    subjects.forget_strangers(forgotten)
    return len(forgotten)


def _had_enough(subject: Subject, *, now: datetime) -> bool:
    """Others can type this address too."""
    asked = select(func.count(), func.max(NewsletterRequest.asked_at)).where(
        NewsletterRequest.subject_id == subject.id, NewsletterRequest.asked_at > now - timedelta(hours=1)
    )
    count, last = db.session.execute(asked).one()
    return count >= MOST_EMAILS_AN_HOUR or (last is not None and now - last < BETWEEN_TWO_EMAILS)


def _link(token: str, *, now: datetime) -> Link:
    try:
        return links.read(Purpose.CONFIRM_NEWSLETTER, token, now=now)
    except ExpiredLink:
        raise NothingToConfirm from None


def _named_by(link: Link) -> NewsletterRequest:
    request = db.session.get(NewsletterRequest, UUID(link.data["request"]))
    if request is None:
        raise NothingToConfirm
    return request
