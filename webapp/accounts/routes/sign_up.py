"""Signing up."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.access import public
from webapp.accounts import browsers, passwords, sign_ups
from webapp.accounts.forms import SignUpForm
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.even_time import evenly_timed
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import current_language


@blueprint.get("/sign-up")
@public
def sign_up() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return see_other(url_for("portal.overview"))
    browsers.this_browser()
    return _ask(SignUpForm())


@blueprint.post("/sign-up")
@public
@limiter.limit(TRIES)
@evenly_timed(0.5)  # it hashes a password
def ask_to_sign_up() -> ResponseReturnValue:
    form = SignUpForm()
    if not form.validate_on_submit():
        return _ask(form, status=422)
    entries = sign_ups.Entries(
        address=form.email.data,
        password=form.password.data,
        details=form.details(),
        topics=form.ticked(),
        language=current_language(),
    )
    sign_ups.ask(entries, browser=browsers.this_browser(), now=utc_now())
    db.session.commit()
    return see_other(url_for("accounts.check_mailbox"))


@blueprint.get("/sign-up/sent")
@public
def check_mailbox() -> ResponseReturnValue:
    return render("accounts/check_mailbox.html")


def _ask(form: SignUpForm, *, status: int = 200) -> ResponseReturnValue:
    return render("accounts/sign_up.html", status=status, form=form, shortest=passwords.SHORTEST)
