"""How a person pays: what is shown of it, and removing it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from webapp import changes
from webapp.audit import Action
from webapp.changes import Change
from webapp.db import db
from webapp.products.models import PaymentMethod, Product, ProductState
from webapp.subjects import trail
from webapp.subjects.models import Subject


def of(subject: Subject) -> Sequence[PaymentMethod]:
    """Those that were not removed."""
    mine = select(PaymentMethod).where(PaymentMethod.subject_id == subject.id, PaymentMethod.removed_at.is_(None))
    return db.session.scalars(mine.order_by(PaymentMethod.brand, PaymentMethod.external_id)).all()


def find(subject: Subject, external_id: str) -> PaymentMethod | None:
    """One of this person's, and of nobody else's."""
    method = db.session.get(PaymentMethod, external_id)
    return method if method and method.subject_id == subject.id and method.removed_at is None else None


def paid_by(method: PaymentMethod) -> Sequence[Product]:
    """The products that will need another way to be paid."""
    paid = select(Product).where(
        Product.subject_id == method.subject_id,
        Product.payment_method == method.external_id,
        Product.state != ProductState.ENDED,
    )
    return db.session.scalars(paid.order_by(Product.name)).all()


def remove(method: PaymentMethod, *, by: Subject, now: datetime) -> None:
    """The token by which the payment provider knows it goes at once. Pressed twice it is removed once."""
    db.session.refresh(method, with_for_update=True)
    if method.removed_at:
        return
    method.removed_at = method.changed_at = now
    method.token = None
    trail.record(Action.PAYMENT_METHOD_REMOVED, by, now=now, name=f"{method.brand} {method.last_four}".strip())
    changes.record(Change.PAYMENT_METHOD_REMOVED, by.id, now=now, payment_method=method.external_id)
