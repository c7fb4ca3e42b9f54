"""Everything that people asked of us and that is not done yet, of every kind, what is due first comes first."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.consents.models import Restriction, Use
from webapp.db import db
from webapp.privacy import deadlines
from webapp.privacy.closing.models import Closure
from webapp.privacy.erasure.models import OPEN as OPEN_ERASURES
from webapp.privacy.erasure.models import Cause, Erasure, ErasureState
from webapp.privacy.models import OPEN, DataExport, ExportState
from webapp.privacy.requests.vocabulary import Kind, Request, Stage
from webapp.subjects.models import Subject

LONGEST_LIST = 100  # of each kind
CLOSURES_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Overview:
    """`near` have ten days left or less, `late` none."""

    requests: Sequence[Request]
    counts: Counter[Kind]
    near: int
    late: int


def overview(*, now: datetime, kind: Kind | None = None) -> Overview:
    everything = every_one(now=now)
    ours = [request for request in everything if request.stage is Stage.OURS]
    late = sum(request.due_at < now for request in ours)
    return Overview(
        requests=[request for request in everything if kind in (None, request.kind)],
        counts=Counter(request.kind for request in everything),
        near=sum(bool(deadlines.warnings(request.due_at, now=now)) for request in ours) - late,
        late=late,
    )


def every_one(*, now: datetime) -> list[Request]:
    return sorted((request for source in SOURCES for request in source(now)), key=lambda request: request.due_at)


def ours(*, now: datetime) -> list[Request]:
    """Those that nobody but us can do: their time is running."""
    return [request for request in every_one(now=now) if request.stage is Stage.OURS]


def _copies(now: datetime) -> Iterator[Request]:
    waiting = select(DataExport).options(joinedload(DataExport.subject)).where(DataExport.state.in_(OPEN))
    for copy in db.session.scalars(waiting.order_by(DataExport.requested_at).limit(LONGEST_LIST)):
        stage = Stage.PERSON if copy.state is ExportState.UNCONFIRMED else Stage.OURS
        due = deadlines.answer_by(copy.requested_at)
        yield Request(Kind.COPY, copy.id, copy.subject.email, copy.requested_at, due, stage, "privacy.staff_copies")


def _erasures(now: datetime) -> Iterator[Request]:
    """Those of closed accounts are among the closures until they begin."""
    waiting = select(Erasure, Subject.email).join(Subject, Subject.id == Erasure.subject_id)
    waiting = waiting.where(Erasure.state.in_(OPEN_ERASURES)).order_by(Erasure.asked_at).limit(LONGEST_LIST)
    for erasure, email in db.session.execute(waiting):
        asks = erasure.state in (ErasureState.PLANNED, ErasureState.ASKED_AGAIN)
        stage, due = Stage.PERSON if asks else Stage.OURS, deadlines.answer_by(erasure.asked_at)
        kind = Kind.CLOSURE if erasure.cause is Cause.CLOSURE else Kind.ERASURE
        yield Request(kind, erasure.id, email, erasure.asked_at, due, stage)


def _restrictions(now: datetime) -> Iterator[Request]:
    waiting = select(Restriction).options(joinedload(Restriction.subject))
    waiting = waiting.where(Restriction.decided_at.is_(None), Restriction.ends_at.is_(None))
    for found in db.session.scalars(waiting.order_by(Restriction.due_at).limit(LONGEST_LIST)):
        yield Request(
            Kind.RESTRICTION if found.use is Use.EVERYTHING else Kind.OBJECTION,
            found.id,
            found.subject.email,
            found.asked_at,
            found.due_at,
            Stage.OURS,
            "restrictions.restriction",
            extended=found.extended_at is not None,
        )


def _closures(now: datetime) -> Iterator[Request]:
    """Closed accounts that are deleted by themselves within the next weeks."""
    waiting = select(Closure).options(joinedload(Closure.subject)).where(Closure.begun_at.is_(None))
    waiting = waiting.where(Closure.ended_at.is_(None), Closure.delete_at < now + CLOSURES_AHEAD)
    for closure in db.session.scalars(waiting.order_by(Closure.delete_at).limit(LONGEST_LIST)):
        assert closure.delete_at is not None
        email, asked_at = closure.subject.email, closure.asked_at
        yield Request(Kind.CLOSURE, closure.id, email, asked_at, closure.delete_at, Stage.BY_ITSELF)


SOURCES: Sequence[Callable[[datetime], Iterator[Request]]] = (_copies, _erasures, _restrictions, _closures)
