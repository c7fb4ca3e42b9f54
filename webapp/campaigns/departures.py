"""How many people an email of a campaign made leave, counted for many at once."""

from sqlalchemy import delete, func, insert, literal, select

from webapp.campaigns.models import Campaign, CampaignCount
from webapp.consents.models import Departure
from webapp.db import db


def count() -> None:
    """Takes in what waits. Nothing is counted for a campaign that was deleted meanwhile."""
    gone = delete(Departure).returning(Departure.campaign_id, Departure.at).cte("gone")
    second = func.date_trunc("second", gone.c.at)
    of_each = select(Campaign.id, second, literal("unsubscribed"), func.count())
    of_each = of_each.join_from(gone, Campaign, Campaign.id == gone.c.campaign_id).group_by(Campaign.id, second)
    columns = ["campaign_id", "at", "figure", "delta"]
    db.session.execute(insert(CampaignCount).from_select(columns, of_each))
