"""Who gets which topic. Each change is one line in the ledger of consents, and takes effect with the commit."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Unpack
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from webapp.consents import in_force, ledger
from webapp.consents.ledger import Statement
from webapp.consents.models import Consent, Departure, Method, Subscription, Suppression, SuppressionReason, Topic, Use
from webapp.db import db
from webapp.subjects.models import Subject

# Which suppressions a yes ends; any other way than these ends what the person had stopped themselves.
LIFTED_BY: dict[Method, Collection[SuppressionReason]] = {
    Method.IMPORT: (),
    Method.API: (),
    Method.ACCOUNT: (SuppressionReason.EVERYTHING_OFF, SuppressionReason.ERASED),
    Method.NEWSLETTER: tuple(SuppressionReason),
    Method.SIGN_UP_FORM: tuple(SuppressionReason),
}


def topics() -> Sequence[Topic]:
    return db.session.scalars(select(Topic).order_by(Topic.position, Topic.slug)).all()


def subscribed_topic_ids(subject: Subject) -> set[UUID]:
    subscribed = select(Subscription.topic_id).where(Subscription.subject_id == subject.id, Subscription.subscribed)
    return set(db.session.scalars(subscribed))


def topics_of(subject: Subject) -> list[tuple[Topic, bool]]:
    """Every topic, and whether this person gets it."""
    mine = (Subscription.topic_id == Topic.id) & (Subscription.subject_id == subject.id) & Subscription.subscribed
    every = select(Topic, Subscription.topic_id.is_not(None)).outerjoin(Subscription, mine)
    return [(row[0], row[1]) for row in db.session.execute(every.order_by(Topic.position, Topic.slug))]


def subscribe(subject: Subject, topic: Topic, **statement: Unpack[Statement]) -> bool:
    """Returns whether anything changed.

    An address that bounced or complained stays suppressed until its own mailbox says yes: by double opt-in.
    """
    reasons = LIFTED_BY.get(statement["method"], (SuppressionReason.EVERYTHING_OFF,))
    lifted = _lift(subject, reasons)
    changed = _set(subject, topic, subscribed=True, now=statement["now"]) or lifted
    if changed and SuppressionReason.EVERYTHING_OFF in reasons:
        in_force.ended_by_a_yes(subject, Use.MARKETING, now=statement["now"])
    if changed:
        ledger.write_topic(subject, topic, given=True, statement=statement)
    return changed


def withdraw(subject: Subject, topic_id: UUID, **statement: Unpack[Statement]) -> bool:
    """Returns whether anything changed. Nobody knows what followed a topic that is gone: then everything goes off."""
    topic = db.session.get(Topic, topic_id)
    if topic is None:
        return stop_everything(subject, **statement)
    changed = _set(subject, topic, subscribed=False, now=statement["now"])
    if changed:
        _count_departure(subject, statement.get("campaign_id"), now=statement["now"])
        ledger.write_topic(subject, topic, given=False, statement=statement)
    return changed


def stop_everything(subject: Subject, **statement: Unpack[Statement]) -> bool:
    """All topics off, and the address suppressed, so no import brings it back. Returns whether anything changed."""
    withdrawn = db.session.scalars(
        update(Subscription)
        .where(Subscription.subject_id == subject.id, Subscription.subscribed)
        .values(subscribed=False, changed_at=statement["now"])
        .returning(Subscription.topic_id)
    ).all()
    changed = suppress(subject.address_hash, now=statement["now"]) or bool(withdrawn)
    if changed:
        _count_departure(subject, statement.get("campaign_id"), now=statement["now"])
        ledger.write_topic(subject, None, given=False, statement=statement)
    return changed


def suppress(address_hash: bytes, *, now: datetime) -> bool:
    """No marketing to this address any more, whoever has it. Returns whether anything changed."""
    row = {"address_hash": address_hash, "reason": SuppressionReason.EVERYTHING_OFF, "at": now}
    suppressing = insert(Suppression).values(row).on_conflict_do_nothing()
    return db.session.scalar(suppressing.returning(Suppression.address_hash)) is not None


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


def _count_departure(subject: Subject, campaign_id: UUID | None, *, now: datetime) -> None:
    """The campaign that made somebody leave counts each person once. Emails that wait are not sent, for each claim of
    them asks anew what their readers want."""
    left_before = exists().where(
        Consent.subject_id == subject.id, Consent.campaign_id == campaign_id, Consent.given.is_(False)
    )
    if campaign_id and not db.session.scalar(select(left_before)):
        db.session.add(Departure(campaign_id=campaign_id, at=now))


def _lift(subject: Subject, reasons: Collection[SuppressionReason]) -> bool:
    lifting = delete(Suppression).where(
        Suppression.address_hash == subject.address_hash, Suppression.reason.in_(reasons)
    )
    return db.session.scalar(lifting.returning(Suppression.address_hash)) is not None
