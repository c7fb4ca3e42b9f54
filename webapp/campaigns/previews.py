"""How a campaign looks to one of its readers, and to people who are invented, before and after it is sent."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

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
class Invented:
    """A reader whom a text should suit as well."""

    title: LazyString
    given_name: str = ""
    family_name: str = ""
    organization: str = ""


COMPLETE = "complete"
INVENTED = {
    COMPLETE: Invented(_l("Alex Morgan of Example Ltd"), "Alex", "Morgan", "Example Ltd"),
    "private": Invented(_l("Alex Morgan, no company"), "Alex", "Morgan"),
    "unknown": Invented(_l("No name, no company")),
    "long": Invented(_l("A long name"), "Maximiliane-Theodora", "von Hohenlohe-Schillingsfürst"),
}


@dataclass(frozen=True)
class Envelope:
    """What stands on the outside: how many get it, and the subject as one of them sees it."""

    people: int
    subject: str
    somebody: str | None  # the masked address of a real reader, if there is one
    invented: str | None  # who sees it, unless that reader does
    takes: timedelta | None  # how long the pace makes it take; None without one


def unsaved(campaign: Campaign, wording: Wording) -> Campaign:
    """The draft as it would be with this wording. It belongs to no session, so nothing saves it."""
    return Campaign(
        id=campaign.id,
        topic_id=wording.topic_id,
        topic=db.session.get_one(Topic, wording.topic_id),
        language=wording.language,
        subject=wording.subject,
        body=wording.body,
        pace=wording.pace,
    )


def preview(campaign: Campaign, invented: str | None = None) -> Rendered:
    reader = _shown_to(campaign, audience.sample(campaign), invented)
    return compile_for(reader, campaign).preview(reader)


def envelope(campaign: Campaign, invented: str | None = None) -> Envelope:
    somebody = audience.sample(campaign)
    reader = _shown_to(campaign, somebody, invented)
    people = audience.count(campaign)
    return Envelope(
        people=people,
        subject=compile_for(reader, campaign).preview(reader).subject,
        somebody=masked(somebody.email) if somebody else None,
        invented=invented if invented in INVENTED else None if somebody else COMPLETE,
        takes=timedelta(minutes=people / campaign.pace) if campaign.pace else None,
    )


def _shown_to(campaign: Campaign, somebody: Recipient | None, invented: str | None) -> Recipient:
    """To one of the people who would get it, if there is one and nobody else is asked for."""
    if somebody and invented not in INVENTED:
        return somebody
    who = INVENTED.get(invented or "", INVENTED[COMPLETE])
    return Recipient(
        subject_id=NOBODY,
        email="alex.morgan@example.org",
        language=campaign.language or settings().languages[0],
        given_name=who.given_name,
        family_name=who.family_name,
        organization=who.organization,
    )
