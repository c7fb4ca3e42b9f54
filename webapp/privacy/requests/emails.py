"""The email that warns staff. It names no person: who may see them looks at the page."""

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.clock import utc_now
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.privacy.requests import warnings
from webapp.privacy.requests.vocabulary import KINDS

LONGEST_LIST = 20


@service_email(
    "requests/deadlines_near",
    title=_l("Requests that are due soon"),
    reason=_l("You get this because you work here and see to it that people get an answer in time."),
)
def deadlines_near(message: Message) -> Content:
    now = utc_now()
    near = list(warnings.near(now=now))
    if not near:
        raise Obsolete
    rows = [(str(KINDS[request.kind]), request.due_at, request.days_left(now)) for request in near[:LONGEST_LIST]]
    return Content({"requests": rows, "due_soon": len(near), "url": links.absolute_url("requests.open_requests")})
