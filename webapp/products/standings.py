"""What somebody has and owes at the moment, for the first page of their account: in one statement."""

from dataclasses import dataclass

from sqlalchemy import ScalarSelect, func, literal, select

from webapp.db import db
from webapp.products.models import Invoice, InvoiceState, Product, ProductState
from webapp.products.payments import signed_amount
from webapp.subjects.models import Subject


@dataclass(frozen=True)
class Standing:
    """Products in use, the first to end first, and what is to be paid in each currency."""

    products: list[Product]
    owed: dict[str, int]


def of(subject: Subject) -> Standing:
    running = (Product.subject_id == subject.id) & (Product.state != ProductState.ENDED)
    one_row_at_least = select(literal(1).label("one")).subquery()
    both = select(Product, _owed(subject)).select_from(one_row_at_least.outerjoin(Product, running))
    rows = db.session.execute(both.order_by(Product.ends_on.nulls_last(), Product.name, Product.external_id)).all()
    return Standing([row[0] for row in rows if row[0]], rows[0][1] or {})


def _owed(subject: Subject) -> ScalarSelect[dict[str, int]]:
    amount = func.sum(signed_amount()).label("amount")
    to_be_paid = (
        select(Invoice.currency, amount)
        .where(Invoice.subject_id == subject.id, Invoice.state == InvoiceState.OPEN)
        .group_by(Invoice.currency)
        .having(amount > 0)
        .subquery()
    )
    return select(func.json_object_agg(to_be_paid.c.currency, to_be_paid.c.amount)).scalar_subquery()
