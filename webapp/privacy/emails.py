"""The emails of this package."""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.accounts.models import Profile
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.privacy import exports


@service_email(
    "privacy/export_ready",
    title=_l("The copy of your data is ready"),
    reason=_l("You get this because you asked for a copy of your data."),
)
def export_ready(message: Message) -> Content:
    now = utc_now()
    export = exports.find(UUID(message.ids["export_id"]))
    if export is None or not export.available(now):
        raise Obsolete
    token = links.sign(links.Purpose.DOWNLOAD_EXPORT, now=now, export_id=str(export.id))
    profile = db.session.get(Profile, message.subject_id)
    return Content(
        {
            "name": profile.given_name if profile else "",
            "url": links.absolute_url("privacy.export_link", token=token),
            "size": export.size,
            "until": export.expires_at,
        }
    )
