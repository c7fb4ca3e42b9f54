"""The link that confirms a sign-up. GET shows a button; only the person who signed up can press it with effect."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import public
from webapp.accounts import browsers, passwords, sign_ups
from webapp.accounts.activation import activations
from webapp.accounts.forms import OwnerForm
from webapp.accounts.models import SignUp
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.accounts.sign_ups import KnownCustomer, NothingToConfirm
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import speak
from webapp.links import ExpiredLink, LinkProblem, UsedLink


@blueprint.get("/confirm/<token>")
@public
def confirm(token: str) -> ResponseReturnValue:
    try:
        sign_up = sign_ups.read(token, now=utc_now()).sign_up
    except (LinkProblem, NothingToConfirm) as problem:
        return _explain(problem, token)
    return _ask(sign_up, OwnerForm(), token)


@blueprint.post("/confirm/<token>")
@public
@limiter.limit(TRIES)
def confirm_sign_up(token: str) -> ResponseReturnValue:
    now, form = utc_now(), OwnerForm()
    try:
        confirmation = sign_ups.read(token, now=now)
        if not _is_theirs(confirmation.sign_up, form):
            return _ask(confirmation.sign_up, form, token, status=422)
        sign_ups.confirm(confirmation, network=request.remote_addr or "", now=now)
    except KnownCustomer as known:
        db.session.rollback()
        activations.send_link(known.subject, now=now)
        db.session.commit()
        return see_other(url_for("accounts.check_mailbox"))
    except (LinkProblem, NothingToConfirm) as problem:
        db.session.rollback()
        if not _is_done(problem):
            return _explain(problem, token)
    db.session.commit()
    flash(_("Your email address is confirmed. You can sign in now."), "success")
    return see_other(url_for("accounts.sign_in"))


@blueprint.post("/confirm/<token>/renewal")
@public
@limiter.limit(TRIES)
def renew_confirmation(token: str) -> ResponseReturnValue:
    try:
        sign_ups.renew(token, now=utc_now())
    except (LinkProblem, NothingToConfirm) as problem:
        return _explain(problem, token)
    db.session.commit()
    return see_other(url_for("accounts.check_mailbox"))


def _ask(sign_up: SignUp, form: OwnerForm, token: str, *, status: int = 200) -> ResponseReturnValue:
    speak(sign_up.language)
    return render(
        "accounts/confirm_sign_up.html",
        status=status,
        form=form,
        token=token,
        email=sign_up.subject.email,
        same_browser=browsers.is_this(sign_up.browser),
    )


def _is_theirs(sign_up: SignUp, form: OwnerForm) -> bool:
    if browsers.is_this(sign_up.browser):
        return True
    if not form.validate_on_submit():
        return False
    if passwords.verify(sign_up.password_hash, form.password.data):
        return True
    form.password.errors = [_("This is not the password that was chosen when signing up.")]
    return False


def _is_done(problem: Exception) -> bool:
    return isinstance(problem, UsedLink) or (isinstance(problem, NothingToConfirm) and problem.done)


def _explain(problem: Exception, token: str) -> ResponseReturnValue:
    if _is_done(problem):
        return render("accounts/confirmed_already.html")
    if isinstance(problem, ExpiredLink):
        return render("accounts/confirmation_expired.html", status=410, token=token)
    if isinstance(problem, NothingToConfirm):
        return render("accounts/sign_up_forgotten.html", status=410)
    return render("accounts/broken_link.html", status=404)
