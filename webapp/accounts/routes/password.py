"""A forgotten password: the form, the link, and the form behind the link."""

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import public
from webapp.accounts import credentials, password_resets
from webapp.accounts.forms import ForgottenForm, NewPasswordForm
from webapp.accounts.password_resets import PasswordReset
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.even_time import evenly_timed
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import speak
from webapp.links import InvalidLink, LinkProblem, Purpose

COOKIE = "password_reset"


@blueprint.get("/password/forgotten")
@public
def forgotten() -> ResponseReturnValue:
    return render("accounts/forgotten.html", form=ForgottenForm())


@blueprint.post("/password/forgotten")
@public
@limiter.limit(TRIES)
@evenly_timed(0.1)
def ask_for_reset() -> ResponseReturnValue:
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render("accounts/forgotten.html", status=422, form=form)
    password_resets.ask(form.email.data, now=utc_now())
    db.session.commit()
    return see_other(url_for("accounts.reset_sent"))


@blueprint.get("/password/forgotten/sent")
@public
def reset_sent() -> ResponseReturnValue:
    return render("accounts/reset_sent.html")


@blueprint.get("/password/reset/<token>")
@public
def open_reset(token: str) -> ResponseReturnValue:
    """Takes the token out of the address, where browsers and proxies would keep it."""
    try:
        password_resets.read(token, now=utc_now())
    except LinkProblem as problem:
        return _explain(problem)
    response = see_other(url_for("accounts.new_password"))
    response.set_cookie(
        settings().cookie(COOKIE),
        token,
        max_age=Purpose.RESET_PASSWORD.lifetime,
        httponly=True,
        secure=settings().https,
        samesite="Lax",  # Strict would not survive the way here from a mail program on the web
    )
    return response


@blueprint.get("/password/new")
@public
def new_password() -> ResponseReturnValue:
    try:
        reset = password_resets.read(reset_token(), now=utc_now())
    except LinkProblem as problem:
        return _explain(problem)
    return _ask(reset, _form(reset))


@blueprint.post("/password/new")
@public
@limiter.limit(TRIES)
def choose_password() -> ResponseReturnValue:
    now = utc_now()
    try:
        reset = password_resets.read(reset_token(), now=now)
        form = _form(reset)
        if not form.validate_on_submit():
            return _ask(reset, form, status=422)
        password_resets.choose(reset, form.password.data, now=now)
    except LinkProblem as problem:
        db.session.rollback()
        return _explain(problem)
    db.session.commit()
    flash(_("Your new password is set. Sign in with it now."), "success")
    return see_other(url_for("accounts.sign_in"))


def reset_token() -> str:
    """What the link brought to this browser."""
    return request.cookies.get(settings().cookie(COOKIE), "")


def _form(reset: PasswordReset) -> NewPasswordForm:
    speak(reset.account.subject.language)
    return NewPasswordForm(reset.account)


def _ask(reset: PasswordReset, form: NewPasswordForm, *, status: int = 200) -> Response:
    return render(
        "accounts/new_password.html",
        status=status,
        form=form,
        shortest=credentials.shortest_password(reset.account),
        email=reset.account.subject.email,
    )


def _explain(problem: LinkProblem) -> Response:
    broken = isinstance(problem, InvalidLink)
    return render("accounts/reset_problem.html", status=404 if broken else 410, problem=type(problem).__name__)
