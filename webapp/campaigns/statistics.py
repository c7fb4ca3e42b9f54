"""What became of a campaign: totals, how they grew, and the words with which relays refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import to_user_timezone
from sqlalchemy import case, func, literal, select

from webapp import partitions
from webapp.campaigns.models import Campaign, CampaignCount, Delivery, Refusal
from webapp.db import db
from webapp.subjects.addresses import masked
from webapp.subjects.models import Subject

MOST_POINTS = 60
DONE = ("sent", "failed", "uncertain", "suppressed")
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


@dataclass(frozen=True)
class Ledger:
    """Whether there is still a row for each email, and the first of those that failed."""

    kept: bool
    failures: list[Failure]

    @property
    def replies(self) -> list[tuple[str, list[str]]]:
        """What servers said, with the addresses that they said it of. What they said most often comes first."""
        addresses: dict[str, list[str]] = {}
        for failure in self.failures:
            addresses.setdefault(failure.reply, []).append(failure.email)
        return sorted(addresses.items(), key=lambda said: -len(said[1]))


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


def histories(campaign: Campaign, *groups: tuple[str, ...]) -> list[list[Point]]:
    """For plots, one of each group of figures."""
    spans = select(CampaignCount.figure, func.min(CampaignCount.at), func.max(CampaignCount.at))
    spans = spans.where(CampaignCount.campaign_id == campaign.id).group_by(CampaignCount.figure)
    times = {figure: (first, last) for figure, first, last in db.session.execute(spans)}
    grew = [[figure for figure in group if figure in times] for group in groups]
    return [
        _history(campaign, group, min(times[name][0] for name in known), max(times[name][1] for name in known))
        if known
        else []
        for group, known in zip(groups, grew, strict=True)
    ]


def _history(campaign: Campaign, figures: tuple[str, ...], first: datetime, last: datetime) -> list[Point]:
    """Stretches of equal length, without a gap, from when a figure first grew to when one last did."""
    counts = (CampaignCount.campaign_id == campaign.id, CampaignCount.figure.in_(figures))
    stride, midnight = (
        stride_of(last - first),
        to_user_timezone(first).replace(hour=0, minute=0, second=0, microsecond=0),
    )
    at = func.date_bin(literal(stride), CampaignCount.at, literal(midnight)).label("stretch")
    rows = db.session.execute(select(at, *map(_sum, figures)).where(*counts).group_by(at))
    counted = {row.stretch: Point(row.stretch, dict(zip(figures, row[1:], strict=True))) for row in rows}
    begin = min(counted)
    stretches = (begin + number * stride for number in range((max(counted) - begin) // stride + 1))
    return [counted.get(stretch, Point(stretch, dict.fromkeys(figures, 0))) for stretch in stretches]


def ledger(campaign: Campaign) -> Ledger:
    """In one query. The figures stay for longer: they were counted beside the rows."""
    if campaign.snapshot_month is None:
        return Ledger(kept=True, failures=[])
    kept = select(partitions.is_kept(Delivery, campaign.snapshot_month).label("kept")).subquery()
    of_month = (Delivery.snapshot_month == campaign.snapshot_month) & (Delivery.id == Refusal.delivery_id)
    rows = db.session.execute(
        select(kept.c.kept, Subject.email, Delivery.reply)
        .outerjoin_from(kept, Refusal, Refusal.campaign_id == campaign.id)
        .outerjoin(Delivery, of_month)
        .outerjoin(Subject, Subject.id == Delivery.subject_id)
        .order_by(Refusal.delivery_id)
    ).all()
    return Ledger(rows[0].kept, [Failure(masked(row.email), row.reply or "") for row in rows if row.email])


def stride_of(span: timedelta) -> timedelta:
    """How long a stretch of a plot is that shows so much time."""
    return next((stride for stride in STRIDES if span / stride <= MOST_POINTS), STRIDES[-1])


def _sum(figure: str) -> object:
    return func.coalesce(func.sum(case((CampaignCount.figure == figure, CampaignCount.delta))), 0).label(figure)
