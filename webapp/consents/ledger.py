"""Writing in the ledger of consents. A line is never changed: who changes their mind gets another one."""

from datetime import datetime
from typing import NotRequired, TypedDict
from uuid import UUID

from flask_babel import gettext as _

from webapp import changes
from webapp.audit import Action
from webapp.changes import Change
from webapp.consents.models import Consent, ConsentPurpose, Method, Topic
from webapp.consents.wordings import Shown
from webapp.db import db
from webapp.journal import entries as journal
from webapp.journal.models import Event
from webapp.language import speaking
from webapp.subjects import trail
from webapp.subjects.models import Subject


class Statement(TypedDict):
    """What somebody told us: how, by which words of which version, in which language, when, and from where.

    `evidence` says where an imported yes came from.
    """

    method: Method
    wording: str
    language: str
    now: datetime
    wording_version: NotRequired[str]
    network: NotRequired[str]
    evidence: NotRequired[str]
    campaign_id: NotRequired[UUID | None]


ACTIONS = {
    (ConsentPurpose.TOPIC, True): Action.CONSENT_GIVEN,
    (ConsentPurpose.TOPIC, False): Action.CONSENT_WITHDRAWN,
    (ConsentPurpose.USAGE, True): Action.TRACKING_ALLOWED,
    (ConsentPurpose.USAGE, False): Action.TRACKING_STOPPED,
    (ConsentPurpose.NEARBY, True): Action.TRACKING_ALLOWED,
    (ConsentPurpose.NEARBY, False): Action.TRACKING_STOPPED,
}
CHANGES = {True: Change.CONSENT_GIVEN, False: Change.CONSENT_WITHDRAWN}


def by_words(
    shown: Shown, *, method: Method, language: str, now: datetime, network: str = "", campaign_id: UUID | None = None
) -> Statement:
    """Of the register of words."""
    return Statement(
        method=method,
        wording=shown.text,
        wording_version=shown.version,
        language=language,
        network=network,
        campaign_id=campaign_id,
        now=now,
    )


def write_topic(subject: Subject, topic: Topic | None, *, given: bool, statement: Statement) -> None:
    """Without a topic it is about all of them."""
    line = _line(subject, ConsentPurpose.TOPIC, given=given, statement=statement)
    line.topic_id = topic.id if topic else None
    line.topic_title = _title(topic, statement["language"])
    _write(line, subject, ACTIONS[line.purpose, given] if topic else Action.MARKETING_STOPPED)
    _tell(line, CHANGES[given] if topic else Change.MARKETING_STOPPED, topic=topic.slug if topic else "")


def write_tracking(subject: Subject, kind: ConsentPurpose, *, title: str, given: bool, statement: Statement) -> None:
    line = _line(subject, kind, given=given, statement=statement)
    line.topic_title = title
    _write(line, subject, ACTIONS[kind, given])
    _tell(line, CHANGES[given], topic="")


def _line(subject: Subject, purpose: ConsentPurpose, *, given: bool, statement: Statement) -> Consent:
    return Consent(
        subject_id=subject.id,
        purpose=purpose,
        given=given,
        method=statement["method"],
        wording=statement["wording"],
        wording_version=statement.get("wording_version", ""),
        language=statement["language"],
        network=statement.get("network", ""),
        evidence=statement.get("evidence", ""),
        campaign_id=statement.get("campaign_id"),
        at=statement["now"],
    )


def _write(line: Consent, subject: Subject, action: Action) -> None:
    """In the ledger, and in the audit log."""
    db.session.add(line)
    trail.record(action, subject, now=line.at, topic=line.topic_title, method=line.method)
    if not line.given:
        _write_in_journal(line, subject)


def _write_in_journal(line: Consent, subject: Subject) -> None:
    """A no must hold even if the database is lost and an older one put back."""
    facts = {"method": line.method.value, "language": line.language}
    event, about = Event.TRACKING_STOPPED, {"kind": line.purpose.value}
    if line.purpose is ConsentPurpose.TOPIC:
        event, about = Event.WITHDRAWN, {"topic_id": str(line.topic_id)} if line.topic_id else {}
    journal.record(event, subject.id, address_hash=subject.address_hash, now=line.at, **facts, **about)


def _tell(line: Consent, change: Change, *, topic: str) -> None:
    """The company's other systems. What was taken over from one of them they know."""
    if line.method is not Method.IMPORT:
        changes.record(change, line.subject_id, now=line.at, purpose=line.purpose, topic=topic)


def _title(topic: Topic | None, language: str) -> str:
    if topic:
        return topic.title(language)
    with speaking(language):
        return str(_("All marketing emails"))
