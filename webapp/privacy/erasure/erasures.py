"""The life of an erasure: planned, confirmed, waited for, carried out, told.

planned ─link and sign-in─► confirmed ─72 hours─► executing ─► executed ─receipt─► told
   └ 24 hours: lapsed          │  ▲                  ▲
              one click: cancelled └ asked again ────┘ (no answer within a week: it was asked for)
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from webapp import changes, links, queue
from webapp.access import Role
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.changes import Change
from webapp.db import db
from webapp.journal.models import Event
from webapp.links import InvalidLink, Link, Purpose
from webapp.mail import messages
from webapp.privacy import deadlines, manifest
from webapp.privacy.data_map import clocks
from webapp.privacy.erasure import comparison, execution, journaling, planning, starting
from webapp.privacy.erasure.models import OPEN, UNFINISHED, Cause, Erasure, ErasureState
from webapp.privacy.erasure.planning import Plan
from webapp.queue import Job
from webapp.subjects import trail
from webapp.subjects.models import Subject

CAN_BE_STOPPED_FOR = timedelta(hours=72)
LINK_LASTS = timedelta(hours=24)
SENT_AGAIN_AFTER = timedelta(minutes=2)
BATCH = 500


class WorksHere(Exception):
    """The account belongs to somebody's work; it is given back first."""


class PlanChanged(Exception):
    """More would be kept than the person was shown. There is another plan now, and another link."""


class TooLate(Exception):
    """It has begun."""


def open_of(subject: Subject) -> Erasure | None:
    """The one that is under way, or that waits for something."""
    mine = select(Erasure).where(Erasure.subject_id == subject.id, or_(Erasure.state.in_(OPEN), UNFINISHED))
    return db.session.scalars(mine.order_by(Erasure.asked_at.desc()).limit(1)).first()


def preview(subject: Subject, *, now: datetime) -> Plan:
    """What would happen if the person asked for it now."""
    return planning.plan(subject, on=clocks.day_of(now + CAN_BE_STOPPED_FOR))


def ask(subject: Subject, *, now: datetime) -> Erasure:
    """Writes the plan of now down and emails the link that confirms it. Raises WorksHere."""
    if not may_be_erased(subject):
        raise WorksHere
    erasure = plan_for(subject, Cause.REQUEST, now=now)
    if erasure.state is ErasureState.PLANNED:
        send_link(erasure, subject, now=now)
    return erasure


def plan_for(subject: Subject, cause: Cause, *, now: datetime) -> Erasure:
    """The open one, with the plan of now as long as nobody confirmed it; or a new one. Of two at once both get it."""
    wish = {"subject_id": subject.id, "cause": cause, "state": ErasureState.PLANNED, "asked_at": now}
    blank = {"plan_hash": "", "manifest_hash": manifest.current().hash}
    new = db.session.scalar(insert(Erasure).values(wish | blank).on_conflict_do_nothing().returning(Erasure.id))
    mine = select(Erasure).where(Erasure.subject_id == subject.id, Erasure.state.in_(OPEN)).with_for_update()
    erasure = db.session.scalars(mine.execution_options(populate_existing=True)).one()
    if erasure.state is ErasureState.PLANNED:
        erasure.asked_at, erasure.cause = now, cause
        if cause in starting.ASKED_FIRST:
            starting.store(erasure, preview(subject, now=now))
    if new is not None:
        trail.record(Action.ERASURE_ASKED, subject, now=now)
    return erasure


def send_link(erasure: Erasure, subject: Subject, *, now: datetime) -> None:
    """Who asked through staff has no account, and confirms with a code."""
    email = "erasure/to_confirm_by_code" if erasure.cause is Cause.STAFF else "erasure/to_confirm"
    if not messages.sent_recently(email, subject, within=SENT_AGAIN_AFTER, now=now):
        messages.send(email, subject, now=now, erasure_id=str(erasure.id))


def link_token(erasure: Erasure, *, now: datetime) -> str:
    return links.sign(Purpose.CONFIRM_ERASURE, now=now, erasure=str(erasure.id), plan=erasure.plan_hash)


def read(token: str, *, now: datetime) -> Erasure:
    """Confirms nothing. Raises InvalidLink, also when there is another plan by now, or ExpiredLink."""
    link = links.read(Purpose.CONFIRM_ERASURE, token, now=now)
    erasure = find(named_by(link))
    if erasure is None or link.data["plan"] not in {erasure.plan_hash, erasure.agreed_hash}:
        raise InvalidLink
    return erasure


def named_by(link: Link) -> UUID:
    """Which erasure a link is about, however old it is."""
    return UUID(link.data["erasure"])


def say_yes(erasure: Erasure, subject: Subject, *, plan_hash: str, now: datetime) -> None:
    """To the plan that was shown, whether for the first time or when asked again. Raises PlanChanged."""
    if erasure.state is ErasureState.ASKED_AGAIN:
        agree(erasure, subject, plan_hash=plan_hash, now=now)
    elif plan_hash != erasure.plan_hash:
        raise PlanChanged
    else:
        confirm(erasure, subject, now=now)


def confirm(erasure: Erasure, subject: Subject, *, now: datetime) -> None:
    """Repeated, it does nothing. Raises PlanChanged, after a new link was sent."""
    _lock(erasure)
    if erasure.state is not ErasureState.PLANNED:
        return
    if _plan_again(erasure, subject, now=now):
        send_link(erasure, subject, now=now)
        raise PlanChanged
    trail.record(Action.ERASURE_CONFIRMED, subject, now=now)
    _accept(erasure, starts_at=now + CAN_BE_STOPPED_FOR, now=now)
    messages.send("erasure/confirmed", subject, now=now, erasure_id=str(erasure.id))


