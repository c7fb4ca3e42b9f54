"""The statements that hand out the ledger to workers: what is next, who may still get it, and what its pace allows.

All in one statement, so that a claim costs one round trip and everything it goes by was true at the same moment.
Where no domain has a pace the statement is a shorter one.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Date,
    Double,
    Integer,
    Select,
    Update,
    Uuid,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import TypeEngine

from webapp.accounts.models import Profile
from webapp.campaigns import audience, pace
from webapp.campaigns.models import Campaign, CampaignState, Claim, Deferral, Delivery, Destination, Progress
from webapp.campaigns.pace import NOW
from webapp.db import db
from webapp.journal import restores
from webapp.mail.models import State
from webapp.subjects.models import Subject


def _given(name: str, kind: type[TypeEngine[Any]]) -> BindParameter[Any]:
    """What is known only when the statement is run."""
    return bindparam(name, type_=kind, required=False)


CAMPAIGN, MONTH, TOPIC = _given("this_campaign", Uuid), _given("this_month", Date), _given("this_topic", Uuid)
CLAIM, WORKER = _given("this_claim", Uuid), _given("this_worker", Uuid)
SIZE, EACH = _given("at_most", Integer), _given("each", Double)

NEXT_NUMBERS = 400  # where a claim looks for its rows: of campaigns that began at the same moment each has some of them


@cache
def taking(*, again: bool, limited: bool, domain_pace: float | None) -> tuple[str, dict[str, Any]]:
    """A statement with the values that stand in it. It is written out once, which takes longer than to run it.

    `again`: those that wait for a second time, instead of those that nobody had yet. `limited`: some domain has a pace.
    """
    pacing = _Pacing(limited, domain_pace)
    written = (_again(pacing) if again else _fresh(pacing)).compile(
        dialect=db.engine.dialect, compile_kwargs={"render_postcompile": True}
    )
    values = {key: getattr(value, "value", value) for key, value in written.params.items()}
    return str(written), values


@dataclass(frozen=True)
class _Pacing:
    is_limited: bool
    domain_pace: float | None


def _fresh(pacing: _Pacing) -> Select[Any]:
    """Rows that nobody had yet. One worker of a campaign at a time gets past the lock on its progress."""
    progress = _open_gate()
    fresh = _next_numbers(progress)
    taken, furthest = select(func.count()).select_from(fresh), select(func.max(fresh.c.id))
    is_full = taken.scalar_subquery() >= SIZE
    until = select(progress.c.until)
    moved = (
        update(Progress)
        .where(exists(until))
        .values(reached=case((is_full, furthest.scalar_subquery()), else_=until.scalar_subquery()))
    )
    return _claiming(_people(fresh, pacing), pacing, moved)


def _next_numbers(progress: CTE) -> CTE:
    """The planner knows neither how many rows a new campaign has nor how far they were handed out, and would read and
    sort all that are left for each claim. So no more than NEXT_NUMBERS are there to be read, and IS TRUE takes the
    index for a whole campaign out of its hands.
    """
    return (
        select(Delivery.id, Delivery.subject_id, Delivery.attempts)
        .where(
            Delivery.snapshot_month == MONTH,
            (Delivery.campaign_id == CAMPAIGN).is_(True),
            Delivery.id > select(progress.c.reached).scalar_subquery(),
            Delivery.id <= select(progress.c.until).scalar_subquery(),
            Delivery.state == State.PENDING,
        )
        .order_by(Delivery.id)
        .limit(SIZE)
        .cte("due")
    )


def _again(pacing: _Pacing) -> Select[Any]:
    """Rows whose pause is over, and those that waited until their domain takes more."""
    over = _over(pacing)
    again = (
        select(Delivery.id, Delivery.subject_id, Delivery.attempts)
        .where(Delivery.snapshot_month == MONTH, Delivery.id.in_(select(over.c.delivery_id)))
        .where(Delivery.state == State.PENDING)
        .cte("due")
    )
    people = _people(again, pacing)
    put_aside = select(people.c.id).where(people.c.aside)
    taken = delete(Deferral).where(
        Deferral.delivery_id.in_(select(over.c.delivery_id)), Deferral.delivery_id.not_in(put_aside)
    )
    moved = update(Progress).where(exists(select(people.c.id)))
    return _claiming(people, pacing, moved).add_cte(taken.cte("taken"))


def _over(pacing: _Pacing) -> CTE:
    ready = union_all(
        select(literal("").label("domain"), SIZE.label("allowance")),
        select(Destination.domain, func.least(pace.allowance(pacing.domain_pace), SIZE)).where(
            Destination.domain != pace.EVERYBODY, Destination.next_at <= NOW
        ),
    ).subquery("ready")
    waiting = (
        select(Deferral.delivery_id)
        .where(Deferral.campaign_id == CAMPAIGN, Deferral.domain == ready.c.domain, Deferral.due_at <= NOW)
        .where(exists(select(_open_gate().c.until)))
        .order_by(Deferral.due_at)
        .limit(ready.c.allowance)
        .with_for_update(skip_locked=True)
        .lateral("waiting")
    )
    return select(waiting.c.delivery_id).select_from(ready.join(waiting, true())).limit(SIZE).cte("over")


def _open_gate() -> CTE:
    """Read again once it is locked: so nothing is claimed after a pause was committed, and none too soon."""
    until = func.least(Progress.last, Progress.reached + NEXT_NUMBERS).label("until")
    open_now = select(Progress.reached, until).where(Progress.campaign_id == CAMPAIGN, Progress.next_claim_at <= NOW)
    return open_now.where(_is_sending()).with_for_update().cte("progress")


def _people(due: CTE, pacing: _Pacing) -> CTE:
    """Who they are, whether they want it, and who is put `aside` because their domain takes no more for the moment."""
    wanted = audience.wants(TOPIC).label("wanted")
    found = (
        select(due, wanted, *audience.RECIPIENT_COLUMNS)
        .join_from(due, Subject, Subject.id == due.c.subject_id)
        .outerjoin(Profile, Profile.subject_id == Subject.id)
    )
    if not pacing.is_limited:
        return found.add_columns(false().label("aside")).cte("people")
    domain = func.split_part(Subject.email, "@", -1).label("domain")
    known = select(pace.allowance(pacing.domain_pace)).where(Destination.domain == domain).scalar_subquery()
    first = None if pacing.domain_pace is None else max(int(pacing.domain_pace), 1)
    paced = found.add_columns(domain, func.coalesce(known, literal(first, Integer)).label("allowance")).cte("paced")
    among = func.row_number().over(partition_by=(paced.c.domain, paced.c.wanted), order_by=paced.c.id)
    too_many = func.coalesce(paced.c.wanted & (among > paced.c.allowance), False)
    return select(paced, too_many.label("aside")).cte("people")


def _claiming(people: CTE, pacing: _Pacing, moved: Update) -> Select[Any]:
    """Writes the claim and when the next may be made; gives its rows: those that are wanted first, put aside last."""
    order = (people.c.aside, people.c.wanted.desc(), people.c.id)
    sent = people.c.wanted & ~people.c.aside
    ids = func.array_agg(aggregate_order_by(people.c.id, *order)).filter(~people.c.aside)
    claim = select(CLAIM, CAMPAIGN, MONTH, WORKER, ids, func.count().filter(sent)).select_from(people)
    claim = claim.having(func.count().filter(~people.c.aside) > 0)
    columns = ["id", "campaign_id", "snapshot_month", "worker", "delivery_ids", "started"]
    so_many = select(func.count()).where(sent).scalar_subquery()
    next_claim_at = func.greatest(Progress.next_claim_at, NOW - pace.SLACK) + pace.seconds(EACH * so_many)
    moved = moved.where(Progress.campaign_id == CAMPAIGN).values(next_claim_at=next_claim_at)
    domains = (_putting_aside(people), _counting_on(people, pacing.domain_pace)) if pacing.is_limited else ()
    claim_cte = insert(Claim).from_select(columns, claim).cte("claim")
    return select(people).order_by(*order).add_cte(moved.cte("moved"), claim_cte, *domains)


def _putting_aside(people: CTE) -> CTE:
    rows = select(people.c.id, CAMPAIGN, people.c.domain, NOW).where(people.c.aside)
    waiting = upsert(Deferral).from_select(["delivery_id", "campaign_id", "domain", "due_at"], rows)
    again = {"domain": waiting.excluded.domain}
    return waiting.on_conflict_do_update(index_elements=["delivery_id"], set_=again).cte("put_aside")


def _counting_on(people: CTE, domain_pace: float | None) -> CTE:
    """When the domains that have a pace take more."""
    paced = (people.c.allowance.is_not(None), people.c.wanted, ~people.c.aside)
    going = select(people.c.domain, func.count().label("count")).where(*paced).group_by(people.c.domain).cte("going")
    first = NOW + pace.seconds(going.c.count / literal(domain_pace or pace.NOT_FELT, Double))
    rows = select(going.c.domain, first).order_by(going.c.domain)  # in one order: no worker waits for another's
    counting = upsert(Destination).from_select(["domain", "next_at"], rows)
    count = select(going.c.count).where(going.c.domain == Destination.domain).scalar_subquery()
    then = {"next_at": pace.after(count, pace.of_domain(domain_pace))}
    return counting.on_conflict_do_update(index_elements=["domain"], set_=then).cte("counted_on")


def _is_sending() -> ColumnElement[bool]:
    running = exists().where(Campaign.id == CAMPAIGN, Campaign.state == CampaignState.SENDING)
    return running & ~restores.sends_paused()
