"""What a person sees of their choices: what they get or allow, since when, and how it came to that."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from webapp.consents import subscriptions, suppressions, wordings
from webapp.consents.models import (
    TRACKING,
    Consent,
    ConsentPurpose,
    Method,
    SuppressionReason,
    Topic,
    TrackingChoice,
)
from webapp.db import db
from webapp.language import current_language
from webapp.subjects.models import Subject

HOW: dict[Method, LazyString] = {
    Method.SIGN_UP_FORM: _l("when you signed up"),
    Method.ACCOUNT: _l("in your account"),
    Method.UNSUBSCRIBE_LINK: _l("by a link in an email"),
    Method.ONE_CLICK: _l("in your mail program"),
    Method.EMAIL: _l("by an email to us"),
    Method.COMPLAINT: _l("by reporting an email as spam"),
    Method.IMPORT: _l("taken over from an earlier list"),
    Method.NEWSLETTER: _l("by our newsletter form"),
    Method.COOKIES_PAGE: _l("on the page about cookies"),
    Method.PRIVACY_SIGNAL: _l("by the privacy signal of your browser"),
    Method.API: _l("in another of our systems"),
    Method.OBJECTION: _l("by your objection"),
    Method.ERASURE: _l("when your data was deleted"),
}


@dataclass(frozen=True)
class TopicChoice:
    """`last` is the line of the ledger that decided; None when the person never said anything about the topic."""

    topic: Topic
    subscribed: bool
    last: Consent | None

    @property
    def how(self) -> LazyString | None:
        return HOW[self.last.method] if self.last else None


@dataclass(frozen=True)
class TrackingSwitch:
    """`since` and `how` are None when the person never said anything about it."""

    kind: ConsentPurpose
    title: str
    sentence: str
    allowed: bool
    since: datetime | None
    how: LazyString | None


@dataclass(frozen=True)
class Choices:
    topics: list[TopicChoice]
    suppressed: SuppressionReason | None

    @property
    def everything_off(self) -> bool:
        return self.suppressed is not None and not any(choice.subscribed for choice in self.topics)

    def of(self, topic_id: UUID) -> TopicChoice | None:
        return next((choice for choice in self.topics if choice.topic.id == topic_id), None)


def of_subject(subject: Subject) -> Choices:
    subscribed, last = subscriptions.subscribed_topic_ids(subject), _last_lines(subject)
    topics = [
        TopicChoice(topic, topic.id in subscribed, _later(last.get(topic.id), last.get(None)))
        for topic in subscriptions.topics()
    ]
    return Choices(topics, suppressed=_suppression(subject))


def of_tracking(subject: Subject) -> list[TrackingSwitch]:
    """In the language of the page."""
    return [_tracking_switch(kind, chosen) for kind, chosen in _tracking_choices(subject).items()]


def _tracking_switch(kind: ConsentPurpose, chosen: tuple[TrackingChoice, Method | None] | None) -> TrackingSwitch:
    title, sentence = wordings.TRACKING[kind].lines(current_language())
    if chosen is None:
        return TrackingSwitch(kind, title, sentence, allowed=False, since=None, how=None)
    choice, method = chosen
    how = HOW[method] if method else None
    return TrackingSwitch(kind, title, sentence, allowed=choice.allowed, since=choice.changed_at, how=how)


def _tracking_choices(subject: Subject) -> dict[ConsentPurpose, tuple[TrackingChoice, Method | None] | None]:
    """Each choice with the way in which it was made last."""
    about_it = [Consent.subject_id == subject.id, Consent.purpose == TrackingChoice.kind]
    method = select(Consent.method).where(*about_it).order_by(Consent.at.desc()).limit(1).scalar_subquery()
    chosen = db.session.execute(select(TrackingChoice, method).where(TrackingChoice.subject_id == subject.id))
    found = {choice.kind: (choice, how) for choice, how in chosen}
    return {kind: found.get(kind) for kind in TRACKING}


def _last_lines(subject: Subject) -> dict[UUID | None, Consent]:
    """The latest line of the ledger for each topic, and under None the latest that was about all of them."""
    about_topics = [Consent.subject_id == subject.id, Consent.purpose == ConsentPurpose.TOPIC]
    lines = select(Consent).where(*about_topics).order_by(Consent.topic_id, Consent.at.desc())
    return {line.topic_id: line for line in db.session.scalars(lines.ext(distinct_on(Consent.topic_id)))}


def _later(one: Consent | None, other: Consent | None) -> Consent | None:
    return max((line for line in (one, other) if line), key=lambda line: line.at, default=None)


def _suppression(subject: Subject) -> SuppressionReason | None:
    """What they can do least about, if there are several."""
    found = suppressions.of(subject.address_hash)
    return found[0].reason if found else None
