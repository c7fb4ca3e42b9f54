"""Erasures that an older database does not know of, or that were not carried out in it yet.

What counts is how each of them ended: taken back, begun, or still waiting in the days in which it can be stopped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from webapp.consents import erasing
from webapp.db import db
from webapp.journal.models import Event
from webapp.privacy import manifest
from webapp.privacy.erasure import erasures, recipients
from webapp.privacy.erasure.models import DONE, OPEN, Cause, Erasure, ErasureState
from webapp.privacy.receipts.models import Receipt
from webapp.subjects.models import Subject

Line = dict[str, Any]
EVENTS = (Event.ERASURE_CONFIRMED, Event.ERASURE_CANCELLED, Event.ERASURE_BEGUN, Event.RECEIPT_SENT)


@dataclass
class Course:
    """What the journal knows of one erasure."""

    id: UUID
    subject_id: UUID
    cause: Cause
    asked_at: datetime
    starts_at: datetime
    address_hash: bytes | None = None
    cancelled_at: datetime | None = None
    begun: bool = False
    told_at: datetime | None = None


class Courses:
    def __init__(self) -> None:
        self._by_id: dict[UUID, Course] = {}

    def learn(self, line: Line) -> None:
        course = self._course(line)
        if line["event"] == Event.ERASURE_CANCELLED:
            course.cancelled_at = datetime.fromisoformat(line["at"])
        if line["event"] == Event.ERASURE_BEGUN:
            course.begun, course.address_hash = True, bytes.fromhex(line["address_hash"])
        if line["event"] == Event.RECEIPT_SENT:
            course.told_at = datetime.fromisoformat(line["at"])

    def follow(self, *, now: datetime) -> Iterator[None]:
        """Safe to repeat; the caller commits at each yield."""
        for course in self._by_id.values():
            yield from _follow(course, now=now)
            yield

    def _course(self, line: Line) -> Course:
        key, facts = UUID(line["facts"]["erasure_id"]), line["facts"]
        if key not in self._by_id:
            asked_at, starts_at = (datetime.fromisoformat(facts[name]) for name in ("asked_at", "starts_at"))
            self._by_id[key] = Course(key, UUID(line["subject_id"]), Cause(facts["cause"]), asked_at, starts_at)
        return self._by_id[key]


def _follow(course: Course, *, now: datetime) -> Iterator[None]:
    subject = db.session.get(Subject, course.subject_id)
    if subject is None:  # whoever came after this database was saved; if they come back, they are not marketed to
        if course.address_hash:
            erasing.keep_quiet(course.address_hash, now=now)
        return
    if course.cancelled_at:
        _cancel(course)
    elif subject.erased_at is None:
        erasure = _planned(course, subject, now=now)
        yield
        if course.begun:
            yield from erasures.work_on(erasure.id, now=now)
    if course.told_at:
        _forget_recipient(course)


def _cancel(course: Course) -> None:
    """The person was told when they did it."""
    erasure = erasures.find(course.id)
    if erasure and erasure.state in OPEN:
        erasure.state, erasure.finished_at = ErasureState.CANCELLED, course.cancelled_at


def _planned(course: Course, subject: Subject, *, now: datetime) -> Erasure:
    """Under the number that it had, so that links in emails go on working."""
    wish = {"id": course.id, "subject_id": subject.id, "cause": course.cause, "state": ErasureState.PLANNED}
    blank = {"asked_at": course.asked_at, "plan_hash": "", "manifest_hash": manifest.current().hash}
    db.session.execute(insert(Erasure).values(wish | blank).on_conflict_do_nothing())
    erasure = erasures.begin(subject, Cause.RESTORE if course.told_at else course.cause, now=now)
    erasure.asked_at, erasure.starts_at = course.asked_at, now if course.begun else max(course.starts_at, now)
    return erasure


def _forget_recipient(course: Course) -> None:
    """They have their receipt already."""
    erasure = erasures.find(course.id)
    if erasure is None or erasure.state not in DONE:
        return
    recipients.forget(erasure)
    erasure.state, erasure.told_at = ErasureState.TOLD, course.told_at
    if receipt := db.session.get(Receipt, course.id):
        receipt.sent_at = course.told_at
