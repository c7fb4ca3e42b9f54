"""The list of campaigns, newest first, page by page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import select, tuple_

from webapp.campaigns.models import Campaign
from webapp.campaigns.statistics import Figures, figures_of
from webapp.db import db
from webapp.paging import cut

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
    found = _newer(newer_than)[::-1] if newer_than else _older(older_than)
    shown = cut(found, Place.of, size=PAGE, older_than=older_than, newer_than=newer_than)
    figures = figures_of(shown.rows)
    return Page([(campaign, figures[campaign.id]) for campaign in shown.rows], shown.newer_than, shown.older_than)


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
