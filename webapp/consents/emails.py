"""The emails of this package.

What somebody typed into the newsletter's form is not repeated in its email: anybody could be written to in our name.
"""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.clock import utc_now
from webapp.consents import newsletter
from webapp.consents.models import NewsletterRequest
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message


@service_email(
    "consents/confirm_newsletter",
    title=_l("Confirm your newsletter"),
    reason=_l("You get this because this address was entered on our newsletter page."),
)
def confirm_newsletter(message: Message) -> Content:
    request = db.session.get(NewsletterRequest, UUID(message.ids["request"]))
    if request is None or request.confirmed_at:
        raise Obsolete
    token = newsletter.link_token(request, now=utc_now())
    return Content({"url": links.absolute_url("consents.confirm_newsletter", token=token)})
