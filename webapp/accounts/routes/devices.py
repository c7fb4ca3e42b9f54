"""Where a person is signed in, and ending it from afar."""

from uuid import UUID

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.accounts import devices, sessions
from webapp.accounts.routes.blueprint import blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other, wants_fragment
from webapp.subjects.current import current_subject


@blueprint.get("/account/devices")
@allow(EVERYBODY_SIGNED_IN)
def signed_in_devices() -> ResponseReturnValue:
    return _show()


@blueprint.post("/account/devices/<uuid:device_id>/sign-out")
@allow(EVERYBODY_SIGNED_IN)
def sign_out_device(device_id: UUID) -> ResponseReturnValue:
    """Without a fresh proof: ending a sign-in harms nobody, and it may have to be quick."""
    sessions.end(current_subject(), device_id, now=utc_now())
    db.session.commit()
    return _signed_out(_("That device is signed out."))


@blueprint.post("/account/devices/sign-out-others")
@allow(EVERYBODY_SIGNED_IN)
def sign_out_others() -> ResponseReturnValue:
    sessions.end_others(current_subject(), but=current_user.device, now=utc_now())
    db.session.commit()
    return _signed_out(_("All other devices are signed out."))


def _signed_out(message: str) -> ResponseReturnValue:
    if wants_fragment():
        return _show(notice=message)
    flash(message, "success")
    return see_other(url_for("accounts.signed_in_devices"))


def _show(*, notice: str | None = None) -> ResponseReturnValue:
    now, here = utc_now(), current_user.device.id
    return render(
        "accounts/devices.html",
        fragment="accounts/_devices.html",
        notice=notice,
        devices=sorted(sessions.active(current_subject(), now=now), key=lambda device: device.id != here),
        name_of=devices.name_of,
        now=now,
    )
