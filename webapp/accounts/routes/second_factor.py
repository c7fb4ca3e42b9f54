"""The second step of a sign-in: a code of the app, a passkey, or a recovery code. And a passkey as the only step."""

from datetime import datetime
from typing import cast

from flask import Response, flash, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import public
from webapp.accounts import sessions, shared_computers
from webapp.accounts.factors import passkeys, second_step
from webapp.accounts.factors.forms import PasskeySignInForm, SecondStepForm
from webapp.accounts.factors.overview import factors_of
from webapp.accounts.factors.passkeys import PasskeyRefused
from webapp.accounts.factors.second_step import SecondStep
from webapp.accounts.models import Account
from webapp.accounts.next_page import local_path
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import speak


@blueprint.get("/sign-in/second-factor")
@public
def second_factor() -> ResponseReturnValue:
    step = second_step.waiting(now=utc_now())
    return _ask(step, _form(step)) if step else _start_again()


@blueprint.post("/sign-in/second-factor")
@public
@limiter.limit(TRIES)
def check_code() -> ResponseReturnValue:
    now = utc_now()
    step = second_step.waiting(now=now)
    if step is None:
        return _start_again()
    form = _form(step)
    if not form.validate_on_submit():
        db.session.commit()
        return _ask(step, form, status=422)
    return _let_in(step.account, wanted=step.wanted, now=now)


@blueprint.post("/sign-in/passkey/options")
@public
@limiter.limit(TRIES)
def passkey_options() -> Response:
    """With `known`, only the passkeys of whoever is signed in or entered the password."""
    now = utc_now()
    account = _known(now=now) if "known" in request.args else None
    return jsonify(passkeys.options_to_use(account, now=now))


@blueprint.post("/sign-in/passkey")
@public
@limiter.limit(TRIES)
def sign_in_with_passkey() -> ResponseReturnValue:
    """It needs no password beside it: see passkeys.py."""
    now, form, wanted = utc_now(), PasskeySignInForm(), local_path(request.form.get("next"))
    try:
        account = passkeys.use(form.answer.data or "", now=now)
    except PasskeyRefused:
        db.session.rollback()
        flash(_("That passkey did not work here. Try it again, or sign in with your password."), "error")
        return see_other(url_for("accounts.sign_in", next=wanted))
    if form.shared.data:
        shared_computers.note(shared=True)
    return _let_in(account, wanted=wanted, now=now)


def _let_in(account: Account, *, wanted: str | None, now: datetime) -> ResponseReturnValue:
    second_step.forget()
    sessions.sign_in(account, now=now)
    db.session.commit()
    return see_other(wanted or url_for("portal.overview"))


def _known(*, now: datetime) -> Account | None:
    if current_user.is_authenticated:
        return cast(Account, current_user.account)
    step = second_step.waiting(now=now)
    return step.account if step else None


def _form(step: SecondStep) -> SecondStepForm:
    return SecondStepForm(step.account, _way())


def _way() -> str:
    return second_step.RECOVERY_CODE if request.values.get("way") == second_step.RECOVERY_CODE else second_step.APP


def _ask(step: SecondStep, form: SecondStepForm, *, status: int = 200) -> Response:
    speak(step.account.subject.language)
    return render(
        "accounts/second_factor.html",
        status=status,
        form=form,
        on_paper=form.way == second_step.RECOVERY_CODE,
        factors=factors_of(step.account),
        next=step.wanted,
    )


def _start_again() -> ResponseReturnValue:
    flash(_("That took a while. Please start again."), "info")
    return see_other(url_for("accounts.sign_in"))
