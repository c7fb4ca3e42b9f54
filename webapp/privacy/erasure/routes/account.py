"""The plan: what would be deleted, what stays and why; and how far a deletion is that was asked for."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import EVERYBODY_SIGNED_IN, allow, even_when_closed
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.privacy.data_map.clocks import day_of
from webapp.privacy.erasure import erasures, showing
from webapp.privacy.erasure.erasures import PlanChanged, TooLate, WorksHere
from webapp.privacy.erasure.forms import AgreementForm
from webapp.privacy.erasure.routes.blueprint import blueprint
from webapp.subjects.current import current_subject


@blueprint.get("/account/erasure")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def plan() -> ResponseReturnValue:
    return _show()


@blueprint.post("/account/erasure")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
@limiter.limit(TRIES)
def ask() -> ResponseReturnValue:
    try:
        erasures.ask(current_subject(), now=utc_now())
    except WorksHere:
        return see_other(url_for("erasure.plan"))  # it says why not
    db.session.commit()
    flash(_("We sent you an email with the link that confirms it."), "success")
    return see_other(url_for("erasure.plan"))


@blueprint.post("/account/erasure/cancellation")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def cancel() -> ResponseReturnValue:
    erasure = erasures.open_of(current_subject())
    try:
        if erasure:
            erasures.cancel(erasure, now=utc_now())
    except TooLate:
        flash(_("It has begun already and cannot be stopped any more."), "error")
        return see_other(url_for("erasure.plan"))
    db.session.commit()
    flash(_("The deletion is stopped. Everything stays as it is."), "success")
    return see_other(url_for("erasure.plan"))


@blueprint.post("/account/erasure/agreement")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
@fresh_proof
def agree() -> ResponseReturnValue:
    """The answer to being asked again."""
    form, erasure = AgreementForm(), erasures.open_of(current_subject())
    if erasure is None or not form.validate_on_submit():
        return see_other(url_for("erasure.plan"))
    try:
        erasures.agree(erasure, current_subject(), plan_hash=form.plan.data, now=utc_now())
    except PlanChanged:
        flash(_("The plan has changed once more. Please look at it again."), "error")
        return see_other(url_for("erasure.plan"))
    db.session.commit()
    flash(_("Thank you. The deletion begins now."), "success")
    return see_other(url_for("erasure.plan"))


def _show() -> Response:
    now, subject = utc_now(), current_subject()
    erasure = erasures.open_of(subject)
    lines = erasure.steps if erasure else erasures.preview(subject, now=now).lines
    return render(
        "erasure/plan.html",
        erasure=erasure,
        shown=showing.of(lines, today=day_of(now)),
        works_here=not erasures.may_be_erased(subject),
        form=AgreementForm(data={"plan": erasure.plan_hash if erasure else ""}),
        starts_at=now + erasures.CAN_BE_STOPPED_FOR,
        now=now,
    )
