"""A campaign on its way: started, sent claim by claim, stopped or finished."""

import time
from collections.abc import Generator, Iterator, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update

from webapp import partitions, queue
from webapp.actions import Action
from webapp.campaigns import audience, breaker, claims, pace, refusals
from webapp.campaigns.claims import Claimed, Send
from webapp.campaigns.letters import Letters
from webapp.campaigns.models import UNDERWAY, Campaign, CampaignState, Delivery
from webapp.campaigns.pausing import NEVER
from webapp.campaigns.traces import Trace
from webapp.campaigns.turns import Turns, underway, without_audience
from webapp.clock import utc_now
from webapp.db import db, until_committed
from webapp.journal import restores
from webapp.mail import delivery, messages
from webapp.mail.delivery import WHILE_RELAY_IS_DOWN, Outcome
from webapp.mail.models import State
from webapp.mail.smtp.relay import Relay, RelayDown
from webapp.queue import Job, OutboxEntry
from webapp.subjects import trail
from webapp.subjects.models import Subject

FRESH_SECONDS = 1.5  # who says no is not asked again before an email leaves, so none leaves much later
AT_ONCE = claims.MOST  # a trace tells how far each got, so there is no need for smaller steps
A_MOMENT = timedelta(milliseconds=50)
WAIT_FOR_OTHERS = timedelta(seconds=5)
WHILE_PAUSED = timedelta(seconds=30)


class NotADraft(Exception):
    """The campaign is on its way already, or was sent."""


def start(campaign: Campaign, *, actor: Subject, now: datetime) -> None:
    """Draft → sending. Of two people (or two tabs) at once one gets through; the other gets NotADraft."""
    begins = {"state": CampaignState.SENDING, "sending_since": now, "started_by": actor.id}
    if not _change_state(campaign.id, CampaignState.DRAFT, **begins):
        raise NotADraft
    trail.record(Action.CAMPAIGN_SENT, actor, now=now, campaign=str(campaign.id))
    queue.later(Job.SEND_CAMPAIGNS)


def stop(campaign: Campaign, *, actor: Subject, now: datetime) -> None:
    """For good. No claim is made after this; the emails that workers hold still go out. Repeating is harmless."""
    claims.hold(campaign.id, until=NEVER)
    changes = {"state": CampaignState.STOPPED, "finished_at": now}
    if _change_state(campaign.id, *UNDERWAY, **changes):
        trail.record(Action.CAMPAIGN_STOPPED, actor, now=now, campaign=str(campaign.id))


def send_test(campaign: Campaign, *, to: Subject, now: datetime) -> None:
    """Sends the campaign as it is now to one person, who wrote it."""
    messages.send("campaigns/test", to, now=now, campaign_id=str(campaign.id))
    trail.record(Action.CAMPAIGN_TESTED, to, now=now, campaign=str(campaign.id))


