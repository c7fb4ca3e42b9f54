"""Handing out the ledger to workers, at most 100 rows at a time, and writing down what became of them.

The statement that hands out rows asks for consent, so that a withdrawal counts within one claim. A claim is one row
for all its emails. The ledger itself is written once per email, by one statement for a group of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from webapp import queue
from webapp.campaigns import audience, handing_out, pace, traces
from webapp.campaigns.models import Claim, Deferral, Delivery, Destination, Progress
from webapp.config import settings
from webapp.db import db
from webapp.mail.delivery import Outcome
from webapp.mail.models import State
from webapp.mail.smtp.conversation import Mark

MOST = 100


@dataclass(frozen=True)
class Send:
    """One campaign on its way, in values that a commit does not make the session forget."""

    campaign_id: UUID
    topic_id: UUID
    month: date
    pace: int | None = None  # emails per minute
    waits_again: bool = True  # some of its emails are tried again later
    is_limited: bool = True  # some domain has a pace

    def at_once(self, size: int) -> int:
        """At most one second of the pace."""
        return min(size, max(self.pace // 60, 1)) if self.pace else size

    @property
    def each(self) -> float:
        """How many seconds of the pace one email takes."""
        return 60 / self.pace if self.pace else 0.0


@dataclass(frozen=True)
class Outlook:
    """`due_at`: when there is something to hand out again; None when nothing is left but what workers have."""

    due_at: datetime | None
    is_held: bool


@dataclass(frozen=True)
class Claimed:
    """`rows` are what a letter says about each reader, with `wanted`; those who want it come first."""

    id: UUID
    send: Send
    rows: Sequence[Row[Any]]


def take(send: Send, *, worker: UUID, size: int, now: datetime) -> Claimed | None:
    """The next rows, which may be sent once this is committed; None if nothing is due.

    There may be none that can go now: then their domains rest, and they wait for these.
    """
    claim_id = uuid4()
    size = pace.in_all(send.at_once(size), now=now)
    given = {
        "this_campaign": send.campaign_id,
        "this_month": send.month,
        "this_topic": send.topic_id,
        "this_claim": claim_id,
        "this_worker": worker,
        "at_most": size,
        "each": send.each,
        "at": now,
    }
    found = _found(send, given) if size else []
    rows = [row for row in found if not row.aside]
    pace.not_used(size - len(rows))
    return Claimed(claim_id, send, rows) if found else None


def settle(claimed: Claimed, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Ends a claim: writes down what became of its first rows. Those without an outcome another claim takes at once.

    Nothing happens if it ended already: when this is repeated, and when it was taken from a worker that seemed dead.
    """
    rest = (str(row.id) for row in claimed.rows[len(outcomes) :])
    given = {
        "this_claim": claimed.id,
        "this_campaign": claimed.send.campaign_id,
        "this_month": claimed.send.month,
        "keys": _array(str(outcome.key) for outcome in outcomes),
        "states": _array(outcome.state.value for outcome in outcomes),
        "replies": "\n".join(outcome.reply.replace("\n", " ") for outcome in outcomes),
        "due": _array(f'"{outcome.due_at}"' if outcome.state is State.PENDING else "NULL" for outcome in outcomes),
        "rest": _array(rest),
        "at": now,
    }
    db.session.connection().execute(SETTLE, given)


def give_back(claim_id: UUID, *, due_at: datetime) -> None:
    """Ends a claim of which nothing was started: another takes its rows when due. Repeated, it changes nothing."""
    ended = delete(Claim).where(Claim.id == claim_id).returning(Claim.delivery_ids, Claim.campaign_id).cte("ended")
    rows = select(func.unnest(ended.c.delivery_ids), ended.c.campaign_id, literal(due_at))
    db.session.execute(insert(Deferral).from_select(["delivery_id", "campaign_id", "due_at"], rows))


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


def outlook(campaign_id: UUID, *, now: datetime) -> Outlook:
    """How it goes on, all seen at one moment."""
    of_campaign = (Deferral.campaign_id == campaign_id, Deferral.domain == Destination.domain)
    first = select(func.min(Deferral.due_at)).where(*of_campaign).scalar_subquery()
    slow = select(func.min(func.greatest(first, Destination.next_at))).where(first.is_not(None)).scalar_subquery()
    own = select(func.min(Deferral.due_at)).where(Deferral.campaign_id == campaign_id, Deferral.domain == "")
    fresh = case((Progress.reached < Progress.last, now)).label("fresh")
    row = db.session.execute(
        select(func.least(fresh, own.scalar_subquery(), slow), Progress.next_claim_at, _holding(campaign_id))
        .select_from(Progress)
        .where(Progress.campaign_id == campaign_id)
    ).one_or_none()
    if row is None:
        return Outlook(None, is_held=False)
    due_at, next_claim_at, is_held = row
    gates = (next_claim_at, pace.next_in_all(now=now))
    return Outlook(max(due_at, *gates) if due_at else None, is_held)


