"""Inviting everybody who has no account yet, at a set pace.

How far it has come is in the row of the run, written together with the emails: killed anywhere, nobody is written to
twice or left out. After an interruption it goes on at its pace and does not catch up in one go.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from webapp import queue
from webapp.accounts.activation.activations import EMAIL
from webapp.accounts.activation.models import Activation, ActivationRun, RunState
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.consents.models import Suppression, SuppressionReason
from webapp.db import db
from webapp.mail import messages
from webapp.products.models import CustomerRecord
from webapp.subjects import trail
from webapp.subjects.models import Subject

PACES = (60, 300, 1_000, 5_000)
AT_ONCE = 1_000
CATCHES_UP = timedelta(minutes=2)
OPEN = (RunState.PROPOSED, RunState.RUNNING, RunState.PAUSED)


class UnderWay(Exception):
    """There is one already."""


class OwnProposal(Exception):
    """What goes to many is started by somebody else than who proposed it."""


def propose(pace: int, *, by: Subject, now: datetime) -> ActivationRun:
    """Raises UnderWay."""
    run = ActivationRun(state=RunState.PROPOSED, pace=pace, people=waiting(), proposed_by=by.id, proposed_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(run)
    except IntegrityError as error:
        raise UnderWay from error
    trail.record(Action.ACTIVATION_PROPOSED, by, now=now)
    return run


def start(run: ActivationRun, *, by: Subject, now: datetime) -> None:
    """Raises OwnProposal. Pressed twice it does nothing."""
    _hold(run)
    if run.proposed_by == by.id:
        raise OwnProposal
    if run.state is RunState.PROPOSED:
        run.state, run.started_by, run.started_at, run.counted_to = RunState.RUNNING, by.id, now, now
        trail.record(Action.ACTIVATION_STARTED, by, now=now)
        queue.poke(queue.Job.INVITE_CUSTOMERS)


def pause(run: ActivationRun) -> None:
    _hold(run)
    if run.state is RunState.RUNNING:
        run.state = RunState.PAUSED


def resume(run: ActivationRun, *, now: datetime) -> None:
    _hold(run)
    if run.state is RunState.PAUSED:
        run.state, run.counted_to = RunState.RUNNING, now


def stop(run: ActivationRun, *, by: Subject, now: datetime) -> None:
    """Nobody else is invited by it. Who was, can still come."""
    _hold(run)
    if run.state in OPEN:
        run.state, run.ended_at = RunState.STOPPED, now
        trail.record(Action.ACTIVATION_STOPPED, by, now=now)


def invite_some(*, now: datetime) -> int:
    """As many as the pace allows by now; returns how many that were. Workers that come at the same moment leave it."""
    running = select(ActivationRun).where(ActivationRun.state == RunState.RUNNING).with_for_update(skip_locked=True)
    run = db.session.scalars(running, execution_options={"populate_existing": True}).first()
    if run is None or (allowed := _allowance(run, now=now)) == 0:
        return 0
    next_ones = _uninvited().order_by(CustomerRecord.subject_id).limit(allowed)
    if run.reached:
        next_ones = next_ones.where(CustomerRecord.subject_id > run.reached)
    people = db.session.scalars(next_ones).all()
    invited = _write_down(run, list(people), now=now)
    messages.send_to_many(EMAIL, invited, now=now)
    run.invited += len(invited)
    if len(people) < allowed:
        run.state, run.ended_at = RunState.FINISHED, now
    else:
        run.reached = people[-1]
    return len(invited)


def latest() -> ActivationRun | None:
    return db.session.scalars(select(ActivationRun).order_by(ActivationRun.proposed_at.desc()).limit(1)).first()


def waiting(*, at_most: int | None = None) -> int:
    """How many customers have no account and were not invited; counted no further than `at_most`."""
    return db.session.scalar(select(func.count()).select_from(_uninvited().limit(at_most).subquery())) or 0


def _allowance(run: ActivationRun, *, now: datetime) -> int:
    since = max(run.counted_to or now, now - CATCHES_UP)
    allowed = min(int((now - since).total_seconds() * run.pace / 3600), AT_ONCE)
    run.counted_to = since + timedelta(seconds=allowed * 3600 / run.pace)
    return allowed


def _uninvited() -> Select[UUID]:
    """Who has a mailbox that exists and takes our emails."""
    return (
        select(CustomerRecord.subject_id)
        .join(Subject, Subject.id == CustomerRecord.subject_id)
        .where(
            ~exists().where(Account.subject_id == CustomerRecord.subject_id),
            ~exists().where(Activation.subject_id == CustomerRecord.subject_id),
            ~_has_no_mailbox(),
            Subject.email != "",
            Subject.ended_at.is_(None),
        )
        .distinct()
    )


def _has_no_mailbox() -> ColumnElement[bool]:
    return exists().where(
        Suppression.address_hash == Subject.address_hash, Suppression.reason == SuppressionReason.HARD_BOUNCE
    )


def _write_down(run: ActivationRun, people: list[UUID], *, now: datetime) -> list[UUID]:
    """Those of them who were not invited meanwhile."""
    if not people:
        return []
    rows = [{"subject_id": person, "run_id": run.id, "invited_at": now, "sent_at": now} for person in people]
    inserting = insert(Activation).values(rows).on_conflict_do_nothing().returning(Activation.subject_id)
    return list(db.session.scalars(inserting))


def _hold(run: ActivationRun) -> None:
    db.session.refresh(run, with_for_update=True)
