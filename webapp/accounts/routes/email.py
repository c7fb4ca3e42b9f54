"""Using another email address: the row on the profile page, and the link in the email."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow, public
from webapp.accounts import alarms, email_changes, passwords
from webapp.accounts.email_changes import AddressTaken, Confirmation, TooManyWishes
from webapp.accounts.forms import EmailForm, Form, OwnerForm
from webapp.accounts.models import Account
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.accounts.routes.profile import saved, show
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import speak
from webapp.links import ExpiredLink, InvalidLink, LinkProblem, UsedLink
from webapp.subjects.current import current_subject


@blueprint.get("/account/profile/email")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
def edit_email() -> ResponseReturnValue:
    return show("email", form=EmailForm())


@blueprint.post("/account/profile/email")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
@limiter.limit(TRIES)
def ask_for_new_email() -> ResponseReturnValue:
    form = EmailForm()
    if not (form.validate_on_submit() and _is_another(form)):
        return show("email", form=form, status=422)
    try:
        email_changes.ask(current_subject(), form.email.data, now=utc_now())
    except TooManyWishes:
        form.email.errors = [_("You asked for several new addresses today. Please try again tomorrow.")]
        return show("email", form=form, status=422)
    db.session.commit()
    return saved("email", _("We sent a link to your new address. Open it to confirm the change."))


@blueprint.get("/account/email/<token>")
@public
def confirm_new_email(token: str) -> ResponseReturnValue:
    try:
        confirmation = email_changes.read(token, now=utc_now())
    except LinkProblem as problem:
        return _explain(problem)
    return _ask(confirmation, OwnerForm(), token)


@blueprint.post("/account/email/<token>")
@public
@limiter.limit(TRIES)
def use_new_email(token: str) -> ResponseReturnValue:
    now, form = utc_now(), OwnerForm()
    try:
        confirmation = email_changes.read(token, now=now)
        if not _is_theirs(confirmation.account, form):
            return _ask(confirmation, form, token, status=422)
        email_changes.confirm(confirmation, now=now)
    except (LinkProblem, AddressTaken) as problem:
        db.session.rollback()
        return _explain(problem)
    db.session.commit()
    flash(_("Your new email address is in use now."), "success")
    return see_other(url_for("accounts.profile"))


@blueprint.get("/account/email/undo/<token>")
@public
def undo_new_email(token: str) -> ResponseReturnValue:
    try:
        undoing = email_changes.read_undo(token, now=utc_now())
    except LinkProblem as problem:
        return _explain_undo(problem)
    speak(undoing.account.subject.language)
    return render("accounts/undo_new_email.html", form=Form(), token=token, change=undoing.change)


@blueprint.post("/account/email/undo/<token>")
@public
@limiter.limit(TRIES)
def take_back_email(token: str) -> ResponseReturnValue:
    now = utc_now()
    try:
        alarms.take_back_email(email_changes.read_undo(token, now=now), now=now)
    except (LinkProblem, AddressTaken) as problem:
        db.session.rollback()
        return _explain_undo(problem)
    db.session.commit()
    return see_other(url_for("accounts.secured"))


def _is_another(form: EmailForm) -> bool:
    if form.email.data != current_subject().email:
        return True
    form.email.errors = [_("This is your address already.")]
    return False


def _is_signed_in(account: Account) -> bool:
    return bool(current_user.is_authenticated) and current_user.account.subject_id == account.subject_id


def _is_theirs(account: Account, form: OwnerForm) -> bool:
    if _is_signed_in(account):
        return True
    if not form.validate_on_submit():
        return False
    if passwords.verify(account.password_hash, form.password.data):
        return True
    form.password.errors = [_("This is not the password of the account.")]
    return False


def _ask(confirmation: Confirmation, form: OwnerForm, token: str, *, status: int = 200) -> ResponseReturnValue:
    speak(confirmation.account.subject.language)
    return render(
        "accounts/confirm_new_email.html",
        status=status,
        form=form,
        token=token,
        new_email=confirmation.change.new_email,
        signed_in=_is_signed_in(confirmation.account),
    )


def _explain(problem: Exception) -> ResponseReturnValue:
    if isinstance(problem, InvalidLink):
        return render("accounts/broken_link.html", status=404)
    status = 409 if isinstance(problem, AddressTaken) else 410
    return render("accounts/email_change_problem.html", status=status, problem=type(problem).__name__)


def _explain_undo(problem: Exception) -> ResponseReturnValue:
    if isinstance(problem, UsedLink):
        return see_other(url_for("accounts.secured"))
    status = 409 if isinstance(problem, AddressTaken) else 410 if isinstance(problem, ExpiredLink) else 404
    return render("accounts/undo_problem.html", status=status, problem=type(problem).__name__)
