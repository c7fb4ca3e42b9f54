"""What somebody asked of us, of every kind, the newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from sqlalchemy import select

from webapp.consents.models import Use
from webapp.db import db
from webapp.privacy import deadlines, exports
from webapp.privacy.closing.models import Closure
from webapp.privacy.data_map.words import ERASURE_STATES, EXPORT_STATES, RESTRICTED_USES
from webapp.privacy.erasure.models import OPEN as OPEN_ERASURES
from webapp.privacy.erasure.models import Erasure
from webapp.privacy.models import OPEN
from webapp.privacy.requests.vocabulary import Kind
from webapp.privacy.requests.words import closure_state, restriction_state
from webapp.privacy.restrictions import restrictions
from webapp.subjects.models import Subject

LONGEST_LIST = 50


@dataclass(frozen=True)
class OwnRequest:
    """`due_at` is by when we do it; None once it is done, or if there is nothing to do. `page` is where it is shown."""

    kind: Kind
    about: LazyString | None
    asked_at: datetime
    state: LazyString
    due_at: datetime | None
    page: str
    extended: bool = False


def of(subject: Subject, *, now: datetime) -> list[OwnRequest]:
    found = [*_copies(subject), *_erasures(subject), *_restrictions(subject, now=now), *_closures(subject)]
    return sorted(found, key=lambda request: request.asked_at, reverse=True)


def _copies(subject: Subject) -> Iterator[OwnRequest]:
    for copy in exports.of(subject):
        due = deadlines.answer_by(copy.requested_at) if copy.state in OPEN else None
        yield OwnRequest(Kind.COPY, None, copy.requested_at, EXPORT_STATES[copy.state], due, "privacy.data")


def _erasures(subject: Subject) -> Iterator[OwnRequest]:
    mine = select(Erasure).where(Erasure.subject_id == subject.id).order_by(Erasure.asked_at.desc())
    for erasure in db.session.scalars(mine.limit(LONGEST_LIST)):
        due = deadlines.answer_by(erasure.asked_at) if erasure.state in OPEN_ERASURES else None
        yield OwnRequest(Kind.ERASURE, None, erasure.asked_at, ERASURE_STATES[erasure.state], due, "erasure.plan")


def _restrictions(subject: Subject, *, now: datetime) -> Iterator[OwnRequest]:
    for found in restrictions.of(subject):
        yield OwnRequest(
            Kind.RESTRICTION if found.use is Use.EVERYTHING else Kind.OBJECTION,
            RESTRICTED_USES[found.use],
            found.asked_at,
            restriction_state(found, now=now),
            found.due_at if found.is_open else None,
            "restrictions.restrictions",
            extended=found.extended_at is not None,
        )


def _closures(subject: Subject) -> Iterator[OwnRequest]:
    mine = select(Closure).where(Closure.subject_id == subject.id).order_by(Closure.asked_at.desc())
    for closure in db.session.scalars(mine.limit(LONGEST_LIST)):
        due = closure.delete_at if closure.ended_at is None else None
        yield OwnRequest(Kind.CLOSURE, None, closure.asked_at, closure_state(closure), due, "closing.closure")
