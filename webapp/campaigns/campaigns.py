"""Writing campaigns: a draft is made, changed, copied and thrown away. Sending it is told in `sending.py`."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, select

from webapp.audit import Action
from webapp.campaigns.models import UNDERWAY, Campaign, CampaignState, Claim
from webapp.campaigns.sending import NotADraft
from webapp.db import db
from webapp.subjects import trail
from webapp.subjects.models import Subject


class ChangedMeanwhile(Exception):
    """Somebody else saved another version than the one this person saw."""


class StillSending(Exception):
    """Emails of it are on their way, so it cannot be deleted yet."""


@dataclass(frozen=True)
class Wording:
    """What a marketer writes, and to whom: all of a campaign that can be changed while it is a draft."""

    topic_id: UUID
    language: str | None
    subject: str
    body: str
    pace: int | None = None  # emails per minute


def create(wording: Wording, *, author: Subject, now: datetime) -> Campaign:
    campaign = Campaign(
        id=uuid4(), state=CampaignState.DRAFT, created_by=author.id, created_at=now, changed_at=now, **asdict(wording)
    )
    db.session.add(campaign)
    trail.record(Action.CAMPAIGN_WRITTEN, author, now=now, campaign=str(campaign.id))
    return campaign


def copy(campaign: Campaign, *, author: Subject, now: datetime) -> Campaign:
    """A new draft that says the same."""
    return create(wording_of(campaign), author=author, now=now)


def change(campaign: Campaign, wording: Wording, *, version: str, author: Subject, now: datetime) -> None:
    """Raises NotADraft, or ChangedMeanwhile; what is saved already may be saved again."""
    _hold(campaign)
    if wording_of(campaign) == wording:
        return
    if version_of(campaign) != version:
        raise ChangedMeanwhile
    for name, value in asdict(wording).items():
        setattr(campaign, name, value)
    campaign.changed_at = now
    trail.record(Action.CAMPAIGN_WRITTEN, author, now=now, campaign=str(campaign.id))


def hold_version(campaign: Campaign, version: str) -> None:
    """Nobody changes the draft until the end of this transaction. Raises NotADraft, or ChangedMeanwhile."""
    _hold(campaign)
    if version_of(campaign) != version:
        raise ChangedMeanwhile


def remove(campaign: Campaign, *, actor: Subject, now: datetime) -> None:
    """Its ledger stays, and so do the links at the foot of its emails. Raises StillSending."""
    held = exists().where(Claim.campaign_id == Campaign.id)
    removal = delete(Campaign).where(Campaign.id == campaign.id, Campaign.state.not_in(UNDERWAY), ~held)
    if db.session.scalar(removal.returning(Campaign.id)) is None:
        raise StillSending
    trail.record(Action.CAMPAIGN_DELETED, actor, now=now, campaign=str(campaign.id))


def wording_of(campaign: Campaign) -> Wording:
    return Wording(campaign.topic_id, campaign.language, campaign.subject, campaign.body, campaign.pace)


def version_of(campaign: Campaign) -> str:
    """Names the text that a page shows, so that what comes back can be compared with what is there by then."""
    return campaign.changed_at.astimezone(UTC).isoformat()


def _hold(campaign: Campaign) -> None:
    """Locks the draft and reads it anew."""
    draft = select(Campaign.id).where(Campaign.id == campaign.id, Campaign.state == CampaignState.DRAFT)
    if db.session.scalar(draft.with_for_update()) is None:
        raise NotADraft
    db.session.refresh(campaign)
