"""Setting up an authenticator app, and removing it."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.accounts.factors import authenticator
from webapp.accounts.factors.forms import NewAuthenticatorForm
from webapp.accounts.factors.overview import factors_of
from webapp.accounts.forms import Form
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.accounts.routes.recovery_codes import after_adding
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.subjects.current import current_subject


@blueprint.get("/account/security/authenticator")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
def new_authenticator() -> ResponseReturnValue:
    """Shows a new key; nothing is kept of it before its first code comes back."""
    return _show(NewAuthenticatorForm(data={"proposal": authenticator.propose(current_subject())}))


@blueprint.post("/account/security/authenticator")
@allow(EVERYBODY_SIGNED_IN)
@limiter.limit(TRIES)
@fresh_proof
def add_authenticator() -> ResponseReturnValue:
    form = NewAuthenticatorForm()
    key = authenticator.opened(form.proposal.data or "", current_subject())
    if key is None:
        flash(_("That did not work. Please scan this new code."), "error")
        return see_other(url_for("accounts.new_authenticator"))
    if not form.validate_on_submit():
        return _show(form, status=422)
    if not authenticator.add(current_user.account, key, form.code.data, now=utc_now()):
        form.code.errors = [_("The app shows another code. Check that the clock of your phone is right.")]
        return _show(form, status=422)
    db.session.commit()
    flash(_("Your authenticator app is set up. We ask for its code from your next sign-in on."), "success")
    return after_adding()


@blueprint.get("/account/security/authenticator/removal")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
def authenticator_removal() -> ResponseReturnValue:
    factors = factors_of(current_user.account)
    if not factors.authenticator:
        return see_other(url_for("accounts.security"))
    return render("accounts/authenticator_removal.html", form=Form(), last=factors.count == 1)


@blueprint.post("/account/security/authenticator/removal")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
def remove_authenticator() -> ResponseReturnValue:
    authenticator.remove(current_user.account, now=utc_now())
    db.session.commit()
    flash(_("Your authenticator app is removed. You can delete its entry in the app, too."), "success")
    return see_other(url_for("accounts.security"))


def _show(form: NewAuthenticatorForm, *, status: int = 200) -> Response:
    key = authenticator.opened(form.proposal.data, current_subject()) or ""
    address = authenticator.address(key, current_user.account)
    return render(
        "accounts/new_authenticator.html",
        status=status,
        form=form,
        key=_in_fours(key),
        address=address,
        picture=authenticator.picture(address),
    )


def _in_fours(key: str) -> str:
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
