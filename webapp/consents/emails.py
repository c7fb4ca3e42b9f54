"""The emails of this package.

What somebody typed into the newsletter's form is not repeated in its email: anybody could be written to in our name.
"""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.clock import utc_now
from webapp.consents import history, newsletter
from webapp.consents.models import NewsletterRequest
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.subjects.models import Subject


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


@service_email(
    "consents/history",
    title=_l("Each yes and no"),
    reason=_l("You get this because somebody asked for it on the page where you choose your emails."),
)
def history_link(message: Message) -> Content:
    subject = db.session.get_one(Subject, message.subject_id)
    token = history.link_token(subject, now=utc_now())
    return Content({"url": links.absolute_url("consents.linked_history", token=token)})
