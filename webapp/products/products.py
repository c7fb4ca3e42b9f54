"""The products and services that people have."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from webapp.db import db
from webapp.products.models import Product, ProductState


def active(subject_id: UUID) -> Sequence[Product]:
    """Those that the person still uses, the cancelled ones included until they end; the first to end comes first."""
    running = select(Product).where(Product.subject_id == subject_id, Product.state != ProductState.ENDED)
    return db.session.scalars(running.order_by(Product.ends_on.nulls_last(), Product.name, Product.external_id)).all()