def agree(erasure: Erasure, subject: Subject, *, plan_hash: str, now: datetime) -> None:
    """The answer to being asked again: go on. `plan_hash` is that of the plan that was shown. Raises PlanChanged."""
    _lock(erasure)
    if erasure.state is not ErasureState.ASKED_AGAIN:
        return
    if plan_hash != erasure.plan_hash:
        raise PlanChanged
    trail.record(Action.ERASURE_CONFIRMED, subject, now=now)
    erasure.state, erasure.agreed_hash, erasure.starts_at = ErasureState.CONFIRMED, erasure.plan_hash, now
    queue.later(Job.ERASE, erasure_id=str(erasure.id))


def cancel(erasure: Erasure, *, now: datetime) -> None:
    """Everything stays. Repeated, it does nothing. Raises TooLate."""
    _lock(erasure)
    if erasure.state in {ErasureState.CANCELLED, ErasureState.LAPSED}:
        return
    if erasure.state not in {ErasureState.PLANNED, ErasureState.CONFIRMED, ErasureState.ASKED_AGAIN}:
        raise TooLate
    subject = db.session.get_one(Subject, erasure.subject_id)
    if erasure.state is not ErasureState.PLANNED:
        changes.record(Change.ERASURE_CANCELLED, subject.id, now=now, reference=erasure.id)
        messages.send("erasure/cancelled", subject, now=now, erasure_id=str(erasure.id))
        journaling.note(Event.ERASURE_CANCELLED, erasure, now=now)
    erasure.state, erasure.finished_at = ErasureState.CANCELLED, now
    trail.record(Action.ERASURE_CANCELLED, subject, now=now)


def begin(subject: Subject, cause: Cause, *, now: datetime) -> Erasure:
    """Deletes everything about a person without asking them, because they were told before or cannot be asked.

    A job does it within minutes, or whoever calls `work_on`. When one was confirmed already, it gives that.
    """
    erasure = plan_for(subject, cause, now=now)
    if erasure.state is ErasureState.PLANNED:
        _accept(erasure, starts_at=now, now=now)
    return erasure


def work_on(erasure_id: UUID, *, now: datetime) -> Iterator[None]:
    """Carries it out, as far as it is due. The caller commits at each yield and at the end; killed, it is run again."""
    starting.start(erasure_id, now=now)
    yield
    yield from execution.carry_out(erasure_id, now=now)


def look_after(*, now: datetime) -> None:
    """Ends what nobody confirmed; sees to it that there is somebody to do what is due."""
    _end_unanswered(now=now)
    known = {entry.args.get("erasure_id") for entry in queue.waiting_for(Job.ERASE)}
    started = Erasure.state.in_((ErasureState.CONFIRMED, ErasureState.ASKED_AGAIN, ErasureState.EXECUTING))
    for erasure_id, due_at in db.session.execute(select(Erasure.id, Erasure.starts_at).where(or_(started, UNFINISHED))):
        if str(erasure_id) not in known:
            queue.later(Job.ERASE, due_at=due_at, erasure_id=str(erasure_id))


def find(erasure_id: UUID) -> Erasure | None:
    return db.session.get(Erasure, erasure_id)


def may_be_erased(subject: Subject) -> bool:
    account = db.session.get(Account, subject.id)
    return account is None or account.role is Role.CUSTOMER


def _end_unanswered(*, now: datetime) -> None:
    """Who asked by letter has until the day on which it would be due; others have the lifetime of their link."""
    asked_before = or_(Erasure.cause != Cause.STAFF, Erasure.asked_at <= now - deadlines.WATCHED_AFTER)
    old = select(Erasure).where(Erasure.state == ErasureState.PLANNED, Erasure.asked_at <= now - LINK_LASTS)
    for erasure in db.session.scalars(old.where(asked_before).limit(BATCH)):
        if erasure.cause is not Cause.STAFF or deadlines.answer_by(erasure.asked_at) <= now:
            erasure.state, erasure.finished_at = ErasureState.LAPSED, now


def _plan_again(erasure: Erasure, subject: Subject, *, now: datetime) -> bool:
    """Whether more is kept by now; then the plan of now stands."""
    planned = preview(subject, now=now)
    more = comparison.kept_more(planning.stored(erasure), planned)
    if more:
        starting.store(erasure, planned, more=more)
    return bool(more)


def _accept(erasure: Erasure, *, starts_at: datetime, now: datetime) -> None:
    erasure.state, erasure.confirmed_at, erasure.starts_at = ErasureState.CONFIRMED, now, starts_at
    erasure.agreed_hash = erasure.plan_hash
    facts = {"starts_at": starts_at.isoformat(timespec="seconds")}
    changes.record(Change.ERASURE_DUE, erasure.subject_id, now=now, reference=erasure.id, **facts)
    journaling.note(Event.ERASURE_CONFIRMED, erasure, now=now)
    queue.later(Job.ERASE, due_at=starts_at if starts_at > now else None, erasure_id=str(erasure.id))


def _lock(erasure: Erasure) -> None:
    db.session.refresh(erasure, with_for_update={"of": Erasure})
