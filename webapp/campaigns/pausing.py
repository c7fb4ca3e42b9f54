"""A campaign rests, because somebody wants it to or because `breaker` found that it goes wrong, and goes on again.

Exact to the claim: once a pause is committed no claim begins any more. What workers hold by then still goes out.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import update

from webapp import queue
from webapp.actions import Action
from webapp.campaigns import claims
from webapp.campaigns.models import Campaign, CampaignState, PauseReason
from webapp.db import db
from webapp.mail import messages
from webapp.subjects import trail
from webapp.subjects.models import Subject

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def pause(campaign: Campaign, *, actor: Subject, now: datetime) -> None:
    """Repeating is harmless."""
    if _rests(campaign.id, PauseReason.PERSON, now=now):
        trail.record(Action.CAMPAIGN_PAUSED, actor, now=now, campaign=str(campaign.id))


def break_off(campaign_id: UUID, reason: PauseReason, *, now: datetime) -> None:
    """As `breaker` says. Whoever started it is told."""
    if not _rests(campaign_id, reason, now=now):
        return
    campaign = db.session.get_one(Campaign, campaign_id, populate_existing=True)
    starter = db.session.get(Subject, campaign.started_by) if campaign.started_by else None
    if starter:
        trail.record(Action.CAMPAIGN_BROKEN_OFF, starter, now=now, campaign=str(campaign_id), reason=reason.value)
        messages.send("campaigns/paused", starter, now=now, campaign_id=str(campaign_id))


def resume(campaign: Campaign, *, actor: Subject, now: datetime) -> None:
    """What went wrong up to now is accepted with it. Repeating is harmless."""
    goes_on = {"state": CampaignState.SENDING, "paused_at": None, "pause_reason": None, "judged_since": now}
    if _change(campaign.id, CampaignState.PAUSED, goes_on):
        claims.hold(campaign.id, until=now)
        queue.later(queue.Job.SEND_CAMPAIGNS)
        trail.record(Action.CAMPAIGN_RESUMED, actor, now=now, campaign=str(campaign.id))


def _rests(campaign_id: UUID, reason: PauseReason, *, now: datetime) -> bool:
    """Whether it was being sent."""
    rest = {"state": CampaignState.PAUSED, "paused_at": now, "pause_reason": reason}
    claims.hold(campaign_id, until=NEVER)
    return _change(campaign_id, CampaignState.SENDING, rest)


def _change(campaign_id: UUID, state: CampaignState, changes: Mapping[str, object]) -> bool:
    changing = update(Campaign).where(Campaign.id == campaign_id, Campaign.state == state).values(changes)
    return db.session.scalar(changing.returning(Campaign.id)) is not None
