"""The delivery state machine of service messages. Campaigns have a ledger of their own, and share `send`.

    pending ─claim─► claimed ─start─► started ─settle─► sent | failed | suppressed | pending (deferred, or no answer)
                        └ worker died: pending  └ worker died: pending, for twice is better than never

A worker claims up to 50 rows and starts 25 at a time. That they are started is committed before their first byte
leaves, so when a worker dies at most 25 rows cannot be told apart from sent ones.
"""

import logging
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Integer, Text, Update, case, cast, column, null, update, values
from sqlalchemy.orm import InstrumentedAttribute

from webapp import queue
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.mail.catalogue import Obsolete
from webapp.mail.models import Outgoing, State, state_type
from webapp.mail.smtp.conversation import Letter, Offers
from webapp.mail.smtp.relay import Relay, RelayDown
from webapp.mail.smtp.replies import Fate, Verdict

log = logging.getLogger(__name__)

CLAIM = 50
AT_ONCE = 25
QUICK = timedelta(
    seconds=2
)  # a group that takes longer is followed by a single message, so that no job runs for minutes
FIRST_RETRY_AFTER = timedelta(seconds=10)
LAST_RETRY_AFTER = timedelta(hours=2)
WHILE_RELAY_IS_DOWN = timedelta(seconds=10)


@dataclass(frozen=True)
class Ledger:
    """Which rows, and what to do with one whose fate is unknown.

    `when_sent` is told the keys of the rows that were sent, in the transaction that says so.
    """

    rows: type[Outgoing]
    key: InstrumentedAttribute[Any]
    resend_uncertain: bool
    when_sent: Callable[[Sequence[UUID | int]], None] = lambda _keys: None


class Parcel(NamedTuple):
    """A claimed row. `compose` makes the email for a relay that can do so much, or raises Obsolete."""

    key: UUID | int
    attempts: int
    compose: Callable[[Offers], Letter]


class Outcome(NamedTuple):
    key: UUID | int
    state: State
    attempts: int
    reply: str
    due_at: datetime
    sent_at: datetime | None = None


def deliver(
    ledger: Ledger, parcels: Sequence[Parcel], *, worker: UUID, relay: Relay, until: datetime
) -> Iterator[Counter[State]]:
    """Sends rows that this worker claimed. The caller commits at each yield, which counts the rows settled since.
    Releases what it could not start before `until`. Raises RelayDown, after the yield that releases the rest."""
    settled: Counter[State] = Counter()
    position, at_once = 0, 1
    while group := parcels[position : position + at_once]:
        try:
            offers = relay.open()
        except RelayDown:
            _release(ledger, parcels[position:], worker=worker, due_at=utc_now() + WHILE_RELAY_IS_DOWN)
            yield settled
            raise
        started = _start(ledger, group, worker=worker)
        yield settled
        began = utc_now()
        settled = _settle(ledger, send(started, relay, offers, resend_uncertain=ledger.resend_uncertain), worker=worker)
        position += at_once
        at_once = min(2 * at_once, AT_ONCE) if utc_now() - began < QUICK else 1
        if utc_now() > until:
            _release(ledger, parcels[position:], worker=worker, due_at=utc_now())
            break
    yield settled


def send(
    parcels: Sequence[Parcel], relay: Relay, offers: Offers, *, resend_uncertain: bool, until: float = math.inf
) -> list[Outcome]:
    """What became of each. An email that cannot be composed holds up no other.

    Of those that could not start before the monotonic clock showed `until` nothing is said: they are the last.
    """
    composed = [(parcel, _compose(parcel, offers)) for parcel in parcels]
    verdicts = _verdicts(relay, [made for _parcel, made in composed if isinstance(made, Letter)], until)
    outcomes = []
    for parcel, made in composed:
        verdict = next(verdicts, made) if isinstance(made, Letter) else made
        if isinstance(verdict, Letter):
            break
        outcomes.append(_outcome(parcel, verdict, resend_uncertain=resend_uncertain, now=utc_now()))
    return outcomes