def hold(campaign_id: UUID, *, until: datetime) -> None:
    """No claim of it begins before then. Waits for one that is just being made."""
    db.session.execute(update(Progress).where(Progress.campaign_id == campaign_id).values(next_claim_at=until))


def held(campaign_id: UUID) -> ScalarSelect[int]:
    """How many emails of it workers have at this moment."""
    size = func.coalesce(func.sum(func.cardinality(Claim.delivery_ids)), 0)
    return select(size).where(Claim.campaign_id == campaign_id).scalar_subquery()


def _found(send: Send, given: dict[str, Any]) -> Sequence[Row[Any]]:
    """First what waits for a second time."""
    for again in (True, False) if send.waits_again else (False,):
        domain_pace = settings().domain_pace
        statement, written = handing_out.taking(again=again, limited=send.is_limited, domain_pace=domain_pace)
        if found := db.session.connection().exec_driver_sql(statement, written | given).all():
            return found
    return []


def _array(words: Iterable[str]) -> str:
    """As PostgreSQL reads arrays of words that need no quotes. Lists that the driver writes cost ten times as much."""
    return f"{{{','.join(words)}}}"


def _holding(campaign_id: UUID) -> ColumnElement[bool]:
    return exists().where(Claim.campaign_id == campaign_id)


def _marks(claim: Claim) -> dict[int, int]:
    """How far each email got whose outcome is not written down. Without a trace any that was started may have left."""
    trace = traces.read(claim.id)
    if trace is None:
        trace = bytes([Mark.LEAVING] * claim.started + [Mark.NOT_TAKEN] * (len(claim.delivery_ids) - claim.started))
    of_claim = (Delivery.snapshot_month == claim.snapshot_month, Delivery.id.in_(claim.delivery_ids))
    unsettled = set(db.session.scalars(select(Delivery.id).where(*of_claim, Delivery.state == State.PENDING)))
    return {key: mark for key, mark in zip(claim.delivery_ids, trace, strict=True) if key in unsettled}


def _change(claim: Claim, keys: Sequence[int], state: State, *, now: datetime) -> int:
    of_claim = (Delivery.snapshot_month == claim.snapshot_month, Delivery.id.in_(keys))
    changes = {"state": state, "sent_at": now if state is State.SENT else None, "attempts": Delivery.attempts + 1}
    changing = update(Delivery).where(*of_claim).values(changes).returning(Delivery.id)
    return len(db.session.scalars(changing.execution_options(synchronize_session=False)).all())


SETTLE = text("""
WITH claim AS (DELETE FROM claims WHERE id = :this_claim RETURNING id),
outcome AS (
    SELECT told.* FROM claim, unnest(
        CAST(:keys AS bigint[]), CAST(:states AS text[]),
        string_to_array(:replies, chr(10)), CAST(:due AS timestamptz[])
    ) AS told (key, state, reply, due_at)
),
written AS (
    UPDATE deliveries
    SET state = outcome.state, reply = outcome.reply,
        attempts = attempts + CASE WHEN outcome.state = 'suppressed' THEN 0 ELSE 1 END,
        sent_at = CASE WHEN outcome.state = 'sent' THEN CAST(:at AS timestamptz) END
    FROM outcome
    WHERE snapshot_month = :this_month AND deliveries.id = outcome.key AND deliveries.id = ANY(CAST(:keys AS bigint[]))
),
deferred AS (
    INSERT INTO deferrals (delivery_id, campaign_id, due_at)
    SELECT key, :this_campaign, due_at FROM outcome WHERE state = 'pending'
    UNION ALL
    SELECT key, :this_campaign, :at FROM claim, unnest(CAST(:rest AS bigint[])) AS key
)
INSERT INTO campaign_counts (campaign_id, at, figure, delta)
SELECT campaigns.id, :at, outcome.state, count(*) FROM outcome, campaigns
WHERE campaigns.id = :this_campaign AND outcome.state <> 'pending' GROUP BY campaigns.id, outcome.state
""")
