"""The security page: the password, and where to find the rest."""

from flask import flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.accounts import credentials, password_reminders, passwords, proofs, sessions
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
        db.session.commit()
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


def _form() -> PasswordChangeForm:
    return PasswordChangeForm(current_user.account)


def _knows_current(form: PasswordChangeForm) -> bool:
    proofs.take_turn(now=utc_now())
    if passwords.verify(current_user.account.password_hash, form.current_password.data):
        proofs.note(now=utc_now())
        return True
    form.current_password.errors = [_("This is not your current password.")]
    return False


def _show(
    part: str | None, *, form: PasswordChangeForm | None = None, notice: str | None = None, status: int = 200
) -> ResponseReturnValue:
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
        device_count=len(sessions.active(current_subject(), now=utc_now())),
    )
