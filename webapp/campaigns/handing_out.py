"""The statements that hand out the ledger to workers: what is next, who may still get it, and what its pace allows.

All in one statement, so that a claim costs one round trip and everything it goes by was true at the same moment.
Where nothing is limited it finds no destination, and that is all it does about pace.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Double,
    Integer,
    Select,
    Uuid,
    bindparam,
    delete,
    exists,
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
from sqlalchemy.orm import InstrumentedAttribute

from webapp.accounts.models import Profile
from webapp.campaigns import audience, pace
from webapp.campaigns.models import Campaign, CampaignState, Claim, Deferral, Delivery, Destination, Progress
from webapp.campaigns.pace import NOW
from webapp.journal import restores
from webapp.mail.models import State
from webapp.subjects.models import Subject

CAMPAIGN, MONTH = bindparam("this_campaign", type_=Uuid), bindparam("this_month", type_=Date)
CLAIM, WORKER = bindparam("this_claim", type_=Uuid), bindparam("this_worker", type_=Uuid)
EACH = bindparam("each", type_=Double)
SIZE, STARTED = bindparam("at_most", type_=Integer), bindparam("so_many", type_=Integer)


@cache
def taking(domain_pace: float | None) -> Select[Any]:
    """Rows that nobody had yet. One worker of a campaign at a time gets past the lock on its progress.

    The planner, who does not know a new campaign yet, thinks that it has few rows, and would read and sort all of them
    for each claim. IS TRUE takes the index for that out of its hands: what remains is the one in the order of ids.
    """
    progress = _open_gate()
    fresh = (
        select(Delivery.id, Delivery.subject_id, Delivery.attempts)
        .where(
            Delivery.snapshot_month == MONTH,
            (Delivery.campaign_id == CAMPAIGN).is_(True),
            Delivery.id > select(progress.c.reached).scalar_subquery(),
            Delivery.id <= select(progress.c.last).scalar_subquery(),
            Delivery.state == State.PENDING,
            _is_sending(),
        )
        .order_by(Delivery.id)
        .limit(SIZE)
        .cte("due")
    )
    people = _people(fresh, domain_pace)
    furthest = select(func.max(fresh.c.id)).scalar_subquery()
    return _claiming(people, domain_pace, reached=func.coalesce(furthest, Progress.reached))


@cache
def taking_again(domain_pace: float | None) -> Select[Any]:
    """Rows whose pause is over, and those that waited until their domain takes more."""
    gate = _open_gate()
    ready = union_all(
        select(literal("").label("domain"), SIZE.label("allowance")),
        select(Destination.domain, func.least(pace.allowance(domain_pace), SIZE)).where(
            Destination.domain != pace.EVERYBODY, Destination.next_at <= NOW
        ),
    ).subquery("ready")
    waiting = (
        select(Deferral.delivery_id)
        .where(Deferral.campaign_id == CAMPAIGN, Deferral.domain == ready.c.domain, Deferral.due_at <= NOW)
        .where(exists(select(gate.c.last)), _is_sending())
        .order_by(Deferral.due_at)
        .limit(ready.c.allowance)
        .with_for_update(skip_locked=True)
        .lateral("waiting")
    )
    over = select(waiting.c.delivery_id).select_from(ready.join(waiting, true())).limit(SIZE).cte("over")
    again = (
        select(Delivery.id, Delivery.subject_id, Delivery.attempts)
        .where(Delivery.snapshot_month == MONTH, Delivery.id.in_(select(over.c.delivery_id)))
        .where(Delivery.state == State.PENDING)
        .cte("due")
    )
    people = _people(again, domain_pace)
    put_aside = select(people.c.id).where(people.c.aside)
    taken = delete(Deferral).where(
        Deferral.delivery_id.in_(select(over.c.delivery_id)), Deferral.delivery_id.not_in(put_aside)
    )
    return _claiming(people, domain_pace, reached=Progress.reached).add_cte(taken.cte("taken"))


def _open_gate() -> CTE:
    """Read again once it is locked: so nothing is claimed after a pause was committed, and none too soon."""
    open_now = select(Progress.reached, Progress.last).where(
        Progress.campaign_id == CAMPAIGN, Progress.next_claim_at <= NOW
    )
    return open_now.with_for_update().cte("progress")


def _people(due: CTE, domain_pace: float | None) -> CTE:
    """Who they are, whether they want it, and who is put `aside` because their domain takes no more for the moment."""
    wanted = audience.wants(bindparam("this_topic", type_=Uuid)).label("wanted")
    domain = func.split_part(Subject.email, "@", -1).label("domain")
    known = select(pace.allowance(domain_pace)).where(Destination.domain == domain).scalar_subquery()
    first = None if domain_pace is None else max(int(domain_pace), 1)
    allowance = func.coalesce(known, literal(first, Integer)).label("allowance")
    found = (
        select(due, wanted, domain, allowance, *audience.RECIPIENT_COLUMNS)
        .join_from(due, Subject, Subject.id == due.c.subject_id)
        .outerjoin(Profile, Profile.subject_id == Subject.id)
        .cte("found")
    )
    among = func.row_number().over(partition_by=(found.c.domain, found.c.wanted), order_by=found.c.id)
    too_many = func.coalesce(found.c.wanted & (among > found.c.allowance), False)
    return select(found, too_many.label("aside")).cte("people")


def _claiming(
    people: CTE, domain_pace: float | None, *, reached: ColumnElement[Any] | InstrumentedAttribute[int]
) -> Select[Any]:
    """Writes the claim and when the next may be made; gives its rows: those that are wanted first, put aside last."""
    order = (people.c.aside, people.c.wanted.desc(), people.c.id)
    sent = people.c.wanted & ~people.c.aside
    ids = func.array_agg(aggregate_order_by(people.c.id, *order)).filter(~people.c.aside)
    started = func.least(STARTED, func.count().filter(sent))
    claim = select(CLAIM, CAMPAIGN, MONTH, WORKER, ids, started).select_from(people)
    claim = claim.having(func.count().filter(~people.c.aside) > 0)
    columns = ["id", "campaign_id", "snapshot_month", "worker", "delivery_ids", "started"]
    so_many = select(func.count()).where(sent).scalar_subquery()
    next_claim_at = func.greatest(Progress.next_claim_at, NOW - pace.SLACK) + pace.seconds(EACH * so_many)
    moved = update(Progress).where(Progress.campaign_id == CAMPAIGN, exists(select(people.c.id)))
    return (
        select(people)
        .order_by(*order)
        .add_cte(moved.values(reached=reached, next_claim_at=next_claim_at).cte("moved"))
        .add_cte(insert(Claim).from_select(columns, claim).cte("claim"))
        .add_cte(_putting_aside(people), _counting_on(people, domain_pace))
    )


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
