"""What was passed on to others: the register for staff, and each person's own part of it."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import EVERYBODY_SIGNED_IN, POLICY, allow
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.paging import OnDay
from webapp.subjects import subjects
from webapp.subjects.current import current_subject
from webapp.support import disclosures
from webapp.support.forms import DisclosureForm

blueprint = Blueprint("disclosures", __name__)


@blueprint.get("/account/disclosures")
@allow(EVERYBODY_SIGNED_IN)
def mine() -> ResponseReturnValue:
    told = disclosures.told_to(current_subject(), today=utc_now().date())
    return render("support/my_disclosures.html", disclosures=told)


@blueprint.get("/staff/disclosures")
@allow(POLICY)
def register() -> ResponseReturnValue:
    places = {name: request.args.get(name, type=OnDay.parse) for name in ("older_than", "newer_than")}
    return render("support/disclosures.html", found=disclosures.page(**places), today=utc_now().date())


@blueprint.get("/staff/disclosures/new")
@allow(POLICY)
@fresh_proof
def new_disclosure() -> ResponseReturnValue:
    return render("support/new_disclosure.html", form=DisclosureForm(data={"disclosed_on": utc_now().date()}))


@blueprint.post("/staff/disclosures/new")
@allow(POLICY)
@fresh_proof
@limiter.limit(TRIES)
def record_disclosure() -> ResponseReturnValue:
    form = DisclosureForm()
    if not (form.validate_on_submit() and _is_recorded(form)):
        return render("support/new_disclosure.html", form=form, status=422)
    db.session.commit()
    flash(_("Written down."), "success")
    return see_other(url_for(".register"))


def _is_recorded(form: DisclosureForm) -> bool:
    about = subjects.find(form.email.data)
    if about is None:
        form.email.errors = [_("We hold nothing about this address.")]
        return False
    disclosures.record(about, form.details(), by=current_subject(), now=utc_now())
    return True
