"""What a person paid, how they pay, and where invoices go (P5)."""

from flask import Blueprint, Response, abort, flash, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.accounts.forms import Form
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other, wants_fragment
from webapp.paging import OnDay
from webapp.portal import billing_form, invoice_list, payment_overview
from webapp.portal.billing_form import BillingAddressForm
from webapp.products import billing_addresses, payment_methods
from webapp.products.models import PaymentMethod
from webapp.subjects.current import current_subject

blueprint = Blueprint("payments", __name__)

BILLING = "products/_billing_address.html"


@blueprint.get("/account/payments")
@allow(EVERYBODY_SIGNED_IN)
def payments() -> ResponseReturnValue:
    """With `row`, which Cancel asks for, htmx gets only the billing address."""
    return _show(BILLING if request.args.get("row") else None)


@blueprint.get("/account/payments/billing-address")
@allow(EVERYBODY_SIGNED_IN)
def edit_billing_address() -> ResponseReturnValue:
    return _show(BILLING, form=BillingAddressForm.of_current())


@blueprint.post("/account/payments/billing-address")
@allow(EVERYBODY_SIGNED_IN)
def save_billing_address() -> ResponseReturnValue:
    form = BillingAddressForm.of_current()
    if not form.validate_on_submit():
        return _show(BILLING, form=form, status=422)
    billing_addresses.change(current_subject(), form.details(), now=utc_now())
    db.session.commit()
    said = _("Saved. It stands on your next invoice.")
    if wants_fragment():
        return _show(BILLING, said=said)
    flash(said, "success")
    return see_other(url_for(".payments", _anchor="billing-address"))


@blueprint.get("/account/payments/methods/<external_id>/removal")
@allow(EVERYBODY_SIGNED_IN)
def removal(external_id: str) -> ResponseReturnValue:
    """What happens to the products that are paid by it, before it happens."""
    method = _mine(external_id)
    return render("products/removal.html", method=method, paid=payment_methods.paid_by(method), form=Form())


@blueprint.post("/account/payments/methods/<external_id>/removal")
@allow(EVERYBODY_SIGNED_IN)
def remove_method(external_id: str) -> ResponseReturnValue:
    """Pressed twice, the second time finds nothing to remove and says the same."""
    if method := payment_methods.find(current_subject(), external_id):
        payment_methods.remove(method, by=current_subject(), now=utc_now())
        db.session.commit()
    flash(_("Removed. Nothing is charged to it any more."), "success")
    return see_other(url_for(".payments", _anchor="payment-methods"))


@blueprint.get("/account/payments.csv")
@allow(EVERYBODY_SIGNED_IN)
def download() -> Response:
    response = Response(stream_with_context(invoice_list.lines(current_subject())), mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=payments.csv"
    return response


def _mine(external_id: str) -> PaymentMethod:
    return payment_methods.find(current_subject(), external_id) or abort(404)


def _show(
    fragment: str | None, *, form: BillingAddressForm | None = None, said: str | None = None, status: int = 200
) -> Response:
    """For htmx only the billing address, without reading the rest."""
    whole = None if fragment and wants_fragment() else _overview()
    billing = billing_form.lines(billing_addresses.of(current_subject()))
    return render(
        "products/payments.html",
        fragment=fragment,
        status=status,
        billing=billing,
        form=form,
        said=said,
        overview=whole,
    )


def _overview() -> payment_overview.Overview:
    places = {name: request.args.get(name, type=OnDay.parse) for name in ("older_than", "newer_than")}
    return payment_overview.of(current_subject(), today=utc_now().date(), **places)
