"""The second step of a sign-in: a code of the app, a passkey, or a recovery code. And a passkey as the only step."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, flash, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import audit
from webapp.access import public
from webapp.accounts import sessions
from webapp.accounts.factors import authenticator, passkeys, recovery_codes, second_step
from webapp.accounts.factors.overview import factors_of
from webapp.accounts.factors.passkeys import PasskeyRefused
from webapp.accounts.factors.second_step import SecondStep
from webapp.accounts.forms import CodeForm, PasskeyForm
from webapp.accounts.models import Account
from webapp.accounts.next_page import local_path
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.audit import Action
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import speak

WAYS: dict[str, Callable[..., bool]] = {
    "app": authenticator.accepts,
    "recovery-code": recovery_codes.accepts,
}


@blueprint.get("/sign-in/second-factor")
@public
def second_factor() -> ResponseReturnValue:
    step = second_step.waiting(now=utc_now())
    if step is None:
        return _start_again()
    way = request.args.get("way")
    return _ask(step, CodeForm(), way=way if way in WAYS else None)


@blueprint.post("/sign-in/second-factor/<any(app, 'recovery-code'):way>")
@public
@limiter.limit(TRIES)
def check_code(way: str) -> ResponseReturnValue:
    now, form = utc_now(), CodeForm()
    step = second_step.waiting(now=now)
    if step is None:
        return _start_again()
    if not form.validate_on_submit():
        return _ask(step, form, way=way, status=422)
    if not WAYS[way](step.account, form.code.data, now=now):
        _note_refusal(step.account, now)
        form.code.errors = [_("This code is not right, or it was used already. Wait for the next one and try again.")]
        if way == "recovery-code":
            form.code.errors = [_("This is not one of your recovery codes, or it was used already.")]
        return _ask(step, form, way=way, status=422)
    return _let_in(step.account, wanted=step.wanted, now=now)


@blueprint.post("/sign-in/passkey/options")
@public
@limiter.limit(TRIES)
def passkey_options() -> Response:
    """With `second`, only the passkeys of whoever entered the password."""
    now = utc_now()
    step = second_step.waiting(now=now) if "second" in request.args else None
    return jsonify(passkeys.options_to_use(step.account if step else None, now=now))


@blueprint.post("/sign-in/passkey")
@public
@limiter.limit(TRIES)
def sign_in_with_passkey() -> ResponseReturnValue:
    """It needs no password beside it: see passkeys.py."""
    now, form, wanted = utc_now(), PasskeyForm(), local_path(request.form.get("next"))
    try:
        account = passkeys.use(form.answer.data or "", now=now)
    except PasskeyRefused:
        db.session.rollback()
        flash(_("That passkey did not work here. Try it again, or sign in with your password."), "error")
        return see_other(url_for("accounts.sign_in", next=wanted))
    return _let_in(account, wanted=wanted, now=now)


def _let_in(account: Account, *, wanted: str | None, now: datetime) -> ResponseReturnValue:
    second_step.forget()
    sessions.sign_in(account, now=now)
    db.session.commit()
    return see_other(wanted or url_for("portal.overview"))


def _note_refusal(account: Account, now: datetime) -> None:
    audit.append(Action.SECOND_FACTOR_REFUSED, actor_id=None, subject_id=account.subject_id, details=None, now=now)
    db.session.commit()


def _ask(step: SecondStep, form: CodeForm, *, way: str | None, status: int = 200) -> Response:
    speak(step.account.subject.language)
    factors = factors_of(step.account)
    way = way or ("app" if factors.authenticator else None)
    return render("accounts/second_factor.html", status=status, form=form, way=way, factors=factors, next=step.wanted)


def _start_again() -> ResponseReturnValue:
    flash(_("That took a while. Please start again."), "info")
    return see_other(url_for("accounts.sign_in"))
