"""Anybody may check a receipt of an erasure, and fetch the keys with which to do it without us."""

from datetime import datetime
from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue

from webapp import signatures
from webapp.access import public
from webapp.accounts.routes.blueprint import TRIES
from webapp.guard import limiter
from webapp.htmx import render
from webapp.privacy.receipts.forms import ReceiptForm
from webapp.privacy.routes.blueprint import blueprint


@blueprint.get("/receipts")
@public
def receipts() -> ResponseReturnValue:
    return _page(ReceiptForm())


@blueprint.post("/receipts")
@public
@limiter.limit(TRIES)
def check_receipt() -> ResponseReturnValue:
    """It changes nothing, so it answers at once."""
    form = ReceiptForm()
    found = form.checked() if form.validate_on_submit() else None
    return _page(form, found=found, status=200 if found else 422)


@blueprint.get("/receipts/keys.json")
@public
def receipt_keys() -> ResponseReturnValue:
    """A JSON Web Key Set (RFC 7517)."""
    return jsonify({"keys": signatures.published()})


def _page(form: ReceiptForm, *, found: dict[str, Any] | None = None, status: int = 200) -> ResponseReturnValue:
    return render("privacy/receipts.html", form=form, found=found, moment=datetime.fromisoformat, status=status)
