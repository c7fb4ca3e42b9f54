"""Folds many small counts of a campaign into few, so that its figures are summed as quickly after a million emails."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, literal, select

from webapp.campaigns.models import CampaignCount
from webapp.campaigns.statistics import STRIDES, stride_of
from webapp.db import db

MANY = 4_000  # more than are left of all figures at the finest
SETTLED = timedelta(seconds=10)  # the speed of the last moments is told by the second
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def compact(*, now: datetime) -> None:
    """Sums stay the same at every moment, and so do the plots: their stretches are not finer than what is folded."""
    spans = select(CampaignCount.campaign_id, func.min(CampaignCount.at), func.max(CampaignCount.at))
    for campaign_id, first, last in db.session.execute(
        spans.group_by(CampaignCount.campaign_id).having(func.count() > MANY)
    ).all():
        finer = STRIDES[max(STRIDES.index(stride_of(last - first)) - 1, 0)]
        _fold(campaign_id, finer, before=now - SETTLED)


def _fold(campaign_id: UUID, stretch: timedelta, *, before: datetime) -> None:
    old = delete(CampaignCount).where(CampaignCount.campaign_id == campaign_id, CampaignCount.at < before)
    gone = old.returning(CampaignCount.figure, CampaignCount.at, CampaignCount.delta).cte("gone")
    sums = select(literal(campaign_id), gone.c.figure, func.min(gone.c.at), func.sum(gone.c.delta)).group_by(
        gone.c.figure, func.date_bin(literal(stretch), gone.c.at, literal(EPOCH))
    )
    db.session.execute(insert(CampaignCount).from_select(["campaign_id", "figure", "at", "delta"], sums))
