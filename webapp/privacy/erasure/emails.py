"""The emails about a deletion, as long as there is somebody to write to. The receipt is another one."""

from datetime import timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.accounts import profiles
from webapp.clock import utc_now
from webapp.links import Purpose
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.privacy import mailed_codes
from webapp.privacy.erasure import erasures, for_others
from webapp.privacy.erasure.models import Erasure, ErasureState

ASKED_FOR_IT = _l("You get this because you asked us to delete your data.")
SOMEBODY_ASKED = _l("You get this because somebody asked us to delete the data about this address.")


@service_email("erasure/to_confirm", title=_l("Do you want all your data deleted?"), reason=ASKED_FOR_IT)
def erasure_to_confirm(message: Message) -> Content:
    erasure = _in_state(message, ErasureState.PLANNED)
    token = erasures.link_token(erasure, now=utc_now())
    return Content(
        {
            "name": profiles.first_name(message.subject_id),
            "url": links.absolute_url("erasure.confirmation", token=token),
        }
    )


@service_email("erasure/to_confirm_by_code", title=_l("Do you want all your data deleted?"), reason=SOMEBODY_ASKED)
def erasure_to_confirm_by_code(message: Message) -> Content:
    """It may have gone to a wrong address, so it says nothing about anybody."""
    erasure = _in_state(message, ErasureState.PLANNED)
    token = erasures.link_token(erasure, now=utc_now())
    return Content({"name": "", "url": links.absolute_url("erasure.for_others_page", token=token)})


@service_email("erasure/code", title=_l("Your code for deleting your data"), reason=SOMEBODY_ASKED)
def erasure_code(message: Message) -> Content:
    erasure, number, now = _in_state(message, *for_others.OPEN_WITH_CODE), UUID(message.ids["number"]), utc_now()
    if not mailed_codes.is_current(for_others.code_of(erasure), number, now=now):
        raise Obsolete
    code = mailed_codes.digits(erasure.id, number)
    return Content({"name": "", "code": code, "minutes": mailed_codes.LASTS // timedelta(minutes=1)})


@service_email("erasure/confirmed", title=_l("Your data will be deleted"), reason=ASKED_FOR_IT)
def erasure_confirmed(message: Message) -> Content:
    erasure = _in_state(message, ErasureState.CONFIRMED)
    return Content(
        {"name": profiles.first_name(message.subject_id), "when": erasure.starts_at, "stop_url": _stop_url(erasure)}
    )


@service_email("erasure/asked_again", title=_l("Less can be deleted than planned: go on?"), reason=ASKED_FOR_IT)
def erasure_asked_again(message: Message) -> Content:
    erasure = _in_state(message, ErasureState.ASKED_AGAIN)
    page = "erasure.plan" if for_others.has_account(erasure) else "erasure.for_others_page"
    token = {} if for_others.has_account(erasure) else {"token": erasures.link_token(erasure, now=utc_now())}
    return Content(
        {
            "name": profiles.first_name(message.subject_id),
            "url": links.absolute_url(page, **token),
            "stop_url": _stop_url(erasure),
            "until": erasure.starts_at,
        }
    )


@service_email("erasure/cancelled", title=_l("Nothing is deleted"), reason=ASKED_FOR_IT)
def erasure_cancelled(message: Message) -> Content:
    return Content({"name": profiles.first_name(message.subject_id)})


def _in_state(message: Message, *states: ErasureState) -> Erasure:
    erasure = erasures.find(UUID(message.ids["erasure_id"]))
    if erasure is None or erasure.state not in states:
        raise Obsolete
    return erasure


def _stop_url(erasure: Erasure) -> str:
    token = links.sign(Purpose.CANCEL_ERASURE, now=utc_now(), erasure=str(erasure.id))
    return links.absolute_url("erasure.stopping", token=token)
