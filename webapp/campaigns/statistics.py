"""What became of a campaign: totals, how they grew, and the words with which relays refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import to_user_timezone
from sqlalchemy import case, func, literal, select

from webapp.campaigns.models import Campaign, CampaignCount, Delivery
from webapp.db import db
from webapp.mail.models import State
from webapp.subjects.addresses import masked
from webapp.subjects.models import Subject

MOST_POINTS = 60
STRIDES = [
    timedelta(seconds=1),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=3),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=30),
]


@dataclass(frozen=True)
class Figures:
    recipients: int = 0
    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    suppressed: int = 0
    unsubscribed: int = 0
    bounced: int = 0  # there is no such mailbox
    soft_bounced: int = 0
    complained: int = 0

    @property
    def pending(self) -> int:
        return max(self.recipients - self.done, 0)

    @property
    def done(self) -> int:
        return self.sent + self.failed + self.uncertain + self.suppressed


@dataclass(frozen=True)
class Point:
    """What happened in the stretch of time that begins at `at`."""

    at: datetime
    counts: dict[str, int]


@dataclass(frozen=True)
class Failure:
    email: str  # masked
    reply: str


def figures(campaign: Campaign) -> Figures:
    return figures_of([campaign])[campaign.id]


def figures_of(campaigns: list[Campaign]) -> dict[UUID, Figures]:
    """For a list of campaigns, in one query."""
    sums: dict[UUID, dict[str, int]] = {campaign.id: {} for campaign in campaigns}
    query = select(CampaignCount.campaign_id, CampaignCount.figure, func.sum(CampaignCount.delta).label("total"))
    for row in db.session.execute(
        query.where(CampaignCount.campaign_id.in_(sums)).group_by(CampaignCount.campaign_id, CampaignCount.figure)
    ):
        sums[row.campaign_id][row.figure] = int(row.total)
    return {campaign_id: Figures(**totals) for campaign_id, totals in sums.items()}


def history(campaign: Campaign, *figures: str) -> list[Point]:
    """For a plot: stretches of equal length, without a gap, from when a figure first grew to when one last did."""
    counts = (CampaignCount.campaign_id == campaign.id, CampaignCount.figure.in_(figures))
    first, last = db.session.execute(
        select(func.min(CampaignCount.at), func.max(CampaignCount.at)).where(*counts)
    ).one()
    if first is None:
        return []
    stride, midnight = _stride(last - first), to_user_timezone(first).replace(hour=0, minute=0, second=0, microsecond=0)
    at = func.date_bin(literal(stride), CampaignCount.at, literal(midnight)).label("stretch")
    rows = db.session.execute(select(at, *map(_sum, figures)).where(*counts).group_by(at))
    counted = {row.stretch: Point(row.stretch, dict(zip(figures, row[1:], strict=True))) for row in rows}
    begin = min(counted)
    stretches = (begin + number * stride for number in range((max(counted) - begin) // stride + 1))
    return [counted.get(stretch, Point(stretch, dict.fromkeys(figures, 0))) for stretch in stretches]


def failures(campaign: Campaign, *, limit: int) -> list[Failure]:
    rows = db.session.execute(
        select(Subject.email, Delivery.reply)
        .join(Subject, Subject.id == Delivery.subject_id)
        .where(
            Delivery.snapshot_month == campaign.snapshot_month,
            Delivery.campaign_id == campaign.id,
            Delivery.state == State.FAILED,
        )
        .order_by(Delivery.id)
        .limit(limit)
    )
    return [Failure(masked(row.email), row.reply or "") for row in rows]


def _stride(span: timedelta) -> timedelta:
    return next((stride for stride in STRIDES if span / stride <= MOST_POINTS), STRIDES[-1])


def _sum(figure: str) -> object:
    return func.coalesce(func.sum(case((CampaignCount.figure == figure, CampaignCount.delta))), 0).label(figure)
