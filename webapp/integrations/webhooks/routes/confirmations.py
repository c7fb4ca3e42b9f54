"""What other systems have not confirmed yet, and settling it by hand."""

from uuid import UUID

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import POLICY, allow
from webapp.accounts.proofs import fresh_proof
from webapp.changes import ChangeEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.integrations import confirmations
from webapp.integrations.webhooks import log
from webapp.integrations.webhooks.forms import SettleForm
from webapp.integrations.webhooks.models import Confirmation
from webapp.integrations.webhooks.routes.blueprint import blueprint
from webapp.integrations.webhooks.words import CHANGES
from webapp.subjects.current import current_subject


@blueprint.get("/staff/confirmations")
@allow(POLICY)
def unconfirmed() -> ResponseReturnValue:
    return render(
        "webhooks/confirmations.html",
        rows=log.unconfirmed(),
        late=confirmations.LATE,
        words=CHANGES,
        now=utc_now(),
    )


@blueprint.get("/staff/confirmations/<uuid:delivery_id>")
@allow(POLICY)
@fresh_proof
def settling(delivery_id: UUID) -> ResponseReturnValue:
    return _settling(_open(delivery_id), SettleForm())


@blueprint.post("/staff/confirmations/<uuid:delivery_id>")
@allow(POLICY)
@fresh_proof
def settle(delivery_id: UUID) -> ResponseReturnValue:
    row, form = db.get_or_404(Confirmation, delivery_id), SettleForm()
    if not form.validate_on_submit():
        return _settling(row, form, status=422)
    confirmations.settle(row, note=form.note.data, by=current_subject(), now=utc_now())
    db.session.commit()
    flash(_("Noted. It does not wait for %(name)s any more.", name=row.webhook.name), "success")
    return see_other(url_for(".unconfirmed"))


def _settling(row: Confirmation, form: SettleForm, *, status: int = 200) -> ResponseReturnValue:
    change = db.session.get(ChangeEntry, row.change_id)
    return render("webhooks/settle.html", row=row, change=change, form=form, words=CHANGES, status=status)


def _open(delivery_id: UUID) -> Confirmation:
    row = db.get_or_404(Confirmation, delivery_id)
    return abort(404) if row.confirmed_at else row
