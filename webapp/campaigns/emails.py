"""The emails of this package that go to one person."""

from uuid import UUID

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.campaigns import audience, statistics
from webapp.campaigns.models import Campaign
from webapp.campaigns.rendering import compile_for
from webapp.campaigns.words import PAUSES
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message


@service_email(
    "campaigns/test",
    title=_l("A campaign, as a test"),
    reason=_l("You get this because you asked for a test of a campaign."),
)
def test(message: Message) -> Content:
    campaign = db.session.get(Campaign, UUID(message.ids["campaign_id"]))
    if campaign is None:
        raise Obsolete
    reader = audience.recipient(message.subject_id)
    letter = compile_for(reader, campaign).letter(reader)
    return Content(rendered=letter.rendered, headers=letter.headers)


@service_email(
    "campaigns/paused",
    title=_l("A campaign was paused by itself"),
    reason=_l("You get this because you started this campaign."),
)
def paused(message: Message) -> Content:
    campaign = db.session.get(Campaign, UUID(message.ids["campaign_id"]))
    if campaign is None or campaign.pause_reason is None or campaign.paused_at is None:
        raise Obsolete
    figures = statistics.figures(campaign)
    return Content(
        {
            "campaign": campaign.title,
            "why": str(PAUSES[campaign.pause_reason]),
            "when": campaign.paused_at,
            "so_far": format_decimal(figures.sent),
            "in_all": format_decimal(figures.recipients),
            "url": links.absolute_url("campaigns.campaign", campaign_id=str(campaign.id)),
        }
    )
