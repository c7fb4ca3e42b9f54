"""Starting the recovery of somebody's account. Staff see who it is, never a link, and choose no password."""

from uuid import UUID

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import RECOVERY, allow
from webapp.accounts import credentials
from webapp.accounts.factors import recoveries as recovering
from webapp.accounts.factors.recoveries import NotAllowed, UnderWay
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.staff.forms import RecoveryForm
from webapp.staff.routes.blueprint import blueprint
from webapp.subjects.current import current_subject


@blueprint.get("/staff/recoveries")
@allow(RECOVERY)
def recoveries() -> ResponseReturnValue:
    now = utc_now()
    return render("staff/recoveries.html", recoveries=recovering.under_way(now=now), now=now)


@blueprint.get("/staff/recoveries/new")
@allow(RECOVERY)
@fresh_proof
def new_recovery() -> ResponseReturnValue:
    return _ask(RecoveryForm())


@blueprint.post("/staff/recoveries/new")
@allow(RECOVERY)
@fresh_proof
@limiter.limit(TRIES)
def start_recovery() -> ResponseReturnValue:
    form = RecoveryForm()
    if not (form.validate_on_submit() and _is_started(form)):
        return _ask(form, status=422)
    db.session.commit()
    flash(_("The recovery is started. We write to the address on file now, half-way and at the end."), "success")
    return see_other(url_for(".recoveries"))


@blueprint.post("/staff/recoveries/<uuid:recovery_id>/cancellation")
@allow(RECOVERY)
def cancel_recovery(recovery_id: UUID) -> ResponseReturnValue:
    if recovery := recovering.find(recovery_id):
        recovering.cancel(recovery, by=current_subject(), now=utc_now())
        db.session.commit()
    flash(_("The recovery is stopped, and the person is told."), "success")
    return see_other(url_for(".recoveries"))


def _is_started(form: RecoveryForm) -> bool:
    account = credentials.account_of(form.email.data)
    if account is None:
        form.email.errors = [_("There is no account with this address.")]
        return False
    try:
        recovering.start(account, reason=form.reason.data, by=current_user.account, now=utc_now())
    except NotAllowed:
        form.email.errors = [_("An administrator has to do this, and nobody for themselves.")]
    except UnderWay:
        form.email.errors = [_("A recovery of this account is under way already.")]
    return not form.errors


def _ask(form: RecoveryForm, *, status: int = 200) -> ResponseReturnValue:
    return render("staff/new_recovery.html", status=status, form=form, wait=settings().recovery_wait)
