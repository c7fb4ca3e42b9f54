"""Who gets which topic. Each change is one line in the ledger of consents, and takes effect with the commit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from webapp import queue
from webapp.audit import Action
from webapp.consents.models import Consent, Method, Subscription, Suppression, SuppressionReason, Topic
from webapp.db import db
from webapp.subjects import trail
from webapp.subjects.models import Subject


def topics() -> Sequence[Topic]:
    return db.session.scalars(select(Topic).order_by(Topic.position, Topic.slug)).all()


def subscribed_topic_ids(subject: Subject) -> set[UUID]:
    subscribed = select(Subscription.topic_id).where(Subscription.subject_id == subject.id, Subscription.subscribed)
    return set(db.session.scalars(subscribed))


def subscribe(subject: Subject, topic: Topic, *, method: Method, wording: str, language: str, now: datetime) -> bool:
    """Returns whether anything changed. An address that bounced or complained stays suppressed."""
    if method is not Method.IMPORT:
        _lift_everything_off(subject)
    if not _set(subject, topic, subscribed=True, now=now):
        return False
    title = topic.title(language)
    _write_down(subject, topic.id, title, given=True, method=method, wording=wording, language=language, now=now)
    trail.record(Action.CONSENT_GIVEN, subject, now=now, topic=title, method=method)
    return True


def withdraw(
    subject: Subject,
    topic_id: UUID,
    *,
    method: Method,
    wording: str,
    language: str,
    now: datetime,
    campaign_id: UUID | None = None,
) -> bool:
    """Returns whether anything changed. Nobody knows what followed a topic that is gone: then everything goes off."""
    topic = db.session.get(Topic, topic_id)
    if topic is None:
        return stop_everything(
            subject, method=method, wording=wording, language=language, now=now, campaign_id=campaign_id
        )
    if not _set(subject, topic, subscribed=False, now=now):
        return False
    title = topic.title(language)
    _settle_later(subject, topic.id, campaign_id)
    _write_down(
        subject, topic.id, title, method=method, wording=wording, language=language, now=now, campaign_id=campaign_id
    )
    trail.record(Action.CONSENT_WITHDRAWN, subject, now=now, topic=title, method=method)
    return True


def stop_everything(
    subject: Subject,
    *,
    method: Method,
    wording: str,
    language: str,
    now: datetime,
    campaign_id: UUID | None = None,
) -> bool:
    """All topics off, and the address suppressed, so that no import brings it back. Whether anything changed."""
    withdrawn = db.session.scalars(
        update(Subscription)
        .where(Subscription.subject_id == subject.id, Subscription.subscribed)
        .values(subscribed=False, changed_at=now)
        .returning(Subscription.topic_id)
    ).all()
    if not _suppress(subject, now=now) and not withdrawn:
        return False
    with force_locale(language):
        title = _("All marketing emails")
    _settle_later(subject, None, campaign_id)
    _write_down(
        subject, None, title, method=method, wording=wording, language=language, now=now, campaign_id=campaign_id
    )
    trail.record(Action.MARKETING_STOPPED, subject, now=now, method=method)
    return True


def _set(subject: Subject, topic: Topic, *, subscribed: bool, now: datetime) -> bool:
    """Of two at the same moment exactly one changes anything."""
    row = {"subject_id": subject.id, "topic_id": topic.id, "subscribed": subscribed, "changed_at": now}
    upsert = (
        insert(Subscription)
        .values(row)
        .on_conflict_do_update(
            index_elements=["subject_id", "topic_id"],
            set_={"subscribed": subscribed, "changed_at": now},
            where=Subscription.subscribed.is_not(subscribed),
        )
    )
    return db.session.scalar(upsert.returning(Subscription.subject_id)) is not None


def _write_down(
    subject: Subject,
    topic_id: UUID | None,
    title: str,
    *,
    method: Method,
    wording: str,
    language: str,
    now: datetime,
    given: bool = False,
    campaign_id: UUID | None = None,
) -> None:
    db.session.add(
        Consent(
            subject_id=subject.id,
            topic_id=topic_id,
            topic_title=title,
            given=given,
            method=method,
            wording=wording,
            language=language,
            campaign_id=campaign_id,
            at=now,
        )
    )


def _settle_later(subject: Subject, topic_id: UUID | None, campaign_id: UUID | None) -> None:
    """Emails that wait to be sent are taken back, and the campaign counts a person who left: each one once."""
    left_before = select(Consent.id).where(
        Consent.subject_id == subject.id, Consent.campaign_id == campaign_id, Consent.given.is_(False)
    )
    counted = campaign_id if campaign_id and db.session.scalar(left_before.limit(1)) is None else None
    queue.later(
        queue.Job.SETTLE_WITHDRAWAL,
        subject_id=str(subject.id),
        topic_id=str(topic_id or ""),
        campaign_id=str(counted or ""),
    )


def _suppress(subject: Subject, *, now: datetime) -> bool:
    row = {"address_hash": subject.address_hash, "reason": SuppressionReason.EVERYTHING_OFF, "at": now}
    suppressing = insert(Suppression).values(row).on_conflict_do_nothing().returning(Suppression.address_hash)
    return db.session.scalar(suppressing) is not None


def _lift_everything_off(subject: Subject) -> None:
    db.session.execute(
        delete(Suppression).where(
            Suppression.address_hash == subject.address_hash, Suppression.reason == SuppressionReason.EVERYTHING_OFF
        )
    )
