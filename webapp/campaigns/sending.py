"""A campaign on its way: started, sent claim by claim, stopped or finished."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, select, update

from webapp import audit, partitions, queue
from webapp.campaigns import audience, claims
from webapp.campaigns.audience import Recipient
from webapp.campaigns.models import Campaign, CampaignState, Delivery
from webapp.campaigns.rendering import Compiled, compile_campaign
from webapp.clock import utc_now
from webapp.db import db
from webapp.journal import restores
from webapp.mail import delivery, messages
from webapp.mail.models import State
from webapp.mail.rendering import compose, message_id
from webapp.mail.smtp import Relay
from webapp.subjects import trail
from webapp.subjects.models import Subject

WAIT_FOR_OTHERS = timedelta(seconds=5)
WHILE_PAUSED = timedelta(seconds=30)
SETTLED = (State.SENT, State.FAILED, State.UNCERTAIN, State.SUPPRESSED)


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


def send_for_a_while(campaign_id: UUID, relay: Relay, *, worker: UUID, until: datetime) -> Iterator[None]:
    """Sends claim by claim until nothing is due or time is up. The caller commits at each yield. Raises RelayDown."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None or campaign.state is not CampaignState.SENDING:
        return
    if campaign.snapshot_month is None:
        yield from _write_down_audience(campaign)
    templates = _Templates(campaign)
    while utc_now() < until and (claimed := claims.take(campaign, worker=worker, now=utc_now())):
        _count(campaign_id, Counter(row.state for row in claimed))
        yield
        parcels = [templates.parcel(row) for row in claimed if row.state is State.CLAIMED]
        for settled in delivery.deliver(_ledger(campaign), parcels, worker=worker, relay=relay, until=until):
            _count(campaign_id, settled)
            yield


def hand_on(campaign_id: UUID, *, not_before: datetime) -> None:
    """What comes after a while of sending: the next while, or the end."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None or campaign.state is not CampaignState.SENDING:
        return
    of_campaign = (Delivery.snapshot_month == campaign.snapshot_month, Delivery.campaign_id == campaign_id)
    next_due = db.session.scalar(select(func.min(Delivery.due_at)).where(*of_campaign, Delivery.state == State.PENDING))
    held = db.session.scalar(select(exists().where(*of_campaign, Delivery.state == State.CLAIMED)))
    if next_due is None and not held:
        campaign.state, campaign.finished_at = CampaignState.SENT, utc_now()
        return
    if restores.paused_by():
        not_before += WHILE_PAUSED
    due_at = max(next_due or not_before + WAIT_FOR_OTHERS, not_before)
    queue.later(queue.Job.SEND_CAMPAIGN, due_at=due_at if due_at > utc_now() else None, campaign_id=str(campaign_id))


def recover(*, now: datetime) -> None:
    """Frees what dead workers had claimed. What they had started is uncertain and is not sent again."""
    uncertain = delivery.recover(delivery.Ledger(Delivery, Delivery.id, resend_uncertain=False), now=now)
    affected = select(Delivery.campaign_id, func.count().label("rows")).where(
        Delivery.id.in_(uncertain), Delivery.state == State.UNCERTAIN
    )
    for row in db.session.execute(affected.group_by(Delivery.campaign_id)):
        _count(row.campaign_id, Counter({State.UNCERTAIN: row.rows}))


def settle_withdrawal(subject_id: UUID, topic_id: UUID | None, campaign_id: UUID | None, *, now: datetime) -> None:
    """After a withdrawal: emails that wait for this person stay here, and the campaign that caused it counts it."""
    campaigns = select(Campaign.id).where(Campaign.topic_id == topic_id) if topic_id else select(Campaign.id)
    waiting = db.session.scalars(
        update(Delivery)
        .where(
            Delivery.subject_id == subject_id,
            Delivery.state == State.PENDING,
            Delivery.campaign_id.in_(campaigns),
        )
        .values(state=State.SUPPRESSED)
        .returning(Delivery.campaign_id)
        .execution_options(synchronize_session=False)
    )
    for affected, rows in Counter(waiting).items():
        _count(affected, Counter({State.SUPPRESSED: rows}))
    if campaign_id and db.session.get(Campaign, campaign_id):
        audience.count_up(campaign_id, "unsubscribed", 1, now=now)


class _Templates:
    """A campaign compiled once for each language of its readers."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self._compiled: dict[str, Compiled] = {}

    def parcel(self, row: Row[Any]) -> delivery.Parcel:
        reader = audience.from_row(row.subject_id, row)
        return delivery.Parcel(row.id, row.attempts, lambda: (reader.email, self._compose(row.id, reader)))

    def _compose(self, key: int, reader: Recipient) -> EmailMessage:
        if reader.language not in self._compiled:
            self._compiled[reader.language] = compile_campaign(self.campaign, reader.language)
        letter = self._compiled[reader.language].letter(reader)
        local = f"{self.campaign.id.hex}.{key}"
        return compose(letter.rendered, to=reader.email, message_id=message_id(local), headers=letter.headers)


def _write_down_audience(campaign: Campaign) -> Iterator[None]:
    month = partitions.month_of(utc_now())
    partitions.ensure(Delivery, month)
    yield
    campaign.snapshot_month = month
    db.session.flush()
    audience.write_down(campaign, now=utc_now())
    yield


def _count(campaign_id: UUID, settled: Counter[State]) -> None:
    for state in SETTLED:
        audience.count_up(campaign_id, state, settled[state], now=utc_now())


def _ledger(campaign: Campaign) -> delivery.Ledger:
    in_partition = Delivery.snapshot_month == campaign.snapshot_month
    return delivery.Ledger(Delivery, Delivery.id, resend_uncertain=False, scope=in_partition)


def _change_state(campaign: Campaign, expected: CampaignState, **changes: Any) -> UUID | None:
    changed: UUID | None = db.session.scalar(
        update(Campaign)
        .where(Campaign.id == campaign.id, Campaign.state == expected)
        .values(changes)
        .returning(Campaign.id)
    )
    return changed
