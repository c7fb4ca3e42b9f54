"""The systems that are told of changes: entered, changed, paused, tried, switched off."""

from uuid import UUID

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import ADMINISTRATION, allow
from webapp.accounts.forms import Form
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES
from webapp.changes import Change
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.integrations.webhooks import log, receivers
from webapp.integrations.webhooks.forms import NewReceiverForm, ReceiverForm
from webapp.integrations.webhooks.log import Backlog
from webapp.integrations.webhooks.models import State, Webhook
from webapp.integrations.webhooks.routes.blueprint import blueprint
from webapp.integrations.webhooks.words import CHANGES, STATES
from webapp.paging import Numbered
from webapp.subjects.current import current_subject


@blueprint.get("/staff/webhooks")
@allow(ADMINISTRATION)
def receivers_list() -> ResponseReturnValue:
    return render("webhooks/receivers.html", webhooks=receivers.everything(), backlogs=log.backlogs(), now=utc_now())


@blueprint.get("/staff/webhooks/new")
@allow(ADMINISTRATION)
@fresh_proof
def new_receiver() -> ResponseReturnValue:
    return render("webhooks/new_receiver.html", form=NewReceiverForm())


@blueprint.post("/staff/webhooks/new")
@allow(ADMINISTRATION)
@fresh_proof
@limiter.limit(TRIES)
def create_receiver() -> ResponseReturnValue:
    """Not 303 to another page: that one would have to find the secret somewhere."""
    form = NewReceiverForm()
    if not form.validate_on_submit():
        return render("webhooks/new_receiver.html", form=form, status=422)
    new = receivers.create(
        form.name.data, form.url.data, form.chosen, confirms=form.confirms.data, by=current_subject(), now=utc_now()
    )
    db.session.commit()
    return render("webhooks/secret.html", new=new, first=True)


@blueprint.get("/staff/webhooks/<uuid:webhook_id>")
@allow(ADMINISTRATION)
def receiver(webhook_id: UUID) -> ResponseReturnValue:
    webhook = db.get_or_404(Webhook, webhook_id)
    state, kind = request.args.get("state", type=State), request.args.get("kind", type=Change)
    places = {name: request.args.get(name, type=Numbered.parse) for name in ("older_than", "newer_than")}
    return render(
        "webhooks/receiver.html",
        webhook=webhook,
        backlog=log.backlogs().get(webhook.id, Backlog()),
        days=log.days(webhook, now=utc_now()),
        log=log.page(webhook, state=state, kind=kind, **places),
        state=state,
        kind=kind,
        words=CHANGES,
        states=STATES,
        now=utc_now(),
        form=Form(),
    )


@blueprint.get("/staff/webhooks/<uuid:webhook_id>/edit")
@allow(ADMINISTRATION)
@fresh_proof
def edit_receiver(webhook_id: UUID) -> ResponseReturnValue:
    webhook = _in_use(webhook_id)
    return render("webhooks/edit_receiver.html", webhook=webhook, form=ReceiverForm(webhook))


@blueprint.post("/staff/webhooks/<uuid:webhook_id>/edit")
@allow(ADMINISTRATION)
@fresh_proof
def change_receiver(webhook_id: UUID) -> ResponseReturnValue:
    webhook, form = _in_use(webhook_id), ReceiverForm()
    if not form.validate_on_submit():
        return render("webhooks/edit_receiver.html", webhook=webhook, form=form, status=422)
    receivers.change(
        webhook, form.url.data, form.chosen, confirms=form.confirms.data, by=current_subject(), now=utc_now()
    )
    db.session.commit()
    return _back(webhook, _("Saved."))


@blueprint.get("/staff/webhooks/<uuid:webhook_id>/secret")
@allow(ADMINISTRATION)
@fresh_proof
def new_secret(webhook_id: UUID) -> ResponseReturnValue:
    return render("webhooks/new_secret.html", webhook=_in_use(webhook_id), form=Form())


@blueprint.post("/staff/webhooks/<uuid:webhook_id>/secret")
@allow(ADMINISTRATION)
@fresh_proof
def change_secret(webhook_id: UUID) -> ResponseReturnValue:
    new = receivers.change_secret(_in_use(webhook_id), by=current_subject(), now=utc_now())
    db.session.commit()
    return render("webhooks/secret.html", new=new, first=False)


@blueprint.post("/staff/webhooks/<uuid:webhook_id>/pause")
@allow(ADMINISTRATION)
def pause(webhook_id: UUID) -> ResponseReturnValue:
    webhook = _in_use(webhook_id)
    receivers.pause(webhook, by=current_subject(), now=utc_now())
    db.session.commit()
    return _back(webhook, _("Paused. What happens meanwhile waits."))


@blueprint.post("/staff/webhooks/<uuid:webhook_id>/resumption")
@allow(ADMINISTRATION)
def resume(webhook_id: UUID) -> ResponseReturnValue:
    """Also after failures: somebody says that it works again."""
    webhook = _in_use(webhook_id)
    receivers.resume(webhook, by=current_subject(), now=utc_now())
    db.session.commit()
    return _back(webhook, _("What waited is being sent."))


@blueprint.post("/staff/webhooks/<uuid:webhook_id>/test")
@allow(ADMINISTRATION)
@limiter.limit(TRIES)
def try_receiver(webhook_id: UUID) -> ResponseReturnValue:
    delivery = receivers.test(_in_use(webhook_id), by=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".delivery", delivery_id=delivery.id))


@blueprint.get("/staff/webhooks/<uuid:webhook_id>/end")
@allow(ADMINISTRATION)
@fresh_proof
def ending(webhook_id: UUID) -> ResponseReturnValue:
    webhook = _in_use(webhook_id)
    return render("webhooks/end.html", webhook=webhook, backlog=log.backlogs()[webhook.id], form=Form())


@blueprint.post("/staff/webhooks/<uuid:webhook_id>/end")
@allow(ADMINISTRATION)
@fresh_proof
def end(webhook_id: UUID) -> ResponseReturnValue:
    webhook = db.get_or_404(Webhook, webhook_id)
    receivers.end(webhook, by=current_subject(), now=utc_now())
    db.session.commit()
    return _back(webhook, _("%(name)s is switched off. It is told nothing any more.", name=webhook.name))


def _in_use(webhook_id: UUID) -> Webhook:
    webhook = db.get_or_404(Webhook, webhook_id)
    return abort(404) if webhook.ended_at else webhook


def _back(webhook: Webhook, said: str) -> Response:
    flash(said, "success")
    return see_other(url_for(".receiver", webhook_id=webhook.id))
