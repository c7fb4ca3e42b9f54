"""One delivery with what was sent and answered; sending it, or all since a time, once more."""

from uuid import UUID

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import ADMINISTRATION, allow
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.integrations.webhooks import letters, log, replays
from webapp.integrations.webhooks.forms import ReplayForm
from webapp.integrations.webhooks.models import Delivery, Webhook
from webapp.integrations.webhooks.routes.blueprint import blueprint
from webapp.integrations.webhooks.words import CHANGES, OUTCOMES, STATES
from webapp.subjects.current import current_subject


@blueprint.get("/staff/webhooks/deliveries/<uuid:delivery_id>")
@allow(ADMINISTRATION)
def delivery(delivery_id: UUID) -> ResponseReturnValue:
    shown = db.get_or_404(Delivery, delivery_id)
    return render(
        "webhooks/delivery.html",
        fragment="webhooks/_delivery.html",
        delivery=shown,
        attempts=log.attempts(shown),
        message_id=letters.message_id(shown.id),
        body=letters.readable(shown.change),
        words=CHANGES,
        states=STATES,
        outcomes=OUTCOMES,
        now=utc_now(),
    )


@blueprint.post("/staff/webhooks/deliveries/<uuid:delivery_id>/replay")
@allow(ADMINISTRATION)
def replay_one(delivery_id: UUID) -> ResponseReturnValue:
    sent = db.get_or_404(Delivery, delivery_id)
    if sent.webhook.ended_at is None:
        replays.one(sent, by=current_subject(), now=utc_now())
        db.session.commit()
    return see_other(url_for(".delivery", delivery_id=delivery_id))


@blueprint.get("/staff/webhooks/<uuid:webhook_id>/replay")
@allow(ADMINISTRATION)
def new_replay(webhook_id: UUID) -> ResponseReturnValue:
    return render("webhooks/replay.html", webhook=db.get_or_404(Webhook, webhook_id), form=ReplayForm())


@blueprint.post("/staff/webhooks/<uuid:webhook_id>/replay")
@allow(ADMINISTRATION)
def replay_since(webhook_id: UUID) -> ResponseReturnValue:
    webhook, form = db.get_or_404(Webhook, webhook_id), ReplayForm()
    if not form.validate_on_submit():
        return render("webhooks/replay.html", webhook=webhook, form=form, status=422)
    number = replays.how_many(webhook, form.start)
    replays.start(webhook, form.start, by=current_subject(), now=utc_now())
    db.session.commit()
    flash(_("%(number)s changes are being sent once more.", number=number), "success")
    return see_other(url_for(".receiver", webhook_id=webhook.id))
