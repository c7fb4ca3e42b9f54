"""Inviting customers to their accounts: who is not there yet, at which pace they are written to, and who got stuck."""

from uuid import UUID

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import POLICY, STAFF, allow
from webapp.accounts.activation import invitations, overview, runs
from webapp.accounts.activation.models import Activation, ActivationRun
from webapp.accounts.activation.runs import OwnProposal, UnderWay
from webapp.accounts.proofs import fresh_proof
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.staff.forms import PaceForm
from webapp.staff.routes.blueprint import blueprint
from webapp.subjects.current import current_subject


@blueprint.get("/staff/activation")
@allow(STAFF)
def activation() -> ResponseReturnValue:
    waiting = runs.waiting(at_most=overview.MANY)
    return render(
        "staff/activation.html",
        run=runs.latest(),
        me=current_subject(),
        figures=overview.figures(waiting=waiting),
        many=overview.MANY,
        days=overview.per_day(now=utc_now()),
        stuck=overview.stuck(),
    )


@blueprint.get("/staff/activation/progress")
@allow(STAFF)
def activation_progress() -> ResponseReturnValue:
    return render("staff/_activation_run.html", run=runs.latest(), me=current_subject())


@blueprint.get("/staff/activation/new")
@allow(POLICY)
@fresh_proof
def new_activation() -> ResponseReturnValue:
    return render("staff/new_activation.html", form=PaceForm(), people=runs.waiting())


@blueprint.post("/staff/activation/new")
@allow(POLICY)
@fresh_proof
def propose_activation() -> ResponseReturnValue:
    form = PaceForm()
    if not form.validate_on_submit():
        return render("staff/new_activation.html", form=form, people=runs.waiting(), status=422)
    try:
        runs.propose(form.chosen, by=current_subject(), now=utc_now())
    except UnderWay:
        flash(_("An invitation is open already. Stop it first."), "warning")
        return see_other(url_for(".activation"))
    db.session.commit()
    flash(_("Proposed. A colleague looks at it and starts it."), "success")
    return see_other(url_for(".activation"))


@blueprint.post("/staff/activation/<uuid:run_id>/start")
@allow(POLICY)
def start_activation(run_id: UUID) -> ResponseReturnValue:
    try:
        runs.start(_run(run_id), by=current_subject(), now=utc_now())
    except OwnProposal:
        flash(_("Somebody else starts what you proposed: four eyes see more than two."), "warning")
        return see_other(url_for(".activation"))
    db.session.commit()
    return see_other(url_for(".activation"))


@blueprint.post("/staff/activation/<uuid:run_id>/pause")
@allow(POLICY)
def pause_activation(run_id: UUID) -> ResponseReturnValue:
    runs.pause(_run(run_id))
    db.session.commit()
    return see_other(url_for(".activation"))


@blueprint.post("/staff/activation/<uuid:run_id>/resumption")
@allow(POLICY)
def resume_activation(run_id: UUID) -> ResponseReturnValue:
    runs.resume(_run(run_id), now=utc_now())
    db.session.commit()
    return see_other(url_for(".activation"))


@blueprint.post("/staff/activation/<uuid:run_id>/stop")
@allow(POLICY)
def stop_activation(run_id: UUID) -> ResponseReturnValue:
    runs.stop(_run(run_id), by=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".activation"))


@blueprint.post("/staff/activation/customers/<uuid:subject_id>/settlement")
@allow(STAFF)
def settle_activation(subject_id: UUID) -> ResponseReturnValue:
    """A locked way is opened again, and a refused address is taken note of."""
    activation = db.get_or_404(Activation, subject_id)
    if activation.refused_at:
        invitations.note_refusal(activation, now=utc_now())
        said = _("Noted. As soon as your systems send another address, the customer can be invited again.")
    else:
        invitations.unlock(activation, by=current_subject(), now=utc_now())
        said = _("The way is open again, and a new link is on its way.")
    db.session.commit()
    flash(said, "success")
    return see_other(url_for(".activation"))


def _run(run_id: UUID) -> ActivationRun:
    run: ActivationRun = db.get_or_404(ActivationRun, run_id)
    return run
