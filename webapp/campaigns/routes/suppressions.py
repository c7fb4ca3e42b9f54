"""Addresses that get no marketing: looked up, explained, and taken off the list where that is allowed."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import MARKETING, allow
from webapp.campaigns import suppression_list
from webapp.campaigns.forms import AddressForm
from webapp.campaigns.routes.blueprint import blueprint
from webapp.campaigns.suppression_list import KINDS, REASONS, Place
from webapp.clock import utc_now
from webapp.consents import suppressions
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.subjects.addresses import address_hash
from webapp.subjects.current import current_subject


@blueprint.get("/marketing/suppressions", endpoint="suppressions")
@allow(MARKETING)
def all_suppressions() -> ResponseReturnValue:
    listing = suppression_list.page(older_than=_place("older_than"), newer_than=_place("newer_than"))
    if request.args and not listing.rows:
        return redirect(url_for(".suppressions"))
    return _listed(AddressForm(), listing)


@blueprint.post("/marketing/suppressions")
@allow(MARKETING)
def look_up() -> ResponseReturnValue:
    """Leads on to the fingerprint of the address, so that no address stands in the history of a browser."""
    form = AddressForm()
    if not form.validate_on_submit():
        return _listed(form, suppression_list.page(), status=422)
    return see_other(url_for(".suppression", hashed=address_hash(form.email.data).hex()))


@blueprint.get("/marketing/suppressions/<hashed>")
@allow(MARKETING)
def suppression(hashed: str) -> ResponseReturnValue:
    key = _key(hashed)
    return render(
        "campaigns/suppression.html",
        hashed=hashed,
        suppressions=suppressions.of(key),
        may_be_lifted=suppressions.may_be_lifted,
        address=suppression_list.address_of(key),
        returns=suppression_list.returns_from(key),
        reasons=REASONS,
        kinds=KINDS,
    )


@blueprint.post("/marketing/suppressions/<hashed>/lifting")
@allow(MARKETING)
def lift(hashed: str) -> ResponseReturnValue:
    if suppressions.lift(_key(hashed), by=current_subject(), now=utc_now()):
        flash(_("The address is off the list. It gets the emails again that its owner agreed to."), "success")
    else:
        flash(_("Nothing was changed: this address is not on the list, or only its owner can take it off."), "info")
    db.session.commit()
    return see_other(url_for(".suppression", hashed=hashed))


def _listed(form: AddressForm, listing: object, *, status: int = 200) -> ResponseReturnValue:
    return render(
        "campaigns/suppressions.html",
        status=status,
        form=form,
        listing=listing,
        totals=suppression_list.totals(),
        weeks=suppression_list.weeks(now=utc_now()),
        reasons=REASONS,
    )


def _key(hashed: str) -> bytes:
    try:
        return bytes.fromhex(hashed)
    except ValueError:
        abort(404)


def _place(name: str) -> Place | None:
    try:
        return Place.parse(request.args[name]) if name in request.args else None
    except ValueError:
        abort(404)
