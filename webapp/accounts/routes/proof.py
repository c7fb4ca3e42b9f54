"""The page that asks for a fresh proof, and leads back to where the person was."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from webapp.access import EVERYBODY_SIGNED_IN, allow, even_when_closed
from webapp.accounts import proofs
from webapp.accounts.next_page import local_path
from webapp.accounts.routes.blueprint import blueprint
from webapp.clock import utc_now
from webapp.htmx import see_other


@blueprint.get("/account/proof")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def proof() -> ResponseReturnValue:
    wanted = local_path(request.args.get("next")) or url_for("portal.overview")
    if proofs.is_fresh(now=utc_now()):
        return see_other(wanted)
    return proofs.ask(url_for("accounts.proof"), None, next=wanted)


@blueprint.post("/account/proof")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def prove() -> ResponseReturnValue:
    wanted = local_path(request.form.get("next")) or url_for("portal.overview")
    form = proofs.attempt(now=utc_now())
    if proofs.is_fresh(now=utc_now()):
        return see_other(wanted)
    return proofs.ask(url_for("accounts.proof"), form, next=wanted)
