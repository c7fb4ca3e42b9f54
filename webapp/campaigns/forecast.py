"""How fast a campaign goes at present, when it will be over, and which mail servers make part of it wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, exists, func, select

from webapp.campaigns import claims, pace
from webapp.campaigns.models import UNDERWAY, Campaign, CampaignCount, CampaignState, Deferral, Destination
from webapp.campaigns.statistics import DONE, Figures
from webapp.db import db

LATELY = timedelta(minutes=1)
TOO_SOON = timedelta(seconds=3)
MOST_SHOWN = 5


@dataclass(frozen=True)
class Slowed:
    """A domain that asked for patience, with emails of this campaign that wait for it."""

    domain: str
    per_minute: int
    reply: str


@dataclass(frozen=True)
class Forecast:
    """`held`: how many emails workers are handing over at this moment."""

    per_minute: int | None
    takes: timedelta | None
    held: int
    slowed: list[Slowed]


def of(campaign: Campaign, figures: Figures, *, now: datetime) -> Forecast | None:
    """In one query; None for one that neither goes nor rests."""
    if campaign.state not in UNDERWAY or campaign.sending_since is None:
        return None
    since = max(campaign.judged_since or campaign.sending_since, now - LATELY)
    done, held, slowed = db.session.execute(
        select(_done(campaign.id, since), claims.held(campaign.id), _slowed(campaign.id)), {"at": now}
    ).one()
    known = campaign.state is CampaignState.SENDING and done and now - since > TOO_SOON
    per_minute = done / ((now - since) / timedelta(minutes=1)) if known else campaign.pace
    if per_minute and campaign.pace:
        per_minute = min(per_minute, campaign.pace)
    going = campaign.state is CampaignState.SENDING and figures.recipients
    takes = timedelta(minutes=figures.pending / per_minute) if per_minute and going else None
    found = [Slowed(*row) for row in slowed or []]
    return Forecast(round(per_minute) if per_minute else None, takes, held, found)


def _done(campaign_id: UUID, since: datetime) -> ScalarSelect[int]:
    counts = (CampaignCount.campaign_id == campaign_id, CampaignCount.figure.in_(DONE), CampaignCount.at > since)
    return select(func.coalesce(func.sum(CampaignCount.delta), 0)).where(*counts).scalar_subquery()


def _slowed(campaign_id: UUID) -> ScalarSelect[list[tuple[str, int, str]]]:
    """The slowest first."""
    speed = pace.of_domain(None)
    waits = exists().where(Deferral.campaign_id == campaign_id, Deferral.domain == Destination.domain)
    rows: Select[str, int, str] = select(
        Destination.domain,
        func.ceil(60 * speed).label("per_minute"),
        func.coalesce(Destination.reply, "").label("reply"),
    )
    shown = rows.where(Destination.slowed_at.is_not(None), waits).order_by(speed).limit(MOST_SHOWN).subquery()
    row = func.json_build_array(shown.c.domain, shown.c.per_minute, shown.c.reply)
    return select(func.json_agg(row)).scalar_subquery()
