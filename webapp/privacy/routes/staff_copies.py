"""Copies that are asked for and not there yet, and starting one for somebody without an account."""

from uuid import UUID

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import STAFF, allow
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.privacy import copies_for_others, exports, open_copies
from webapp.privacy.forms import StartForm
from webapp.privacy.models import ExportState
from webapp.privacy.routes.blueprint import blueprint
from webapp.privacy.routes.starting import is_started
from webapp.subjects.current import current_subject


@blueprint.get("/staff/copies")
@allow(STAFF)
def staff_copies() -> ResponseReturnValue:
    now = utc_now()
    return render("privacy/staff_copies.html", overview=open_copies.overview(now=now), states=ExportState, now=now)


@blueprint.get("/staff/copies/new")
@allow(STAFF)
@fresh_proof
def new_copy() -> ResponseReturnValue:
    return render("privacy/new_copy.html", form=StartForm(data={"asked_on": utc_now().date()}))


@blueprint.post("/staff/copies/new")
@allow(STAFF)
@fresh_proof
@limiter.limit(TRIES)
def start_copy() -> ResponseReturnValue:
    form = StartForm()
    if not (form.validate_on_submit() and _is_started(form)):
        return render("privacy/new_copy.html", form=form, status=422)
    db.session.commit()
    flash(
        _("We wrote to the address on file. The copy is made as soon as the link in that email is confirmed."),
        "success",
    )
    return see_other(url_for("privacy.staff_copies"))


@blueprint.post("/staff/copies/<uuid:export_id>/withdrawal")
@allow(STAFF)
def withdraw_copy(export_id: UUID) -> ResponseReturnValue:
    if export := exports.find(export_id):
        copies_for_others.withdraw(export, by=current_subject(), now=utc_now())
        db.session.commit()
    flash(_("The request is taken back. The link in the email leads nowhere now."), "success")
    return see_other(url_for("privacy.staff_copies"))


@blueprint.post("/staff/copies/<uuid:export_id>/retry")
@allow(STAFF)
def retry_copy(export_id: UUID) -> ResponseReturnValue:
    if export := exports.find(export_id):
        open_copies.retry(export, by=current_subject(), now=utc_now())
        db.session.commit()
    flash(_("It is tried again now."), "success")
    return see_other(url_for("privacy.staff_copies"))


def _is_started(form: StartForm) -> bool:
    has_account = _("This person has an account and gets the copy there, under My data.")
    return is_started(form, copies_for_others.start, has_account=has_account)