def recover(ledger: Ledger, *, now: datetime) -> list[Any]:
    """Frees what dead workers had claimed, and returns the keys of the rows whose fate is uncertain."""
    rows = ledger.rows
    again = State.PENDING if ledger.resend_uncertain else State.UNCERTAIN
    freed = db.session.execute(
        update(rows)
        .where(rows.state == State.CLAIMED, rows.claimed_by.not_in(queue.alive(now=now)))
        .values(
            state=case((rows.started_at.is_(None), State.PENDING), else_=again),
            claimed_by=null(),
            started_at=null(),
        )
        .returning(ledger.key, rows.state)
        .execution_options(synchronize_session=False)
    )
    return [key for key, state in freed if state is State.UNCERTAIN]


def _start(ledger: Ledger, group: Sequence[Parcel], *, worker: UUID) -> list[Parcel]:
    """Those of the group that are still ours: a worker that was stopped for a while may have lost its claim."""
    ours = set(db.session.scalars(_claimed(ledger, group, worker).values(started_at=utc_now()).returning(ledger.key)))
    return [parcel for parcel in group if parcel.key in ours]


def _release(ledger: Ledger, rest: Sequence[Parcel], *, worker: UUID, due_at: datetime) -> None:
    db.session.execute(_claimed(ledger, rest, worker).values(state=State.PENDING, claimed_by=null(), due_at=due_at))


def _claimed(ledger: Ledger, parcels: Sequence[Parcel], worker: UUID) -> Update:
    rows, keys = ledger.rows, [parcel.key for parcel in parcels]
    return (
        update(rows)
        .where(ledger.key.in_(keys), rows.state == State.CLAIMED, rows.claimed_by == worker)
        .execution_options(synchronize_session=False)
    )


def _compose(parcel: Parcel, offers: Offers) -> Letter | Verdict | None:
    """None if it is no longer wanted."""
    try:
        return parcel.compose(offers)
    except Obsolete:
        return None
    except Exception as error:
        log.exception("an email could not be composed")
        return Verdict(Fate.REFUSED, f"could not be composed: {type(error).__name__}")


def _verdicts(relay: Relay, letters: Sequence[Letter], until: float) -> Iterator[Verdict]:
    try:
        yield from relay.send(letters, until=until)
    except RelayDown as error:
        yield from repeat(Verdict(Fate.DEFERRED, str(error)))


def _outcome(parcel: Parcel, verdict: Verdict | None, *, resend_uncertain: bool, now: datetime) -> Outcome:
    if verdict is None:
        return Outcome(parcel.key, State.SUPPRESSED, parcel.attempts, "no longer wanted", now)
    attempts = parcel.attempts + 1
    if verdict.fate is Fate.ACCEPTED:
        return Outcome(parcel.key, State.SENT, attempts, verdict.reply, now, sent_at=now)
    if verdict.fate is Fate.UNKNOWN and not resend_uncertain:
        return Outcome(parcel.key, State.UNCERTAIN, attempts, verdict.reply, now)
    if verdict.fate is Fate.REFUSED or attempts >= settings().mail_attempts:
        return Outcome(parcel.key, State.FAILED, attempts, verdict.reply, now)
    pause = min(FIRST_RETRY_AFTER * 2**parcel.attempts, LAST_RETRY_AFTER)
    return Outcome(parcel.key, State.PENDING, attempts, verdict.reply, now + pause)


def _settle(ledger: Ledger, outcomes: Sequence[Outcome], *, worker: UUID) -> Counter[State]:
    """All outcomes in one statement."""
    if not outcomes:
        return Counter()
    rows = ledger.rows
    table = values(
        column("key", ledger.key.type),
        column("state", state_type),
        column("attempts", Integer),
        column("reply", Text),
        column("due_at", DateTime(timezone=True)),
        column("sent_at", DateTime(timezone=True)),
        name="outcome",
    ).data([(o.key, o.state, o.attempts, o.reply, o.due_at, o.sent_at) for o in outcomes])
    changes: dict[str, ColumnElement[Any]] = {name: table.c[name] for name in ("state", "attempts", "reply", "due_at")}
    changes["sent_at"] = cast(table.c.sent_at, DateTime(timezone=True))  # a column of NULLs has no type
    settled = db.session.execute(
        update(rows)
        .where(ledger.key == table.c.key, rows.state == State.CLAIMED, rows.claimed_by == worker)
        .values(**changes, claimed_by=null(), started_at=null())
        .returning(ledger.key, rows.state)
        .execution_options(synchronize_session=False)
    ).all()
    ledger.when_sent([key for key, state in settled if state is State.SENT])
    return Counter(state for _key, state in settled)
