"""The list of campaigns, newest first, page by page."""

from dataclasses import dataclass

from sqlalchemy import select

from webapp.campaigns.models import Campaign
from webapp.campaigns.statistics import Figures, figures_of
from webapp.db import db
from webapp.paging import AtTime, cut, next_to

PAGE = 20


@dataclass(frozen=True)
class Page:
    rows: list[tuple[Campaign, Figures]]
    newer_than: AtTime | None
    older_than: AtTime | None


def page(*, older_than: AtTime | None = None, newer_than: AtTime | None = None) -> Page:
    """The newest campaigns, or those next to a place."""
    order = (Campaign.created_at, Campaign.id)
    query = next_to(select(Campaign), order, size=PAGE, older_than=older_than, newer_than=newer_than)
    found = db.session.scalars(query).all()
    shown = cut(found, _place, size=PAGE, older_than=older_than, newer_than=newer_than)
    figures = figures_of(shown.rows)
    return Page([(campaign, figures[campaign.id]) for campaign in shown.rows], shown.newer_than, shown.older_than)


def _place(campaign: Campaign) -> AtTime:
    return AtTime(campaign.created_at, campaign.id)
