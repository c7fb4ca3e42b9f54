"""The products and services of a person: what they are, how they go on, and cancelling them."""

from flask import Blueprint, abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.accounts.forms import Form
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.products import cancellations, money
from webapp.products import products as having
from webapp.products.cancellations import NotCancellable
from webapp.products.models import Product
from webapp.subjects.current import current_subject

blueprint = Blueprint("products", __name__)
blueprint.add_app_template_filter(money.amount, "money")
blueprint.add_app_template_filter(money.number, "money_number")


@blueprint.get("/account/products")
@allow(EVERYBODY_SIGNED_IN)
def products() -> ResponseReturnValue:
    return render("products/products.html", shelf=having.shelf(current_subject().id), today=utc_now().date())


@blueprint.get("/account/products/<external_id>")
@allow(EVERYBODY_SIGNED_IN)
def product(external_id: str) -> ResponseReturnValue:
    return _show(_mine(external_id))


@blueprint.get("/account/products/<external_id>/cancellation")
@allow(EVERYBODY_SIGNED_IN)
def cancellation(external_id: str) -> ResponseReturnValue:
    """What happens, and when, before it happens."""
    product, today = _mine(external_id), utc_now().date()
    if not cancellations.can_be_cancelled(product):
        return see_other(url_for(".product", external_id=external_id))
    ends_on = cancellations.would_end_on(product, today=today)
    return render("products/cancellation.html", product=product, ends_on=ends_on, today=today, form=Form())


@blueprint.post("/account/products/<external_id>/cancellation")
@allow(EVERYBODY_SIGNED_IN)
def cancel(external_id: str) -> ResponseReturnValue:
    product = _mine(external_id)
    try:
        cancellations.cancel(product, by=current_subject(), now=utc_now())
    except NotCancellable:
        flash(_("This one cannot be cancelled here. Please write to us."), "warning")
        return see_other(url_for(".product", external_id=external_id))
    db.session.commit()
    flash(_("Cancelled. You can use it until %(day)s.", day=format_date(product.ends_on, "long")), "success")
    return see_other(url_for(".product", external_id=external_id))


@blueprint.post("/account/products/<external_id>/keeping")
@allow(EVERYBODY_SIGNED_IN)
def keep(external_id: str) -> ResponseReturnValue:
    try:
        cancellations.keep(_mine(external_id), by=current_subject(), now=utc_now())
    except NotCancellable:
        flash(_("It is too late to take the cancellation back. Please write to us."), "warning")
        return see_other(url_for(".product", external_id=external_id))
    db.session.commit()
    flash(_("You keep it. Everything goes on as before."), "success")
    return see_other(url_for(".product", external_id=external_id))


def _mine(external_id: str) -> Product:
    return having.find(current_subject(), external_id) or abort(404)


def _show(product: Product) -> ResponseReturnValue:
    today = utc_now().date()
    return render(
        "products/product.html",
        product=product,
        method=having.paid_with(product),
        can_cancel=cancellations.can_be_cancelled(product),
        can_keep=cancellations.can_be_kept(product, today=today),
        last_day=cancellations.last_day_to_cancel(product),
        today=today,
    )
