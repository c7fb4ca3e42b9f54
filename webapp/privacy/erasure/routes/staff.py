"""Staff write down that somebody without an account wants everything deleted."""

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
from webapp.privacy.erasure import for_others
from webapp.privacy.erasure.routes.blueprint import blueprint
from webapp.privacy.forms import StartForm
from webapp.privacy.routes.starting import is_started


@blueprint.get("/staff/erasures/new")
@allow(STAFF)
@fresh_proof
def new() -> ResponseReturnValue:
    return render("erasure/new.html", form=StartForm(data={"asked_on": utc_now().date()}))


@blueprint.post("/staff/erasures/new")
@allow(STAFF)
@fresh_proof
@limiter.limit(TRIES)
def start() -> ResponseReturnValue:
    form = StartForm()
    if not (form.validate_on_submit() and _is_started(form)):
        return render("erasure/new.html", form=form, status=422)
    db.session.commit()
    flash(
        _("We wrote to the address on file. Nothing is deleted before the link in that email is confirmed."),
        "success",
    )
    return see_other(url_for("privacy.staff_erasures"))


def _is_started(form: StartForm) -> bool:
    has_account = _("This person has an account and can do it there, under My data.")
    return is_started(form, for_others.start, has_account=has_account)
