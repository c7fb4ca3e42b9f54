"""The link that leads a customer to their account. GET says nothing about the customer and uses nothing up."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import public
from webapp.accounts import passwords
from webapp.accounts.activation import activations
from webapp.accounts.activation.activations import Claim, NotOpen, NotTheCustomer, Standing
from webapp.accounts.activation.forms import ActivationForm
from webapp.accounts.forms import Form
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import speak
from webapp.links import ExpiredLink, LinkProblem

STATUS = {Standing.OPEN: 200, Standing.DONE: 200, Standing.LOCKED: 410}


@blueprint.get("/activate/<token>")
@public
def activate(token: str) -> ResponseReturnValue:
    try:
        claim = activations.read(token, now=utc_now())
    except LinkProblem as problem:
        return _explain(problem, token)
    return _show(claim, token)


@blueprint.post("/activate/<token>")
@public
@limiter.limit(TRIES)
def open_account(token: str) -> ResponseReturnValue:
    try:
        claim = activations.read(token, now=utc_now())
        form = _form(claim)
        if not (form.validate_on_submit() and _is_opened(claim, form)):
            db.session.commit()
            return _show(claim, token, form=form)
    except LinkProblem as problem:
        db.session.rollback()
        return _explain(problem, token)
    except NotOpen:
        db.session.rollback()
        return see_other(url_for(".activate", token=token))
    db.session.commit()
    flash(_("Your account is ready. You can sign in now."), "success")
    return see_other(url_for("accounts.sign_in"))


@blueprint.post("/activate/<token>/renewal")
@public
@limiter.limit(TRIES)
def renew_activation(token: str) -> ResponseReturnValue:
    try:
        activations.renew(token, now=utc_now())
    except LinkProblem as problem:
        return _explain(problem, token)
    db.session.commit()
    return see_other(url_for("accounts.check_mailbox"))


@blueprint.get("/activate/<token>/not-me")
@public
def refuse_activation(token: str) -> ResponseReturnValue:
    try:
        claim = activations.read(token, now=utc_now())
    except LinkProblem as problem:
        return _explain(problem, token)
    if claim.standing is Standing.DONE:
        return _show(claim, token)
    speak(claim.subject.language)
    return render("accounts/not_this_customer.html", form=Form(), token=token, email=claim.subject.email)


@blueprint.post("/activate/<token>/not-me")
@public
@limiter.limit(TRIES)
def detach_customer(token: str) -> ResponseReturnValue:
    try:
        activations.refuse(activations.read(token, now=utc_now()), now=utc_now())
    except LinkProblem as problem:
        return _explain(problem, token)
    except NotOpen:
        db.session.rollback()
        return see_other(url_for(".activate", token=token))
    db.session.commit()
    return see_other(url_for(".customer_detached"))


@blueprint.get("/activate/thanks")
@public
def customer_detached() -> ResponseReturnValue:
    return render("accounts/customer_detached.html")


def _form(claim: Claim) -> ActivationForm:
    speak(claim.subject.language)
    return ActivationForm(claim.subject.email)


def _is_opened(claim: Claim, form: ActivationForm) -> bool:
    if activations.activate(claim, entered=form.knowledge.data, password=form.password.data, now=utc_now()):
        return True
    left = activations.TRIES - claim.activation.wrong
    form.knowledge.errors = [_("This is neither the customer number nor the postal code that we have.")]
    if left == 1:
        form.knowledge.errors.append(_("You can try once more."))
    return False


def _show(claim: Claim, token: str, *, form: ActivationForm | None = None) -> Response:
    standing = claim.standing
    return render(
        "accounts/activate.html",
        status=422 if form and standing is Standing.OPEN else STATUS[standing],
        standing=standing,
        form=form or _form(claim),
        token=token,
        email=claim.subject.email,
        shortest=passwords.SHORTEST,
    )


def _explain(problem: LinkProblem, token: str) -> ResponseReturnValue:
    if isinstance(problem, NotTheCustomer):
        return see_other(url_for(".customer_detached"))
    if isinstance(problem, ExpiredLink):
        return render("accounts/activation_expired.html", status=410, token=token)
    return render("accounts/broken_link.html", status=404)
