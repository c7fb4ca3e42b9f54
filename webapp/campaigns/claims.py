"""Handing out the ledger to workers, at most 50 rows at a time, and writing down what became of them.

The statement that hands out rows asks for consent, so that a withdrawal counts within one claim. A claim is one row
for all its emails. The ledger itself is written once per email, by one statement for a group of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Row,
    Select,
    Uuid,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from webapp import queue
from webapp.accounts.models import Profile
from webapp.campaigns import audience, traces
from webapp.campaigns.models import Campaign, CampaignState, Claim, Deferral, Delivery, Progress
from webapp.db import db
from webapp.journal import restores
from webapp.mail.delivery import Outcome
from webapp.mail.models import State
from webapp.mail.smtp.conversation import Mark
from webapp.subjects.models import Subject

MOST = 50

CAMPAIGN, MONTH = bindparam("this_campaign", type_=Uuid), bindparam("this_month", type_=Date)
CLAIM, WORKER = bindparam("this_claim", type_=Uuid), bindparam("this_worker", type_=Uuid)
NOW = bindparam("at", type_=DateTime(timezone=True))
SIZE, STARTED = bindparam("at_most", type_=Integer), bindparam("so_many", type_=Integer)


@dataclass(frozen=True)
class Send:
    """One campaign on its way, in values that a commit does not make the session forget."""

    campaign_id: UUID
    topic_id: UUID
    month: date


@dataclass(frozen=True)
class Claimed:
    """`rows` are what a letter says about each reader, with `wanted`; those who want it come first."""

    id: UUID
    send: Send
    rows: Sequence[Row[Any]]


def take(send: Send, *, worker: UUID, size: int, started: int, now: datetime) -> Claimed | None:
    """The next rows, of which the first `started` may be sent once this is committed; None if nothing is due."""
    claim_id = uuid4()
    given = {
        "this_campaign": send.campaign_id,
        "this_month": send.month,
        "this_topic": send.topic_id,
        "this_claim": claim_id,
        "this_worker": worker,
        "at_most": size,
        "so_many": started,
        "at": now,
    }
    for taking in (_taking_again(), _taking()):
        if rows := db.session.connection().execute(taking, given).all():
            return Claimed(claim_id, send, rows)
    return None


def settle(claimed: Claimed, outcomes: Sequence[Outcome], *, done: int, started: int, now: datetime) -> bool:
    """Writes down what became of some; of the claim so many are done then, and so many started. It ends with the last.

    False if the claim was taken from this worker meanwhile, because it seemed dead. Repeated, it changes nothing.
    """
    given = {
        "this_claim": claimed.id,
        "this_campaign": claimed.send.campaign_id,
        "this_month": claimed.send.month,
        "keys": [outcome.key for outcome in outcomes],
        "states": [outcome.state.value for outcome in outcomes],
        "attempts": [outcome.attempts for outcome in outcomes],
        "replies": [outcome.reply for outcome in outcomes],
        "due": [outcome.due_at for outcome in outcomes],
        "so_many": started,
        "at": now,
    }
    statement = SETTLE_AND_END if done >= len(claimed.rows) else SETTLE_AND_GO_ON
    if db.session.connection().execute(statement, given).first():
        return True
    return bool(db.session.scalar(select(exists().where(Claim.id == claimed.id))))


def give_back(claimed: Claimed, *, after: int, due_at: datetime) -> None:
    """Ends a claim, of which the rows after the first so many were not started: another claim takes them when due."""
    rest = [row.id for row in claimed.rows[after:]]
    ended = db.session.scalar(delete(Claim).where(Claim.id == claimed.id).returning(Claim.id))
    if ended and rest:
        again = [{"delivery_id": key, "campaign_id": claimed.send.campaign_id, "due_at": due_at} for key in rest]
        db.session.execute(insert(Deferral), again)


def recover(*, now: datetime) -> None:
    """Ends the claims of dead workers: what they left on the way is uncertain and not sent again; the rest is due."""
    dead = select(Claim).where(Claim.worker.not_in(queue.alive(now=now))).with_for_update(skip_locked=True)
    for claim in db.session.scalars(dead):
        marks = _marks(claim)
        for state, mark in ((State.SENT, Mark.ACCEPTED), (State.UNCERTAIN, Mark.LEAVING)):
            changed = _change(claim, [key for key in marks if marks[key] == mark], state, now=now)
            audience.count_up(claim.campaign_id, state, changed, now=now)
        again = [key for key in marks if marks[key] == Mark.NOT_TAKEN]
        if again:
            rows = [{"delivery_id": key, "campaign_id": claim.campaign_id, "due_at": now} for key in again]
            db.session.execute(insert(Deferral), rows)
        db.session.delete(claim)
    traces.forget_old()


def is_held(campaign_id: UUID) -> bool:
    """Whether a worker has some of it."""
    return bool(db.session.scalar(select(exists().where(Claim.campaign_id == campaign_id))))


def next_due(campaign_id: UUID, *, now: datetime) -> datetime | None:
    """When there is something to hand out again; None when nothing is left but what workers have."""
    waiting = exists().where(Progress.campaign_id == campaign_id, Progress.reached < Progress.last)
    if db.session.scalar(select(waiting)):
        return now
    return db.session.scalar(select(func.min(Deferral.due_at)).where(Deferral.campaign_id == campaign_id))


def _marks(claim: Claim) -> dict[int, int]:
    """How far each email got whose outcome is not written down. Without a trace any that was started may have left."""
    trace = traces.read(claim.id)
    if trace is None:
        trace = bytes([Mark.LEAVING] * claim.started + [Mark.NOT_TAKEN] * (len(claim.delivery_ids) - claim.started))
    settled = exists().where(Deferral.delivery_id == Delivery.id)
    of_claim = (Delivery.snapshot_month == claim.snapshot_month, Delivery.id.in_(claim.delivery_ids))
    unsettled = set(db.session.scalars(select(Delivery.id).where(*of_claim, Delivery.state == State.PENDING, ~settled)))
    return {key: mark for key, mark in zip(claim.delivery_ids, trace, strict=True) if key in unsettled}


def _change(claim: Claim, keys: Sequence[int], state: State, *, now: datetime) -> int:
    of_claim = (Delivery.snapshot_month == claim.snapshot_month, Delivery.id.in_(keys))
    changes = {"state": state, "sent_at": now if state is State.SENT else None, "attempts": Delivery.attempts + 1}
    changing = update(Delivery).where(*of_claim).values(changes).returning(Delivery.id)
    return len(db.session.scalars(changing.execution_options(synchronize_session=False)).all())


@cache
def _taking() -> Select[Any]:
    """Rows that nobody had yet. One worker of a campaign at a time gets past the lock on its progress."""
    progress = (
        select(Progress.reached, Progress.last)
        .where(Progress.campaign_id == CAMPAIGN)
        .with_for_update()
        .cte("progress")
    )
    fresh = (
        select(Delivery.id, Delivery.subject_id, Delivery.attempts)
        .where(
            Delivery.snapshot_month == MONTH,
            Delivery.campaign_id == CAMPAIGN,
            Delivery.id > select(progress.c.reached).scalar_subquery(),
            Delivery.id <= select(progress.c.last).scalar_subquery(),
            Delivery.state == State.PENDING,
            _is_sending(),
        )
        .order_by(Delivery.id)
        .limit(SIZE)
        .cte("due")
    )
    furthest = select(func.max(fresh.c.id)).scalar_subquery()
    moved = update(Progress).where(Progress.campaign_id == CAMPAIGN, exists(select(fresh.c.id)))
    return _claiming(fresh).add_cte(moved.values(reached=furthest).cte("moved"))


@cache
def _taking_again() -> Select[Any]:
    """Rows whose pause is over."""
    over = (
        select(Deferral.delivery_id)
        .where(Deferral.campaign_id == CAMPAIGN, Deferral.due_at <= NOW, _is_sending())
        .order_by(Deferral.due_at)
        .limit(SIZE)
        .with_for_update(skip_locked=True)
        .cte("over")
    )
    taken = (
        delete(Deferral)
        .where(Deferral.delivery_id.in_(select(over.c.delivery_id)))
        .returning(Deferral.delivery_id)
        .cte("taken")
    )
    again = (
        select(Delivery.id, Delivery.subject_id, Delivery.attempts)
        .where(Delivery.snapshot_month == MONTH, Delivery.id.in_(select(taken.c.delivery_id)))
        .where(Delivery.state == State.PENDING)
        .cte("due")
    )
    return _claiming(again)


def _claiming(due: CTE) -> Select[Any]:
    """Writes the claim, and gives its rows: first those that are wanted."""
    wanted = audience.wants(bindparam("this_topic", type_=Uuid)).label("wanted")
    people = (
        select(due, wanted, *audience.RECIPIENT_COLUMNS)
        .join_from(due, Subject, Subject.id == due.c.subject_id)
        .outerjoin(Profile, Profile.subject_id == Subject.id)
        .cte("people")
    )
    order = (people.c.wanted.desc(), people.c.id)
    ids = func.array_agg(aggregate_order_by(people.c.id, *order))
    started = func.least(STARTED, func.count().filter(people.c.wanted))
    claim = select(CLAIM, CAMPAIGN, MONTH, WORKER, ids, started).select_from(people).having(func.count() > 0)
    columns = ["id", "campaign_id", "snapshot_month", "worker", "delivery_ids", "started"]
    return select(people).order_by(*order).add_cte(insert(Claim).from_select(columns, claim).cte("claim"))


def _is_sending() -> ColumnElement[bool]:
    running = exists().where(Campaign.id == CAMPAIGN, Campaign.state == CampaignState.SENDING)
    return running & ~restores.sends_paused()


SETTLE = """
WITH claim AS ({end_or_go_on} RETURNING id),
outcome AS (
    SELECT told.* FROM claim, unnest(
        CAST(:keys AS bigint[]), CAST(:states AS text[]), CAST(:attempts AS integer[]),
        CAST(:replies AS text[]), CAST(:due AS timestamptz[])
    ) AS told (key, state, attempts, reply, due_at)
),
written AS (
    UPDATE deliveries
    SET state = outcome.state, attempts = outcome.attempts, reply = outcome.reply,
        sent_at = CASE WHEN outcome.state = 'sent' THEN CAST(:at AS timestamptz) END
    FROM outcome WHERE snapshot_month = :this_month AND deliveries.id = outcome.key
),
deferred AS (
    INSERT INTO deferrals (delivery_id, campaign_id, due_at)
    SELECT key, :this_campaign, due_at FROM outcome WHERE state = 'pending'
),
counted AS (
    INSERT INTO campaign_counts (campaign_id, at, figure, delta)
    SELECT campaigns.id, :at, outcome.state, count(*) FROM outcome, campaigns
    WHERE campaigns.id = :this_campaign AND outcome.state <> 'pending' GROUP BY campaigns.id, outcome.state
)
SELECT id FROM claim
"""
SETTLE_AND_GO_ON = text(
    SETTLE.format(end_or_go_on="UPDATE claims SET started = :so_many WHERE id = :this_claim AND started < :so_many")
)
SETTLE_AND_END = text(SETTLE.format(end_or_go_on="DELETE FROM claims WHERE id = :this_claim"))
