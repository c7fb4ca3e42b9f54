"""The emails of this package that go to one person."""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp.campaigns import audience
from webapp.campaigns.models import Campaign
from webapp.campaigns.rendering import compile_for
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
