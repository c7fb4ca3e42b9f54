"""The emails about closing an account, and about what comes after it."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.accounts import profiles
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.privacy.closing import closures
from webapp.privacy.closing.models import Closure

CLOSED = _l("You get this because you closed your account with us. It is about your data, and no advertising.")


@service_email(
    "closing/confirm_closure",
    title=_l("Do you want to close your account?"),
    reason=_l("You get this because somebody who is signed in to your account asked to close it."),
)
def confirm_closure(message: Message) -> Content:
    closure = _closure(message)
    if closure.confirmed_at:
        raise Obsolete
    token = closures.link_token(closure, now=utc_now())
    return _to_owner(message, url=links.absolute_url("closing.confirmation", token=token))


@service_email("closing/closed", title=_l("Your account is closed"), reason=CLOSED)
def closed(message: Message) -> Content:
    closure = _closure(message)
    return _to_owner(message, day=closure.delete_at, url=_page())


@service_email(
    "closing/reopened",
    title=_l("Your account is open again"),
    reason=_l("You get this because you opened your account with us again."),
)
def reopened(message: Message) -> Content:
    reset_url = links.absolute_url("accounts.forgotten")
    return _to_owner(message, when=message.created_at, reset_url=reset_url)


@service_email("closing/deletion_ahead", title=_l("Your closed account will be deleted"), reason=CLOSED)
def deletion_ahead(message: Message) -> Content:
    """Also to who asked to keep it a year ago: it asks whether they still do."""
    closure = _closure(message)
    if closure.begun_at:
        raise Obsolete
    return _to_owner(message, day=closure.delete_at, kept=closure.kept_at, url=_page())


def _to_owner(message: Message, **variables: Any) -> Content:
    return Content({"name": profiles.first_name(message.subject_id), **variables})


def _closure(message: Message) -> Closure:
    closure = db.session.get(Closure, UUID(message.ids["closure"]))
    if closure is None or closure.ended_at:
        raise Obsolete
    return closure


def _page() -> str:
    return links.absolute_url("closing.closure")
