"""How fast emails may go: in all, and to each domain. What is kept of it is shared by all workers, in the database.

A domain that asks for patience rests a little and is slowed down to half of its pace. That doubles every minute again
until nothing is felt of it: so it finds by itself what is taken, and nobody has to look after it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Double,
    Integer,
    Row,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from webapp.campaigns.models import UNDERWAY, Campaign, Deferral, Destination
from webapp.config import settings
from webapp.db import db
from webapp.mail.delivery import Outcome
from webapp.mail.smtp.replies import asks_for_patience
from webapp.subjects.addresses import domain_of

EVERYBODY = ""  # the row that keeps the pace of all campaigns together
SLACK = timedelta(seconds=1)  # who comes a little late does not lose what could have gone meanwhile
REST = timedelta(seconds=10)
FIRST = 10.0  # emails per second to a domain that asks for patience for the first time
SLOWEST = 1 / 60
DOUBLES_EVERY = 60  # seconds
NOT_FELT = 1_000.0  # emails per second

NOW = bindparam("at", type_=DateTime(timezone=True), required=False)


def seconds(number: ColumnElement[Any]) -> ColumnElement[timedelta]:
    return func.make_interval(0, 0, 0, 0, 0, 0, number)


def of_domain(default: float | None) -> ColumnElement[float]:
    """Emails per second that a destination takes now; `default` is what any takes, if that is limited."""
    minutes = func.least(func.extract("epoch", NOW - Destination.slowed_at) / DOUBLES_EVERY, 30)
    recovered = Destination.pace * func.power(2, minutes)
    return cast(func.least(recovered, literal(default, Double), NOT_FELT), Double)


def allowance(default: float | None) -> ColumnElement[int]:
    """How many a destination takes at this moment: at most one second of its pace."""
    at_once = func.greatest(func.floor(of_domain(default)), 1)
    return cast(case((Destination.next_at > NOW, 0), else_=at_once), Integer)


def after(count: ColumnElement[int], pace: ColumnElement[float]) -> ColumnElement[datetime]:
    """When a destination takes more, once so many have gone there."""
    return func.greatest(Destination.next_at, NOW - SLACK) + seconds(count / pace)


def in_all(wanted: int, *, now: datetime) -> int:
    """Sets aside how many emails may go now, of so many; nothing when it is too early."""
    pace = settings().campaign_pace
    if pace is None:
        return wanted
    count = max(min(wanted, int(pace)), 1)
    row = {"domain": EVERYBODY, "next_at": now + timedelta(seconds=count / pace)}
    kept = (
        insert(Destination)
        .values(row)
        .on_conflict_do_update(
            index_elements=["domain"],
            set_={"next_at": func.greatest(Destination.next_at, now - SLACK) + timedelta(seconds=count / pace)},
            where=Destination.next_at <= now,
        )
    )
    return count if db.session.scalar(kept.returning(Destination.domain)) is not None else 0


def not_used(count: int) -> None:
    """Gives back what was set aside too much."""
    pace = settings().campaign_pace
    if pace and count:
        earlier = Destination.next_at - timedelta(seconds=count / pace)
        db.session.execute(update(Destination).where(Destination.domain == EVERYBODY).values(next_at=earlier))


def next_in_all(*, now: datetime) -> datetime:
    """When the pace of all campaigns together lets one more go."""
    kept = select(Destination.next_at).where(Destination.domain == EVERYBODY)
    return (db.session.scalar(kept) if settings().campaign_pace else None) or now


def learn(rows: Sequence[Row[Any]], outcomes: Iterable[Outcome], *, now: datetime) -> bool:
    """Slows down the domains that asked for patience, if any. What they say within a moment is one request."""
    replies = {int(outcome.key): outcome.reply for outcome in outcomes if asks_for_patience(outcome.reply)}
    if not replies:
        return False
    said = {domain_of(row.email): replies[row.id] for row in rows if row.id in replies}
    default = settings().domain_pace
    first = min(FIRST, default / 2) if default else FIRST
    asked = [
        {"domain": domain, "next_at": now + REST, "pace": first, "slowed_at": now, "reply": said[domain]}
        for domain in sorted(said)  # in one order, so that two workers do not wait for each other
    ]
    slowing = insert(Destination).values(asked)
    half = func.greatest(of_domain(default) / 2, SLOWEST)
    changes = {
        "pace": func.least(half, first),
        "next_at": func.greatest(Destination.next_at, slowing.excluded.next_at),
        "slowed_at": slowing.excluded.slowed_at,
        "reply": slowing.excluded.reply,
    }
    over = (Destination.slowed_at.is_(None)) | (Destination.slowed_at < now - REST)
    db.session.execute(slowing.on_conflict_do_update(index_elements=["domain"], set_=changes, where=over), {"at": now})
    return True


def tidy(*, now: datetime) -> None:
    """Forgets domains of which nothing is felt any more, and what waits for nothing."""
    ended = select(Campaign.id).where(Campaign.state.in_(UNDERWAY))
    db.session.execute(delete(Deferral).where(Deferral.campaign_id.not_in(ended)))
    felt = func.coalesce(of_domain(None) < NOT_FELT, False)
    unfelt = delete(Destination).where(Destination.next_at < now - timedelta(hours=1), ~felt)
    db.session.execute(unfelt, {"at": now})
    known = exists().where(Destination.domain == Deferral.domain)
    db.session.execute(update(Deferral).where(Deferral.domain != "", ~known).values(domain=""))
