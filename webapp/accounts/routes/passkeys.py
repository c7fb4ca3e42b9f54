"""Adding and removing passkeys."""

from uuid import UUID

from flask import Response, flash, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.accounts import devices
from webapp.accounts.factors import passkeys
from webapp.accounts.factors.forms import NewPasskeyForm
from webapp.accounts.factors.overview import factors_of
from webapp.accounts.factors.passkeys import PasskeyRefused
from webapp.accounts.forms import Form
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.accounts.routes.recovery_codes import after_adding
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other


@blueprint.get("/account/security/passkeys/new")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
def new_passkey() -> ResponseReturnValue:
    name = devices.name_of(request.user_agent.string)
    return render("accounts/new_passkey.html", form=NewPasskeyForm(data={"name": name}))


@blueprint.post("/account/security/passkeys/options")
@allow(EVERYBODY_SIGNED_IN)
@limiter.limit(TRIES)
def new_passkey_options() -> Response:
    return jsonify(passkeys.options_to_add(current_user.account, now=utc_now()))


@blueprint.post("/account/security/passkeys/new")
@allow(EVERYBODY_SIGNED_IN)
@limiter.limit(TRIES)
@fresh_proof
def add_passkey() -> ResponseReturnValue:
    form = NewPasskeyForm()
    if not form.validate_on_submit():
        return render("accounts/new_passkey.html", status=422, form=form)
    try:
        passkeys.add(current_user.account, form.answer.data or "", name=form.name.data, now=utc_now())
    except PasskeyRefused:
        db.session.rollback()
        form.form_errors = [_("The passkey could not be made. Please try again.")]
        return render("accounts/new_passkey.html", status=422, form=form)
    db.session.commit()
    flash(_("Your passkey is ready. From now on you can sign in with it, without a password."), "success")
    return after_adding()


@blueprint.get("/account/security/passkeys/<uuid:passkey_id>/removal")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
def passkey_removal(passkey_id: UUID) -> ResponseReturnValue:
    factors = factors_of(current_user.account)
    passkey = next((passkey for passkey in factors.passkeys if passkey.id == passkey_id), None)
    if passkey is None:
        return see_other(url_for("accounts.security"))
    return render("accounts/passkey_removal.html", form=Form(), passkey=passkey, last=factors.count == 1)


@blueprint.post("/account/security/passkeys/<uuid:passkey_id>/removal")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
def remove_passkey(passkey_id: UUID) -> ResponseReturnValue:
    passkeys.remove(current_user.account, passkey_id, now=utc_now())
    db.session.commit()
    flash(_("The passkey is removed. You can delete it on your device, too."), "success")
    return see_other(url_for("accounts.security"))
