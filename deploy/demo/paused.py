"""The demo's campaign that paused itself: its marketer was told, and has not let it go on yet."""

from collections.abc import Iterable

from sqlalchemy import func, select

from deploy.demo import cast
from deploy.demo.mailings import Mailing
from deploy.demo.people import Person
from webapp.campaigns.models import Campaign, CampaignState, Delivery, PauseReason, Progress
from webapp.campaigns.pausing import NEVER
from webapp.db import db
from webapp.mail.models import State


def write(mailings: Iterable[Mailing], marketer: Person) -> None:
    """Once their emails are written down."""
    for mailing in mailings:
        if mailing.state is CampaignState.PAUSED:
            _pause(mailing, marketer)
            db.session.add(_progress(mailing))
            told = cast.message(marketer, "campaigns/paused", mailing.finished_at, campaign_id=str(mailing.id))
            db.session.add(told)


def _pause(mailing: Mailing, marketer: Person) -> None:
    campaign = db.session.get_one(Campaign, mailing.id)
    campaign.paused_at, campaign.pause_reason = mailing.finished_at, PauseReason.REFUSALS
    campaign.started_by, campaign.finished_at = marketer.id, None


def _progress(mailing: Mailing) -> Progress:
    """Whoever lets it go on reaches the others."""
    last = func.max(Delivery.id)
    reached = last.filter(Delivery.state != State.PENDING)
    row = db.session.execute(select(reached, last).where(Delivery.campaign_id == mailing.id)).one()
    return Progress(campaign_id=mailing.id, reached=row[0], last=row[1], next_claim_at=NEVER)
