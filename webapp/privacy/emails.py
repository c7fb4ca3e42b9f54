"""The emails of this package."""

from datetime import timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.accounts import profiles
from webapp.clock import utc_now
from webapp.links import Purpose
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.privacy import copies_for_others, copy_codes, copy_shares, exports, mailed_codes
from webapp.privacy.models import DataExport, ExportState

ASKED_FOR_COPY = _l("You get this because you asked for a copy of your data.")


@service_email("privacy/export_ready", title=_l("The copy of your data is ready"), reason=ASKED_FOR_COPY)
def export_ready(message: Message) -> Content:
    export, now = _available(message), utc_now()
    token = links.sign(Purpose.DOWNLOAD_EXPORT, now=now, export_id=str(export.id))
    return Content(
        {
            "name": profiles.first_name(message.subject_id),
            "url": links.absolute_url("privacy.export_link", token=token),
            "size": export.size,
            "until": export.expires_at,
        }
    )


@service_email(
    "privacy/copy_to_confirm",
    title=_l("Do you want a copy of your data?"),
    reason=_l("You get this because somebody asked us for a copy of the data about this address."),
)
def copy_to_confirm(message: Message) -> Content:
    """It may have gone to a wrong address, so it says nothing about anybody."""
    export = exports.find(UUID(message.ids["export_id"]))
    if export is None or export.state is not ExportState.UNCONFIRMED:
        raise Obsolete
    token = copies_for_others.link_token(export, now=utc_now())
    return Content({"url": links.absolute_url("privacy.confirm_copy", token=token)})


@service_email("privacy/copy_to_collect", title=_l("The copy of your data is ready"), reason=ASKED_FOR_COPY)
def copy_to_collect(message: Message) -> Content:
    export, now = _available(message), utc_now()
    token = links.sign(Purpose.COLLECT_COPY, now=now, export_id=str(export.id))
    url = links.absolute_url("privacy.collect_copy", token=token)
    return Content({"url": url, "size": export.size, "until": export.expires_at})


@service_email("privacy/copy_code", title=_l("The code for the copy of your data"), reason=ASKED_FOR_COPY)
def copy_code(message: Message) -> Content:
    export, number, now = _available(message), UUID(message.ids["number"]), utc_now()
    if not copy_codes.is_current(export, number, now=now):
        raise Obsolete
    code, minutes = mailed_codes.digits(export.id, number), mailed_codes.LASTS // timedelta(minutes=1)
    return Content({"code": code, "minutes": minutes})


@service_email(
    "privacy/share_used",
    title=_l("Your data was downloaded with a link that you made"),
    reason=_l("You get this because you made a link to the copy of your data."),
)
def share_used(message: Message) -> Content:
    share = copy_shares.find(UUID(message.ids["share"]))
    if share is None:
        raise Obsolete
    return Content(
        {
            "name": profiles.first_name(message.subject_id),
            "whom": share.name,
            "when": message.created_at,
            "url": links.absolute_url("privacy.export_details", export_id=str(share.export_id)),
        }
    )


def _available(message: Message) -> DataExport:
    export = exports.find(UUID(message.ids["export_id"]))
    if export is None or not export.available(utc_now()):
        raise Obsolete
    return export
