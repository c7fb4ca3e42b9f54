"""The keys of other systems: made, shown once, listed, revoked."""

from uuid import UUID

from flask import Blueprint, abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import ADMINISTRATION, allow
from webapp.accounts.forms import Form
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.integrations import keys
from webapp.integrations.forms import ApiKeyForm
from webapp.integrations.models import ApiKey
from webapp.integrations.words import SCOPES
from webapp.links import absolute_url
from webapp.subjects.current import current_subject

blueprint = Blueprint("integrations", __name__)


@blueprint.get("/staff/api-keys")
@allow(ADMINISTRATION)
def api_keys() -> ResponseReturnValue:
    return render("integrations/api_keys.html", keys=keys.everything(), words=SCOPES, now=utc_now())


@blueprint.get("/staff/api-keys/new")
@allow(ADMINISTRATION)
@fresh_proof
def new_api_key() -> ResponseReturnValue:
    return render("integrations/new_api_key.html", form=ApiKeyForm())


@blueprint.post("/staff/api-keys/new")
@allow(ADMINISTRATION)
@fresh_proof
@limiter.limit(TRIES)
def create_api_key() -> ResponseReturnValue:
    """Not 303 to another page: that one would have to find the key somewhere."""
    form = ApiKeyForm()
    if not form.validate_on_submit():
        return render("integrations/new_api_key.html", form=form, status=422)
    new = keys.create(form.name.data, form.chosen, by=current_subject(), now=utc_now())
    db.session.commit()
    return render("integrations/made_api_key.html", new=new, words=SCOPES, url=absolute_url("api.receive_interactions"))


@blueprint.get("/staff/api-keys/<uuid:key_id>/revocation")
@allow(ADMINISTRATION)
@fresh_proof
def revocation(key_id: UUID) -> ResponseReturnValue:
    key = _usable(key_id)
    return render("integrations/revocation.html", key=key, form=Form())


@blueprint.post("/staff/api-keys/<uuid:key_id>/revocation")
@allow(ADMINISTRATION)
@fresh_proof
def revoke_api_key(key_id: UUID) -> ResponseReturnValue:
    key = db.get_or_404(ApiKey, key_id)
    keys.revoke(key, by=current_subject(), now=utc_now())
    db.session.commit()
    flash(_("The key %(name)s is revoked. Whoever has it is turned away from now on.", name=key.name), "success")
    return see_other(url_for(".api_keys"))


def _usable(key_id: UUID) -> ApiKey:
    key = db.get_or_404(ApiKey, key_id)
    return abort(404) if key.revoked_at else key
