"""Signing in and out."""

from datetime import timedelta
from math import ceil

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import public
from webapp.accounts import credentials, sessions, shared_computers
from webapp.accounts.factors import second_step
from webapp.accounts.factors.enrolment import has_second_factor
from webapp.accounts.forms import SignInForm
from webapp.accounts.guessing import TooManyGuesses
from webapp.accounts.next_page import local_path
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    wanted = local_path(request.args.get("next"))
    if current_user.is_authenticated:
        return see_other(wanted or url_for("portal.overview"))
    return render("accounts/sign_in.html", form=SignInForm(), next=wanted, refused=False)


@blueprint.post("/sign-in")
@public
@limiter.limit(TRIES)
def start_session() -> ResponseReturnValue:
    form, wanted, now = SignInForm(), local_path(request.form.get("next")), utc_now()
    if not form.validate_on_submit():
        return render("accounts/sign_in.html", status=422, form=form, next=wanted, refused=False)
    device = credentials.device_at_hand(form.email.data)
    try:
        credentials.take_turn(form.email.data, device=device, now=now)
    except TooManyGuesses as too_many:
        return _let_wait(form, wanted, too_many.pause)
    db.session.commit()
    account = credentials.check(form.email.data, form.password.data, device=device, now=now)
    if account is None:
        db.session.commit()
        return render("accounts/sign_in.html", status=422, form=form, next=wanted, refused=True)
    shared_computers.note(shared=form.shared.data)
    credentials.strengthen(account, form.password.data)
    if has_second_factor(account):
        second_step.begin(account, wanted=wanted, now=now)
        db.session.commit()
        return see_other(url_for("accounts.second_factor"))
    sessions.sign_in(account, now=now)
    db.session.commit()
    return see_other(wanted or url_for("portal.overview"))


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Also for a page whose sign-in ended meanwhile."""
    if current_user.is_authenticated:
        sessions.sign_out(now=utc_now())
        db.session.commit()
    flash(_("You are signed out."), "success")
    response = see_other(url_for("portal.home"))
    response.headers["Clear-Site-Data"] = '"cache"'  # what the back button would show
    return response


def _let_wait(form: SignInForm, wanted: str | None, pause: timedelta) -> ResponseReturnValue:
    db.session.rollback()
    response = render("accounts/sign_in.html", status=429, form=form, next=wanted, refused=False, pause=pause)
    response.headers["Retry-After"] = str(ceil(pause.total_seconds()))
    return response
