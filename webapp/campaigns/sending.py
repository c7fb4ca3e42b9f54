"""A campaign on its way: started, sent claim by claim, stopped or finished."""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
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
from webapp.campaigns.traces import Traces
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
    return _Rounds(relay, worker).go(until=until)


def hand_on(*, not_before: datetime) -> None:
    """What comes after a while of sending: the next while, unless there is nothing left to send."""
    now = utc_now()
    if restores.paused_by():
        not_before += WHILE_PAUSED
    due = [now + WAIT_FOR_OTHERS for _others_write_it_down in without_audience()]
    due += [_goes_on(send.campaign_id, now=now) for send in underway()]
    if due:
        _call(due_at=max(min(due), not_before))


@dataclass(frozen=True)
class _Sent:
    """What became of a claim. The database does not know it yet."""

    claimed: Claimed
    outcomes: Sequence[Outcome]

    @property
    def is_plain(self) -> bool:
        """There is nothing to learn from it."""
        return all(outcome.state in (State.SENT, State.SUPPRESSED) for outcome in self.outcomes)


class _Rounds:
    """Of one worker. The transaction that writes down what became of a claim makes the next: a commit is dear."""

    def __init__(self, relay: Relay, worker: UUID) -> None:
        self._relay, self._worker = relay, worker
        self._turns, self._traces, self._letters = Turns(), Traces(), dict[UUID, Letters]()
        self._size = claims.MOST
        self._sent: _Sent | None = None
        self._claimed: Claimed | None = None

    def go(self, *, until: datetime) -> Generator[None]:
        with self._traces:
            while (now := utc_now()) < until:
                if self._turns.are_old(now=now):
                    yield from self._write_down()
                    yield from _look_after_campaigns(self._turns)
                send = self._turns.next(now=now)
                if send is None and not self._turns.is_due_soon(now=now):
                    break
                yield from self._round(send, now=now)
            yield from self._write_down()

    def _round(self, send: Send | None, *, now: datetime) -> Generator[None]:
        fresh_until = time.monotonic() + FRESH_SECONDS
        claimed = yield from until_committed(partial(self._go_on, send, now=now), again=self._go_back)
        self._sent = None
        self._traces.forget_all_but(claimed.id if claimed else None)
        if claimed and claimed.rows:
            yield from self._send(claimed, until=fresh_until)
            is_late = time.monotonic() >= fresh_until
            self._size = max(self._size // 2, 1) if is_late else min(2 * self._size, claims.MOST)
            self._turns.call_another(_call)
        elif send and not claimed:
            self._turns.rest(send, until=_goes_on(send.campaign_id, now=now))
            yield
        elif not send:
            time.sleep(self._turns.pause(now=utc_now()))

    def _go_on(self, send: Send | None, *, now: datetime) -> Claimed | None:
        """Writes down what was sent, and makes the next claim. None if nothing of this campaign can go now."""
        self._settle()
        if send is None:
            return None
        if send.campaign_id not in self._letters:
            self._letters[send.campaign_id] = Letters(send)
        self._claimed = claims.take(send, worker=self._worker, size=self._size, now=now)
        if self._claimed and self._claimed.rows:
            self._traces.begin(self._claimed.id, len(self._claimed.rows))
        return self._claimed

    def _go_back(self) -> None:
        """The database went away, and whether the claim was made is not known: nothing of it is sent."""
        self._settle()
        if self._claimed:
            claims.give_back(self._claimed.id, due_at=utc_now())

    def _send(self, claimed: Claimed, *, until: float) -> Generator[None]:
        try:
            offers = self._relay.open()
        except RelayDown:
            again_at = utc_now() + WHILE_RELAY_IS_DOWN
            yield from until_committed(partial(claims.give_back, claimed.id, due_at=again_at))
            self._traces.forget_all_but(None)
            raise
        letters, date = self._letters[claimed.send.campaign_id], format_datetime(utc_now())
        marks = self._traces.marks(claimed.id)
        wanted = [(position, row) for position, row in enumerate(claimed.rows) if row.wanted]
        parcels = [letters.parcel(row, date, marks[position : position + 1]) for position, row in wanted]
        outcomes = delivery.send(parcels, self._relay, offers, resend_uncertain=False, until=until)
        if len(outcomes) == len(parcels):
            outcomes += [_not_wanted(row) for row in claimed.rows if not row.wanted]
        self._sent = _Sent(claimed, outcomes)
        if not self._sent.is_plain:
            yield from self._write_down()

    def _write_down(self) -> Generator[None]:
        """At once, where no claim follows or there is something that others must not wait for."""
        yield from until_committed(self._settle)
        self._sent = None
        self._traces.forget_all_but(None)

    def _settle(self) -> None:
        if self._sent is None:
            return
        claimed, outcomes = self._sent.claimed, self._sent.outcomes
        claims.settle(claimed, outcomes, now=utc_now())
        if not self._sent.is_plain:
            refusals.take_in(claimed, outcomes, now=utc_now())
            if pace.learn(claimed.rows, outcomes, now=utc_now()):
                self._turns.seem_old()


def _not_wanted(row: Row[Any]) -> Outcome:
    return Outcome(row.id, State.SUPPRESSED, row.attempts, "no longer wanted", utc_now())


def _look_after_campaigns(turns: Turns) -> Iterator[None]:
    """Writes down the audiences of those that have none yet, and pauses those that go wrong."""
    for campaign_id in without_audience():
        yield from _write_down_audience(campaign_id)
    breaker.look(now=utc_now())
    turns.renew([] if restores.paused_by() else underway(), now=utc_now())
    yield


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