def send_for_a_while(relay: Relay, *, worker: UUID, until: datetime) -> Generator[None]:
    """Goes round the campaigns, claim by claim, until nothing is due for a while or time is up.

    The caller commits at each yield. Raises RelayDown.
    """
    turns, letters, size = Turns(), dict[UUID, Letters](), AT_ONCE
    while (now := utc_now()) < until:
        if turns.are_old(now=now):
            yield from _look_after_campaigns(turns)
        send = turns.next(now=now)
        if send is None and not turns.is_due_soon(now=now):
            return
        if send and send.campaign_id not in letters:
            letters[send.campaign_id] = Letters(send)
        fresh_until = time.monotonic() + FRESH_SECONDS
        claimed = _claim(send, turns, worker=worker, size=size, now=now) if send else None
        if send is None or claimed is None:
            yield
            time.sleep(0 if send else turns.pause(now=utc_now()))
            continue
        with Trace(claimed.id, len(claimed.rows)) as trace:
            yield
            yield from _send_claim(claimed, trace, letters[send.campaign_id], relay, turns, until=fresh_until)
        size = min(2 * size, claims.MOST) if time.monotonic() < fresh_until else max(size // 2, 1)
        turns.call_another(_call)


def hand_on(*, not_before: datetime) -> None:
    """What comes after a while of sending: the next while, unless there is nothing left to send."""
    now = utc_now()
    if restores.paused_by():
        not_before += WHILE_PAUSED
    due = [now + WAIT_FOR_OTHERS for _others_write_it_down in without_audience()]
    due += [_goes_on(send.campaign_id, now=now) for send in underway()]
    if due:
        _call(due_at=max(min(due), not_before))


def _send_claim(
    claimed: Claimed, trace: Trace, letters: Letters, relay: Relay, turns: Turns, *, until: float
) -> Generator[None]:
    """Group by group: that one is started is committed before its first byte leaves. Gives back what is too late."""
    done = 0
    while group := claimed.rows[done : done + AT_ONCE]:
        try:
            offers = relay.open()
        except RelayDown:
            again_at = utc_now() + WHILE_RELAY_IS_DOWN
            yield from until_committed(partial(claims.give_back, claimed, after=done, due_at=again_at))
            raise
        date = format_datetime(utc_now())
        wanted = [(position, row) for position, row in enumerate(group, done) if row.wanted]
        parcels = [letters.parcel(row, date, trace.of(position)) for position, row in wanted]
        outcomes = delivery.send(parcels, relay, offers, resend_uncertain=False, until=until)
        if len(outcomes) == len(parcels):
            outcomes += [_not_wanted(row) for row in group if not row.wanted]
        done += len(outcomes)
        is_late = time.monotonic() >= until
        ours = yield from until_committed(partial(_write, claimed, outcomes, turns, done=done, is_last=is_late))
        if not ours:
            return


def _write(claimed: Claimed, outcomes: Sequence[Outcome], turns: Turns, *, done: int, is_last: bool) -> bool:
    """False if the claim is not ours any more. The rest of it is not sent by us if this `is_last`."""
    ours = claims.settle(claimed, outcomes, done=done, started=done + AT_ONCE, now=utc_now())
    refusals.take_in(claimed, outcomes, now=utc_now())
    if pace.learn(claimed.rows, outcomes, now=utc_now()):
        turns.seem_old()
    if is_last:
        claims.give_back(claimed, after=done, due_at=utc_now())
    return ours and not is_last


def _not_wanted(row: Row[Any]) -> Outcome:
    return Outcome(row.id, State.SUPPRESSED, row.attempts, "no longer wanted", utc_now())


def _look_after_campaigns(turns: Turns) -> Iterator[None]:
    """Writes down the audiences of those that have none yet, and pauses those that go wrong."""
    for campaign_id in without_audience():
        yield from _write_down_audience(campaign_id)
    breaker.look(now=utc_now())
    turns.renew([] if restores.paused_by() else underway(), now=utc_now())
    yield


def _claim(send: Send, turns: Turns, *, worker: UUID, size: int, now: datetime) -> Claimed | None:
    """None if nothing can go now; if nothing is due at all, the campaign waits."""
    claimed = claims.take(send, worker=worker, size=size, started=min(size, AT_ONCE), now=now)
    if claimed is None:
        turns.rest(send, until=_goes_on(send.campaign_id, now=now))
    return claimed if claimed and claimed.rows else None


def _write_down_audience(campaign_id: UUID) -> Generator[None]:
    """By one worker, while others go on with what they have."""
    month = partitions.month_of(utc_now())
    partitions.ensure(Delivery, month)
    yield
    mine = db.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(str(campaign_id)))))
    campaign = db.session.get(Campaign, campaign_id, populate_existing=True) if mine else None
    if campaign and campaign.snapshot_month is None:
        with db.session.no_autoflush:  # a pause of this campaign need not wait
            campaign.snapshot_month = month
            audience.write_down(campaign, now=utc_now())
    yield


def _goes_on(campaign_id: UUID, *, now: datetime) -> datetime:
    """When; or the end, if nothing is left of it."""
    outlook = claims.outlook(campaign_id, now=now)
    if outlook.due_at is None and not outlook.is_held:
        _change_state(campaign_id, CampaignState.SENDING, state=CampaignState.SENT, finished_at=now)
    return max(outlook.due_at or now + WAIT_FOR_OTHERS, now + A_MOMENT)


def _call(*, due_at: datetime | None = None) -> None:
    """One more worker, or the next while of this one; unless somebody was called already."""
    called = select(OutboxEntry.id).where(OutboxEntry.job == Job.SEND_CAMPAIGNS, OutboxEntry.taken_by.is_(None))
    if db.session.scalar(select(called.where(OutboxEntry.due_at <= (due_at or utc_now())).exists())):
        return
    queue.later(Job.SEND_CAMPAIGNS, due_at=due_at if due_at and due_at > utc_now() else None)


def _change_state(campaign_id: UUID, *expected: CampaignState, **changes: Any) -> bool:
    changing = update(Campaign).where(Campaign.id == campaign_id, Campaign.state.in_(expected)).values(changes)
    return db.session.scalar(changing.returning(Campaign.id)) is not None
