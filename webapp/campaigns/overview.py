"""The list of campaigns, newest first, page by page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import select, tuple_

from webapp.campaigns.models import Campaign
from webapp.campaigns.statistics import Figures, figures_of
from webapp.db import db

PAGE = 20


@dataclass(frozen=True)
class Place:
    """Where a page begins or ends. It stays right when campaigns come and go, unlike a page number."""

    created_at: datetime
    id: UUID

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        return cls(campaign.created_at, campaign.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError."""
        created_at, _, key = text.partition("_")
        return cls(datetime.fromisoformat(created_at), UUID(key))

    def __str__(self) -> str:
        return f"{self.created_at.isoformat()}_{self.id.hex}"


@dataclass(frozen=True)
class Page:
    rows: list[tuple[Campaign, Figures]]
    newer_than: Place | None
    older_than: Place | None


def page(*, older_than: Place | None = None, newer_than: Place | None = None) -> Page:
    """The newest campaigns, or those next to a place."""
    campaigns = _newer(newer_than) if newer_than else _older(older_than)
    more, campaigns = len(campaigns) > PAGE, campaigns[:PAGE]
    if newer_than:
        campaigns.reverse()
    figures = figures_of(campaigns)
    has_newer = more if newer_than else older_than is not None
    has_older = newer_than is not None or more
    return Page(
        rows=[(campaign, figures[campaign.id]) for campaign in campaigns],
        newer_than=Place.of(campaigns[0]) if campaigns and has_newer else None,
        older_than=Place.of(campaigns[-1]) if campaigns and has_older else None,
    )


def _older(place: Place | None) -> list[Campaign]:
    query = select(Campaign).order_by(Campaign.created_at.desc(), Campaign.id.desc()).limit(PAGE + 1)
    if place:
        query = query.where(tuple_(Campaign.created_at, Campaign.id) < (place.created_at, place.id))
    return list(db.session.scalars(query))


def _newer(place: Place) -> list[Campaign]:
    query = select(Campaign).order_by(Campaign.created_at, Campaign.id).limit(PAGE + 1)
    return list(
        db.session.scalars(query.where(tuple_(Campaign.created_at, Campaign.id) > (place.created_at, place.id)))
    )
