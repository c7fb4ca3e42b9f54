"""Whether an erasure may begin, and its first moment: nobody is signed in any more, and no email is wanted."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from webapp.accounts import sessions
from webapp.audit import Action
from webapp.consents import erasing
from webapp.db import db
from webapp.journal.models import Event
from webapp.mail import messages
from webapp.privacy import deadlines
from webapp.privacy.data_map import clocks
from webapp.privacy.erasure import comparison, journaling, planning, recipients
from webapp.privacy.erasure.models import Cause, Erasure, ErasureState
from webapp.privacy.erasure.planning import Line, Plan
from webapp.subjects import trail
from webapp.subjects.models import Subject

# Who does not answer asked for it all the same, and the law gives us no longer than a month.
ANSWER_WITHIN = timedelta(days=7)
BEFORE_THE_DEADLINE = timedelta(days=1)
ASKED_FIRST = {Cause.REQUEST, Cause.STAFF}


def start(erasure_id: UUID, *, now: datetime) -> None:
    """Begins what is due. When more is to be kept than was agreed to, the person is asked again."""
    erasure = db.session.get(Erasure, erasure_id, with_for_update={"of": Erasure}, populate_existing=True)
    if erasure is None or not _is_due(erasure, now=now):
        return
    locked = select(Subject).where(Subject.id == erasure.subject_id).with_for_update(read=True)
    subject = db.session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if subject is None or subject.erased_at is not None:
        erasure.state, erasure.finished_at = ErasureState.CANCELLED, now  # another one was faster
        return
    if not (_can_be_asked(erasure, now=now) and _ask_again(erasure, subject, now=now)):
        _begin(erasure, subject, now=now)


def store(erasure: Erasure, plan: Plan, *, more: Collection[Line] = ()) -> None:
    """In place of the plan before. `more` are the lines that keep more than that."""
    erasure.steps.clear()
    db.session.flush()
    erasure.steps.extend(plan.steps(erasure.subject_id, more=more))
    erasure.plan_hash = plan.hash
    db.session.flush()


def _is_due(erasure: Erasure, *, now: datetime) -> bool:
    waiting = erasure.state in {ErasureState.CONFIRMED, ErasureState.ASKED_AGAIN}
    return waiting and erasure.starts_at is not None and erasure.starts_at <= now


def _can_be_asked(erasure: Erasure, *, now: datetime) -> bool:
    """An answer that comes after the deadline would be of no use."""
    asked_already = erasure.state is ErasureState.ASKED_AGAIN
    return erasure.cause in ASKED_FIRST and not asked_already and now < _answer_by(erasure, now=now)


def _answer_by(erasure: Erasure, *, now: datetime) -> datetime:
    return min(now + ANSWER_WITHIN, deadlines.answer_by(erasure.asked_at) - BEFORE_THE_DEADLINE)


def _ask_again(erasure: Erasure, subject: Subject, *, now: datetime) -> bool:
    """Only when more is kept than before."""
    plan = planning.plan(subject, on=clocks.day_of(now))
    more = comparison.kept_more(planning.stored(erasure), plan)
    if not more:
        return False
    store(erasure, plan, more=more)
    erasure.state, erasure.asked_again_at = ErasureState.ASKED_AGAIN, now
    erasure.starts_at = _answer_by(erasure, now=now)
    trail.record(Action.ERASURE_ASKED_AGAIN, subject, now=now)
    messages.send("erasure/asked_again", subject, now=now, erasure_id=str(erasure.id))
    return True


def _begin(erasure: Erasure, subject: Subject, *, now: datetime) -> None:
    erasure.state, erasure.executing_since = ErasureState.EXECUTING, now
    recipients.keep(erasure, subject)
    journaling.note(Event.ERASURE_BEGUN, erasure, now=now, address_hash=subject.address_hash)
    trail.record(Action.ERASURE_STARTED, subject, now=now)
    sessions.end_all(subject, now=now)
    erasing.end_everything(subject, now=now)
    store(erasure, planning.plan(subject, on=clocks.day_of(now)))  # with what this wrote down
