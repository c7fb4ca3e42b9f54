"""The link in an invitation. GET shows what is offered; only the invited person can accept it."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import public
from webapp.accounts import passwords
from webapp.accounts.forms import Form
from webapp.accounts.operators import AccountExists
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import speak
from webapp.links import InvalidLink, LinkProblem
from webapp.staff import invitations
from webapp.staff.forms import NewcomerForm
from webapp.staff.invitations import Offer
from webapp.staff.routes.blueprint import blueprint
from webapp.staff.words import ROLES


@blueprint.get("/invitation/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    try:
        offer = invitations.read(token, now=utc_now())
    except LinkProblem as problem:
        return _explain(problem)
    return _ask(offer, _form(offer), token)


@blueprint.post("/invitation/<token>")
@public
@limiter.limit(TRIES)
def accept_invitation(token: str) -> ResponseReturnValue:
    try:
        offer = invitations.read(token, now=utc_now())
        form = _form(offer)
        if not (form.validate_on_submit() and _may_accept(offer)):
            return _ask(offer, form, token, status=422)
        _accept(offer, form)
    except (LinkProblem, AccountExists) as problem:
        db.session.rollback()
        return _explain(problem)
    db.session.commit()
    if offer.account:
        flash(_("Welcome! Your new role counts from now on."), "success")
        return see_other(url_for("portal.overview"))
    flash(_("Welcome! Your account is ready. You can sign in now."), "success")
    return see_other(url_for("accounts.sign_in"))


def _form(offer: Offer) -> Form:
    speak(offer.invitation.subject.language)
    return Form() if offer.account else NewcomerForm(offer.invitation.subject.email)


def _accept(offer: Offer, form: Form) -> None:
    if offer.account:
        invitations.accept(offer, offer.account, now=utc_now())
    else:
        names = {"given_name": form.given_name.data, "family_name": form.family_name.data}
        invitations.accept_as_newcomer(offer, names, form.password.data, now=utc_now())


def _is_signed_in(offer: Offer) -> bool:
    return bool(current_user.is_authenticated) and current_user.subject.id == offer.invitation.subject_id


def _may_accept(offer: Offer) -> bool:
    return offer.account is None or _is_signed_in(offer)


def _ask(offer: Offer, form: Form, token: str, *, status: int = 200) -> Response:
    return render(
        "staff/invitation.html",
        status=status,
        form=form,
        token=token,
        email=offer.invitation.subject.email,
        role=ROLES[offer.invitation.role],
        has_account=offer.account is not None,
        signed_in=_is_signed_in(offer),
        shortest=passwords.SHORTEST,
    )


def _explain(problem: Exception) -> Response:
    status = 404 if isinstance(problem, InvalidLink) else 410
    return render("staff/invitation_problem.html", status=status, problem=type(problem).__name__)
