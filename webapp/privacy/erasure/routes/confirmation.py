"""Behind the link in the email, and a sign-in with a fresh proof: the plan once more, and the button that confirms."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import EVERYBODY_SIGNED_IN, allow, even_when_closed
from webapp.accounts.forms import Form
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.links import LinkProblem
from webapp.privacy.data_map.clocks import day_of
from webapp.privacy.erasure import erasures, showing
from webapp.privacy.erasure.erasures import PlanChanged
from webapp.privacy.erasure.models import Erasure, ErasureState
from webapp.privacy.erasure.routes.blueprint import blueprint
from webapp.subjects.current import current_subject

STATUS = {"ForeignLink": 403, "InvalidLink": 404, "ExpiredLink": 410}


class ForeignLink(LinkProblem):
    """It belongs to somebody else."""


@blueprint.get("/account/erasure/confirmation/<token>")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
@fresh_proof
def confirmation(token: str) -> ResponseReturnValue:
    now = utc_now()
    try:
        erasure = _own(token)
    except LinkProblem as problem:
        return explain(problem)
    if erasure.state is not ErasureState.PLANNED:
        return see_other(url_for("erasure.plan"))
    shown, starts_at = showing.of(erasure.steps, today=day_of(now)), now + erasures.CAN_BE_STOPPED_FOR
    return render("erasure/confirmation.html", token=token, form=Form(), shown=shown, starts_at=starts_at)


@blueprint.post("/account/erasure/confirmation/<token>")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
@fresh_proof
@limiter.limit(TRIES)
def confirm(token: str) -> ResponseReturnValue:
    try:
        erasures.confirm(_own(token), current_subject(), now=utc_now())
    except LinkProblem as problem:
        return explain(problem)
    except PlanChanged:
        db.session.commit()
        flash(_("Since you looked at it, the plan has changed. Here is the new one; we sent you a new link."), "info")
        return see_other(url_for("erasure.plan"))
    db.session.commit()
    return see_other(url_for("erasure.plan"))


def explain(problem: LinkProblem) -> Response:
    kind = type(problem).__name__
    return render("erasure/link_problem.html", status=STATUS[kind], problem=kind)


def _own(token: str) -> Erasure:
    """Raises LinkProblem."""
    erasure = erasures.read(token, now=utc_now())
    if erasure.subject_id != current_subject().id:
        raise ForeignLink
    return erasure
