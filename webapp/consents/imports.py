"""Taking over a yes that was given elsewhere: only with evidence, and never against what the person said themselves."""

from datetime import datetime

from sqlalchemy import select

from webapp.consents import subscriptions
from webapp.consents.models import Consent, Method, Suppression, Topic
from webapp.db import db
from webapp.subjects.models import Subject


class NoEvidence(ValueError):
    """Nobody could show later that this person agreed."""


def take_over(
    subject: Subject, topic: Topic, *, wording: str, language: str, evidence: str, given_at: datetime
) -> bool:
    """Returns whether it was taken over. `evidence` says where the yes can be seen. Raises NoEvidence."""
    if not evidence.strip():
        raise NoEvidence
    if _has_spoken(subject, topic):
        return False
    return subscriptions.subscribe(
        subject,
        topic,
        method=Method.IMPORT,
        wording=wording,
        language=language,
        evidence=evidence,
        now=given_at,
    )


def _has_spoken(subject: Subject, topic: Topic) -> bool:
    """Whether they decided about this topic here, or their address gets no marketing."""
    decided = select(Consent.id).where(Consent.subject_id == subject.id, Consent.topic_id == topic.id)
    suppressed = select(Suppression.reason).where(Suppression.address_hash == subject.address_hash)
    return any(db.session.scalar(found.limit(1)) is not None for found in (decided, suppressed))
