"""The products and services that people have."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from webapp.db import db
from webapp.products.models import PaymentMethod, Product, ProductState
from webapp.subjects.models import Subject

MOST_PAST = 50


@dataclass(frozen=True)
class Shelf:
    """What somebody uses, and what they used before, of which only the last ones are shown."""

    active: Sequence[Product]
    past: Sequence[Product]


def active(subject_id: UUID) -> Sequence[Product]:
    """Those that the person still uses, the cancelled ones included until they end; the first to end comes first."""
    running = select(Product).where(Product.subject_id == subject_id, Product.state != ProductState.ENDED)
    return db.session.scalars(running.order_by(Product.ends_on.nulls_last(), Product.name, Product.external_id)).all()


def shelf(subject_id: UUID) -> Shelf:
    past = select(Product).where(Product.subject_id == subject_id, Product.state == ProductState.ENDED)
    ended = past.order_by(Product.ends_on.desc().nulls_last(), Product.name).limit(MOST_PAST)
    return Shelf(active(subject_id), db.session.scalars(ended).all())


def find(subject: Subject, external_id: str) -> Product | None:
    """One of this person's, and of nobody else's."""
    product = db.session.get(Product, external_id)
    return product if product and product.subject_id == subject.id else None


def paid_with(product: Product) -> PaymentMethod | None:
    method = db.session.get(PaymentMethod, product.payment_method) if product.payment_method else None
    return method if method and method.subject_id == product.subject_id and method.removed_at is None else None
