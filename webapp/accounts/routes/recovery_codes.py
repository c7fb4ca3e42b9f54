"""The ten recovery codes: shown in the answer to the button that makes them, and never again."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.accounts.factors import recovery_codes
from webapp.accounts.factors.enrolment import has_second_factor
from webapp.accounts.forms import Form
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.subjects.current import current_subject


@blueprint.get("/account/security/recovery-codes")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
def new_recovery_codes() -> ResponseReturnValue:
    if not has_second_factor(current_user.account):
        flash(_("Recovery codes stand in for a second factor. Add one first."), "info")
        return see_other(url_for("accounts.security"))
    left = recovery_codes.left(current_user.account)
    return render("accounts/new_recovery_codes.html", form=Form(), left=left)


@blueprint.post("/account/security/recovery-codes")
@allow(EVERYBODY_SIGNED_IN)
@limiter.limit(TRIES)
@fresh_proof
def make_recovery_codes() -> ResponseReturnValue:
    if not has_second_factor(current_user.account):
        return see_other(url_for("accounts.security"))
    return _made()


def after_adding() -> ResponseReturnValue:
    """Whoever has a second factor needs a way in without it: the first one brings the codes with it."""
    if recovery_codes.left(current_user.account):
        return see_other(url_for("accounts.security"))
    return _made()


def _made() -> Response:
    """Not 303 to another page: that one would have to find the codes somewhere."""
    codes = recovery_codes.make(current_user.account, now=utc_now())
    db.session.commit()
    return render("accounts/recovery_codes.html", codes=codes, email=current_subject().email, made_at=utc_now())
