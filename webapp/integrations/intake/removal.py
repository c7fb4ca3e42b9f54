"""Taking back what another system sent by mistake. What the law or somebody's use still needs cannot be taken back."""

from collections.abc import Callable

from sqlalchemy import select

from webapp.db import db
from webapp.integrations.intake import kinds, moves
from webapp.integrations.intake.kinds import Kind
from webapp.products.models import (
    CustomerRecord,
    Invoice,
    InvoiceState,
    PaymentMethod,
    Product,
    ProductState,
)

WhyNot = str | None


def remove(kind: Kind, external_id: str) -> WhyNot:
    """Why it stays; None if it is gone."""
    return HOW[kind](external_id)


def _customer(external_id: str) -> WhyNot:
    record = db.session.get_one(CustomerRecord, external_id, with_for_update=True)
    for model in (Product, Invoice, PaymentMethod):
        mine = select(model.external_id).where(model.subject_id == record.subject_id, model.customer == external_id)
        if db.session.scalar(mine.limit(1)) is not None:
            return "Products, invoices or payment methods were sent for this customer. Delete those that can go first."
    db.session.delete(record)
    db.session.flush()
    moves.forget_former([record.subject_id])
    return None


def _product(external_id: str) -> WhyNot:
    product = db.session.get_one(Product, external_id, with_for_update=True)
    if product.state is not ProductState.ENDED:
        return "It is in use. Send the state ended first; then the person sees that it is over."
    db.session.delete(product)
    return None


def _invoice(external_id: str) -> WhyNot:
    invoice = db.session.get_one(Invoice, external_id, with_for_update=True)
    if invoice.state is not InvoiceState.DRAFT:
        return "The law keeps what was issued. Send the state cancelled, or a credit note."
    db.session.delete(invoice)
    return None


def _payment_method(external_id: str) -> WhyNot:
    db.session.delete(db.session.get_one(PaymentMethod, external_id, with_for_update=True))
    return None


HOW: dict[Kind, Callable[[str], WhyNot]] = {
    kinds.CUSTOMERS: _customer,
    kinds.PRODUCTS: _product,
    kinds.INVOICES: _invoice,
    kinds.PAYMENT_METHODS: _payment_method,
}
