"""A campaign on its way: started, sent claim by claim, stopped or finished."""

from collections.abc import Generator, Iterator, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, update

from webapp import audit, partitions, queue
from webapp.campaigns import audience, claims, refusals
from webapp.campaigns.claims import Claimed, Send
from webapp.campaigns.models import Campaign, CampaignState, Delivery
from webapp.campaigns.rendering import compile_campaign
from webapp.campaigns.stencil import Stencil, WaysBack
from webapp.campaigns.traces import Trace
from webapp.clock import utc_now
from webapp.db import db, until_committed
from webapp.journal import restores
from webapp.mail import delivery, messages
from webapp.mail.bounces import return_paths
from webapp.mail.delivery import AT_ONCE, QUICK, WHILE_RELAY_IS_DOWN, Outcome
from webapp.mail.models import State
from webapp.mail.smtp.conversation import Letter, Offers
from webapp.mail.smtp.relay import Relay, RelayDown
from webapp.subjects import trail
from webapp.subjects.models import Subject

WAIT_FOR_OTHERS = timedelta(seconds=5)
WHILE_PAUSED = timedelta(seconds=30)


class NotADraft(Exception):
    """The campaign is on its way already, or was sent."""


def start(campaign: Campaign, *, actor: Subject, now: datetime) -> None:
    """Draft → sending. Of two people (or two tabs) at once one gets through; the other gets NotADraft."""
    if _change_state(campaign, CampaignState.DRAFT, state=CampaignState.SENDING, sending_since=now) is None:
        raise NotADraft
    trail.record(audit.Action.CAMPAIGN_SENT, actor, now=now, campaign=str(campaign.id))
    queue.later(queue.Job.SEND_CAMPAIGN, campaign_id=str(campaign.id))


def stop(campaign: Campaign, *, actor: Subject, now: datetime) -> None:
    """No claim is made after this; the at most 50 emails that a worker holds still go out. Repeating is harmless."""
    if _change_state(campaign, CampaignState.SENDING, state=CampaignState.STOPPED, finished_at=now) is not None:
        trail.record(audit.Action.CAMPAIGN_STOPPED, actor, now=now, campaign=str(campaign.id))


def send_test(campaign: Campaign, *, to: Subject, now: datetime) -> None:
    """Sends the campaign as it is now to one person, who wrote it."""
    messages.send("campaigns/test", to, now=now, campaign_id=str(campaign.id))
    trail.record(audit.Action.CAMPAIGN_TESTED, to, now=now, campaign=str(campaign.id))


def send_for_a_while(campaign_id: UUID, relay: Relay, *, worker: UUID, until: datetime) -> Generator[None]:
    """Sends claim by claim until nothing is due or time is up. The caller commits at each yield. Raises RelayDown."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None or campaign.state is not CampaignState.SENDING:
        return
    if campaign.snapshot_month is None:
        yield from _write_down_audience(campaign)
    assert campaign.snapshot_month is not None
    send = Send(campaign.id, campaign.topic_id, campaign.snapshot_month)
    stencils, size = _Stencils(send), AT_ONCE
    while (began := utc_now()) < until:
        claimed = claims.take(send, worker=worker, size=size, started=min(size, AT_ONCE), now=began)
        if claimed is None:
            return
        with Trace(claimed.id, len(claimed.rows)) as trace:
            yield
            yield from _send_claim(claimed, trace, stencils, relay, until=until)
        size = min(2 * size, claims.MOST) if utc_now() - began < QUICK else max(size // 2, 1)


def hand_on(campaign_id: UUID, *, not_before: datetime) -> None:
    """What comes after a while of sending: the next while, or the end."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None or campaign.state is not CampaignState.SENDING:
        return
    due = claims.next_due(campaign_id, now=utc_now())
    if due is None and not claims.is_held(campaign_id):
        campaign.state, campaign.finished_at = CampaignState.SENT, utc_now()
        return
    if restores.paused_by():
        not_before += WHILE_PAUSED
    due_at = max(due or not_before + WAIT_FOR_OTHERS, not_before)
    queue.later(queue.Job.SEND_CAMPAIGN, due_at=due_at if due_at > utc_now() else None, campaign_id=str(campaign_id))


class _Stencils:
    """A campaign compiled once for each language of its readers, and each way in which relays take texts."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._made: dict[tuple[str, bool], Stencil] = {}

    def parcel(self, row: Row[Any], date: str, trace: memoryview) -> delivery.Parcel:
        """`date` as RFC 5322 writes it."""

        def compose(offers: Offers) -> Letter:
            letter = self._letter(row, date, offers)
            letter.trace = trace
            return letter

        return delivery.Parcel(row.id, row.attempts, compose)

    def _letter(self, row: Row[Any], date: str, offers: Offers) -> Letter:
        reader = audience.from_row(row.subject_id, row)
        stencil = self._made.get((reader.language, offers.eight_bits))
        if stencil is None:
            campaign = db.session.get_one(Campaign, self._send.campaign_id)
            stencil = Stencil(compile_campaign(campaign, reader.language), eight_bits=offers.eight_bits)
            self._made[reader.language, offers.eight_bits] = stencil
        key = f"{self._send.campaign_id.hex}.{row.id}"
        return stencil.letter(reader, key=key, date=date, ways_back=self._ways_back(row, reader.email))

    def _ways_back(self, row: Row[Any], to: str) -> WaysBack | None:
        month = self._send.month
        if not return_paths.is_set():
            return None
        return WaysBack(return_paths.for_delivery(month, row.id, to=to), return_paths.to_unsubscribe(month, row.id))


def _send_claim(
    claimed: Claimed, trace: Trace, stencils: "_Stencils", relay: Relay, *, until: datetime
) -> Generator[None]:
    """Group by group: that one is started is committed before its first byte leaves."""
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
        parcels = [stencils.parcel(row, date, trace.of(position)) for position, row in wanted]
        outcomes = delivery.send(parcels, relay, offers, resend_uncertain=False)
        outcomes += [_not_wanted(row) for row in group if not row.wanted]
        done += len(group)
        ours = yield from until_committed(partial(_write, claimed, outcomes, done=done, is_last=utc_now() > until))
        if not ours or utc_now() > until:
            return


def _write(claimed: Claimed, outcomes: Sequence[Outcome], *, done: int, is_last: bool) -> bool:
    """False if the claim is not ours any more. The rest of it is not sent by us if this `is_last`."""
    ours = claims.settle(claimed, outcomes, done=done, started=done + AT_ONCE, now=utc_now())
    refusals.take_in(claimed, outcomes, now=utc_now())
    if is_last:
        claims.give_back(claimed, after=done, due_at=utc_now())
    return ours and not is_last


def _not_wanted(row: Row[Any]) -> Outcome:
    return Outcome(row.id, State.SUPPRESSED, row.attempts, "no longer wanted", utc_now())


def _write_down_audience(campaign: Campaign) -> Iterator[None]:
    month = partitions.month_of(utc_now())
    partitions.ensure(Delivery, month)
    yield
    campaign.snapshot_month = month
    db.session.flush()
    audience.write_down(campaign, now=utc_now())
    yield


def _change_state(campaign: Campaign, expected: CampaignState, **changes: Any) -> UUID | None:
    changed: UUID | None = db.session.scalar(
        update(Campaign)
        .where(Campaign.id == campaign.id, Campaign.state == expected)
        .values(changes)
        .returning(Campaign.id)
    )
    return changed
