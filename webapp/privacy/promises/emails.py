"""What tells those who answer for privacy that a figure left its limit."""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.privacy.promises.figures import figures
from webapp.privacy.promises.models import Alert


@service_email(
    "privacy/promise_alert",
    title=_l("A promise of the privacy policy needs your attention"),
    reason=_l("You get this because you answer for privacy here."),
)
def promise_alert(message: Message) -> Content:
    alert = db.session.get(Alert, UUID(message.ids["alert"]))
    if alert is None or alert.figure not in figures:
        raise Obsolete
    figure = figures[alert.figure]
    return Content(
        {
            "figure": str(figure.label),
            "value": figure.in_words(alert.value),
            "limit": figure.limit,
            "when": alert.raised_at,
            "url": links.absolute_url("promises.staff"),
        }
    )
