"""Every email to one person, service messages and campaigns together, newest first, and why they got it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import CompoundSelect, Row, Subquery, Text, Uuid, cast, func, null, select, tuple_, union_all

from webapp.accounts.models import Profile
from webapp.campaigns.models import Campaign, Delivery
from webapp.campaigns.placeholders import filled
from webapp.consents.models import Consent
from webapp.db import db
from webapp.language import current_language
from webapp.mail.catalogue import catalogue
from webapp.mail.models import Message, State
from webapp.mail.rendering import one_line
from webapp.paging import cut
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.retention import PROOF_OF_EVENT
from webapp.subjects.models import Subject

PAGE = 20


@dataclass(frozen=True)
class Place:
    """Where a page begins or ends. It stays right while emails come in, unlike a page number."""

    at: datetime
    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError."""
        at, _separator, key = text.partition("_")
        if not key.replace("-", "").isalnum():
            raise ValueError(f"{key!r} is no key")
        return cls(datetime.fromisoformat(at), key)

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.key}"


@dataclass(frozen=True)
class EmailToMe:
    title: str
    reason: str
    marketing: bool
    state: State
    place: Place


@dataclass(frozen=True)
class Page:
    emails: list[EmailToMe]
    newer_than: Place | None
    older_than: Place | None


def page(
    subject: Subject, *, size: int = PAGE, older_than: Place | None = None, newer_than: Place | None = None
) -> Page:
    """The newest emails, or those next to a place."""
    window = _window(subject, newer_than or older_than, newer=newer_than is not None, size=size + 1)
    newest_first = [_email(row, subject) for row in _described(window, subject)]
    found = newest_first[::-1] if newer_than else newest_first
    return Page(*cut(found, lambda email: email.place, size=size, older_than=older_than, newer_than=newer_than))


def news_listed_since(*, now: datetime) -> date:
    """News and offers of before that day are forgotten, and so is that they were sent."""
    return clocks.last_day(PROOF_OF_EVENT, today=clocks.day_of(now)) + timedelta(days=1)


def _window(subject: Subject, place: Place | None, *, newer: bool, size: int) -> Subquery:
    both = _both_kinds(subject).subquery()
    order = (both.c.at, both.c.key)
    query = select(both).limit(size).order_by(*(order if newer else (column.desc() for column in order)))
    if place:
        here = tuple_(place.at, place.key)
        query = query.where(tuple_(*order) > here if newer else tuple_(*order) < here)
    return query.subquery()


def _both_kinds(subject: Subject) -> CompoundSelect[Any]:
    """`due_at` is when it was sent, or when it will be tried."""
    messages = select(
        Message.due_at.label("at"),
        cast(Message.id, Text).label("key"),
        Message.state.label("state"),
        Message.email.label("name"),
        cast(null(), Uuid).label("campaign_id"),
    ).where(Message.subject_id == subject.id)
    deliveries = select(
        func.coalesce(Delivery.sent_at, Delivery.due_at),
        cast(Delivery.id, Text),
        Delivery.state,
        cast(null(), Text),
        Delivery.campaign_id,
    ).where(Delivery.subject_id == subject.id)
    return union_all(messages, deliveries)


def _described(window: Subquery, subject: Subject) -> list[Row[Any]]:
    """Newest first, with the campaign unless it was deleted, and when the person had agreed to its topic."""
    agreed = (
        select(func.max(Consent.at))
        .where(
            Consent.subject_id == subject.id,
            Consent.topic_id == Campaign.topic_id,
            Consent.given,
            Consent.at <= window.c.at,
        )
        .scalar_subquery()
    )
    query = select(window, Campaign, agreed.label("agreed_at")).outerjoin(Campaign, Campaign.id == window.c.campaign_id)
    return list(db.session.execute(query.order_by(window.c.at.desc(), window.c.key.desc())))


def _email(row: Row[Any], subject: Subject) -> EmailToMe:
    title, reason = _about_message(row.name) if row.name else _about_campaign(row.Campaign, row.agreed_at, subject)
    return EmailToMe(title, reason, row.name is None, row.state, Place(row.at, row.key))


def _about_message(name: str) -> tuple[str, str]:
    kind = catalogue.get(name)
    if kind is None:
        return _("A message about your account"), _("We no longer send emails of this kind.")
    return str(kind.title), str(kind.reason)


def _about_campaign(campaign: Campaign | None, agreed_at: datetime | None, subject: Subject) -> tuple[str, str]:
    if campaign is None:
        return _("A campaign that was deleted since"), _("You had subscribed to its topic.")
    topic = campaign.topic.title(current_language())
    if agreed_at is None:
        return _filled(campaign.subject, subject), _("You were subscribed to “%(topic)s”.", topic=topic)
    reason = _("You subscribed to “%(topic)s” on %(date)s.", topic=topic, date=format_date(agreed_at))
    return _filled(campaign.subject, subject), reason


def _filled(text: str, subject: Subject) -> str:
    """The subject line with what we call the person now."""
    profile = db.session.get(Profile, subject.id)
    values = {"email": subject.email} | {
        name: getattr(profile, name) for name in ("given_name", "family_name", "full_name", "organization") if profile
    }
    return one_line(filled(text, values))
