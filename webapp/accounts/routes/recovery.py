"""What the emails about a recovery lead to: stopping it, and choosing a password at its end."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow, public
from webapp.accounts import passwords
from webapp.accounts.factors import recoveries
from webapp.accounts.factors.recoveries import Confirmation
from webapp.accounts.forms import Form, RecoveredPasswordForm
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import speak
from webapp.links import InvalidLink, LinkProblem, Purpose
from webapp.subjects.current import current_subject


@blueprint.get("/recovery/<token>")
@public
def recover(token: str) -> ResponseReturnValue:
    try:
        confirmation = recoveries.read(Purpose.RECOVER_ACCOUNT, token, now=utc_now())
    except LinkProblem as problem:
        return _explain(problem)
    return _ask(confirmation, RecoveredPasswordForm(confirmation.recovery.account), token)


@blueprint.post("/recovery/<token>")
@public
@limiter.limit(TRIES)
def finish_recovery(token: str) -> ResponseReturnValue:
    now = utc_now()
    try:
        confirmation = recoveries.read(Purpose.RECOVER_ACCOUNT, token, now=now)
        form = RecoveredPasswordForm(confirmation.recovery.account)
        if not form.validate_on_submit():
            return _ask(confirmation, form, token, status=422)
        recoveries.finish(confirmation, form.password.data, now=now)
    except LinkProblem as problem:
        db.session.rollback()
        return _explain(problem)
    db.session.commit()
    flash(_("Welcome back. Sign in with your new password, then add a second factor anew."), "success")
    return see_other(url_for("accounts.sign_in", next=url_for("accounts.security")))


@blueprint.get("/recovery/<token>/stop")
@public
def stop_recovery(token: str) -> ResponseReturnValue:
    try:
        recovery = recoveries.read(Purpose.CANCEL_RECOVERY, token, now=utc_now()).recovery
    except LinkProblem as problem:
        return _explain(problem)
    speak(recovery.account.subject.language)
    return render("accounts/stop_recovery.html", form=Form(), token=token)


@blueprint.post("/recovery/<token>/stop")
@public
@limiter.limit(TRIES)
def cancel_recovery(token: str) -> ResponseReturnValue:
    now = utc_now()
    try:
        recovery = recoveries.read(Purpose.CANCEL_RECOVERY, token, now=now).recovery
    except LinkProblem as problem:
        return _explain(problem)
    recoveries.cancel(recovery, by=recovery.account.subject, now=now)
    db.session.commit()
    flash(_("The recovery is stopped. Everything stays as it was."), "success")
    return see_other(url_for("accounts.sign_in"))


@blueprint.post("/account/security/recovery/cancellation")
@allow(EVERYBODY_SIGNED_IN)
def stop_own_recovery() -> ResponseReturnValue:
    now = utc_now()
    if recovery := recoveries.of(current_user.account, now=now):
        recoveries.cancel(recovery, by=current_subject(), now=now)
        db.session.commit()
    flash(_("The recovery is stopped. Everything stays as it was."), "success")
    return see_other(url_for("accounts.security"))


def _ask(confirmation: Confirmation, form: RecoveredPasswordForm, token: str, *, status: int = 200) -> Response:
    subject = confirmation.recovery.account.subject
    speak(subject.language)
    page, shortest = "accounts/recover.html", passwords.SHORTEST
    return render(page, status=status, form=form, token=token, shortest=shortest, email=subject.email)


def _explain(problem: LinkProblem) -> Response:
    broken = isinstance(problem, InvalidLink)
    status = 404 if broken else 410
    return render("accounts/recovery_problem.html", status=status, problem=type(problem).__name__)
