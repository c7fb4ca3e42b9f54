"""The security page: the password, and the devices that are signed in."""

from uuid import UUID

from flask import flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.accounts import credentials, devices, password_reminders, passwords, proofs, sessions
from webapp.accounts.factors.overview import factors_of
from webapp.accounts.forms import PasswordChangeForm
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other, wants_fragment
from webapp.subjects.current import current_subject


@blueprint.get("/account/security")
@allow(EVERYBODY_SIGNED_IN)
def security() -> ResponseReturnValue:
    return _show("_password" if request.args.get("row") == "password" else None)


@blueprint.get("/account/security/password")
@allow(EVERYBODY_SIGNED_IN)
def edit_password() -> ResponseReturnValue:
    return _show("_password", form=_form())


@blueprint.post("/account/security/password")
@allow(EVERYBODY_SIGNED_IN)
@limiter.limit(TRIES)
def change_password() -> ResponseReturnValue:
    form, now = _form(), utc_now()
    if not (form.validate_on_submit() and _knows_current(form)):
        return _show("_password", form=form, status=422)
    credentials.replace_password(current_user.account, form.password.data, now=now)
    sessions.end_others(current_subject(), but=current_user.device, now=now)
    db.session.commit()
    flash(_("Your password is changed. All other devices were signed out."), "success")
    return see_other(url_for("accounts.security"))


@blueprint.post("/account/security/password/keeping")
@allow(EVERYBODY_SIGNED_IN)
def keep_password() -> ResponseReturnValue:
    """The answer to the yearly reminder."""
    password_reminders.keep(current_user.account, now=utc_now())
    db.session.commit()
    return make_response("") if wants_fragment() else see_other(url_for("portal.overview"))


@blueprint.post("/account/devices/<uuid:device_id>/sign-out")
@allow(EVERYBODY_SIGNED_IN)
def sign_out_device(device_id: UUID) -> ResponseReturnValue:
    sessions.end(current_subject(), device_id, now=utc_now())
    db.session.commit()
    return _signed_out(_("That device is signed out."))


@blueprint.post("/account/devices/sign-out-others")
@allow(EVERYBODY_SIGNED_IN)
def sign_out_others() -> ResponseReturnValue:
    sessions.end_others(current_subject(), but=current_user.device, now=utc_now())
    db.session.commit()
    return _signed_out(_("All other devices are signed out."))


def _form() -> PasswordChangeForm:
    return PasswordChangeForm(current_user.account)


def _knows_current(form: PasswordChangeForm) -> bool:
    if passwords.verify(current_user.account.password_hash, form.current_password.data):
        proofs.note(now=utc_now())
        return True
    form.current_password.errors = [_("This is not your current password.")]
    return False


def _signed_out(message: str) -> ResponseReturnValue:
    if wants_fragment():
        return _show("_devices", notice=message)
    flash(message, "success")
    return see_other(url_for("accounts.security", _anchor="devices"))


def _show(
    part: str | None, *, form: PasswordChangeForm | None = None, notice: str | None = None, status: int = 200
) -> ResponseReturnValue:
    now, here = utc_now(), current_user.device.id
    return render(
        "accounts/security.html",
        fragment=f"accounts/{part}.html" if part else None,
        status=status,
        part=part,
        form=form,
        notice=notice,
        account=current_user.account,
        shortest=credentials.shortest_password(current_user.account),
        factors=factors_of(current_user.account),
        devices=sorted(sessions.active(current_subject(), now=now), key=lambda device: device.id != here),
        name_of=devices.name_of,
        now=now,
    )
