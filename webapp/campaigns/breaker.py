"""Stops a campaign that goes wrong, before the wrong list or the wrong text has cost us the trust of mail servers.

Rates are judged once some emails are out, so that the first bounce of all does not stop everything. What was wrong
before a person let a campaign go on is not counted against it again.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from webapp.campaigns import pausing
from webapp.campaigns.models import Campaign, CampaignCount, CampaignState, PauseReason
from webapp.campaigns.statistics import Figures
from webapp.config import settings
from webapp.db import db


def look(*, now: datetime) -> None:
    """Pauses each campaign that is beyond a limit."""
    totals: dict[UUID, dict[str, int]] = {}
    rows = db.session.execute(
        select(Campaign.id, CampaignCount.figure, func.sum(CampaignCount.delta))
        .join(CampaignCount, CampaignCount.campaign_id == Campaign.id)
        .where(Campaign.state == CampaignState.SENDING)
        .where(CampaignCount.at >= func.coalesce(Campaign.judged_since, Campaign.sending_since))
        .group_by(Campaign.id, CampaignCount.figure)
    )
    for campaign_id, figure, total in rows:
        totals.setdefault(campaign_id, {})[figure] = int(total)
    for campaign_id, figures in totals.items():
        if reason := judge(Figures(**figures)):
            pausing.break_off(campaign_id, reason, now=now)


def judge(figures: Figures) -> PauseReason | None:
    """The limit that these figures are beyond."""
    limits = settings()
    tried = max(figures.sent + figures.failed, limits.pause_after)
    beyond = {
        PauseReason.COMPLAINTS: figures.complained > limits.most_complaints * tried,
        PauseReason.BOUNCES: figures.bounced > limits.most_bounces * tried,
        PauseReason.REFUSALS: figures.failed > limits.most_refusals * tried,
    }
    return next((reason for reason, is_beyond in beyond.items() if is_beyond), None)
