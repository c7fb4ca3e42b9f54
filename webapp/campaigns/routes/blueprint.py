from uuid import UUID

from flask import Blueprint

from webapp.campaigns.models import Campaign
from webapp.db import db

blueprint = Blueprint("campaigns", __name__)


def campaign_or_404(campaign_id: UUID) -> Campaign:
    return db.get_or_404(Campaign, campaign_id)
