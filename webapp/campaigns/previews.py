"""How a campaign looks to one of its readers, before and after it is sent."""

from dataclasses import dataclass
from uuid import UUID

from webapp.campaigns import audience
from webapp.campaigns.audience import Recipient
from webapp.campaigns.campaigns import Wording
from webapp.campaigns.models import Campaign
from webapp.campaigns.rendering import compile_for
from webapp.config import settings
from webapp.consents.models import Topic
from webapp.db import db
from webapp.mail.rendering import Rendered
from webapp.subjects.addresses import masked

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Envelope:
    """What stands on the outside: how many get it, and the subject as one of them sees it."""

    people: int
    subject: str
    seen_by: str | None  # a masked address; None for an invented reader


def unsaved(campaign: Campaign, wording: Wording) -> Campaign:
    """The draft as it would be with this wording. It belongs to no session, so nothing saves it."""
    return Campaign(
        id=campaign.id,
        topic_id=wording.topic_id,
        topic=db.session.get_one(Topic, wording.topic_id),
        language=wording.language,
        subject=wording.subject,
        body=wording.body,
    )


def reader_of(campaign: Campaign) -> Recipient:
    """One of the people who would get it, or an invented person while there is nobody."""
    return audience.sample(campaign) or Recipient(
        subject_id=NOBODY,
        email="alex.morgan@example.org",
        language=campaign.language or settings().languages[0],
        given_name="Alex",
        family_name="Morgan",
        organization="Example Ltd",
    )


def preview(campaign: Campaign, reader: Recipient) -> Rendered:
    return compile_for(reader, campaign).preview(reader)


def envelope(campaign: Campaign) -> Envelope:
    reader = reader_of(campaign)
    return Envelope(
        people=audience.count(campaign),
        subject=preview(campaign, reader).subject,
        seen_by=None if reader.subject_id == NOBODY else masked(reader.email),
    )
