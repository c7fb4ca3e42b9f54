"""Products, invoices and payment methods that other systems send."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update

from webapp import bulk
from webapp.accounts.models import Account
from webapp.crypto import key_ring, seal
from webapp.db import db
from webapp.integrations.intake import upserts
from webapp.integrations.intake.items import InvoiceItem, PaymentMethodItem, ProductItem
from webapp.integrations.intake.results import Outcome, Result
from webapp.integrations.intake.upserts import Row, Target
from webapp.products.models import CustomerRecord, Invoice, PaymentMethod, Product, ProductState
from webapp.subjects.models import Subject, SubjectKey

CHANGED = {Outcome.CREATED, Outcome.UPDATED}


def take_in_products(items: Sequence[ProductItem], *, key_id: UUID | None, now: datetime) -> list[Result]:
    results = upserts.take_in(PRODUCTS, items, key_id=key_id, now=now)
    running = [
        item.customer
        for item, result in zip(items, results, strict=True)
        if result.outcome in CHANGED and item.state is not ProductState.ENDED
    ]
    begin_again(running)
    return results


def take_in_invoices(items: Sequence[InvoiceItem], *, key_id: UUID | None, now: datetime) -> list[Result]:
    return upserts.take_in(INVOICES, items, key_id=key_id, now=now)


def take_in_payment_methods(items: Sequence[PaymentMethodItem], *, key_id: UUID | None, now: datetime) -> list[Result]:
    return upserts.take_in(PAYMENT_METHODS, items, key_id=key_id, now=now)


def begin_again(customers: Sequence[str]) -> None:
    """Whose relationship had ended by itself, without an account, is a customer again. An account ends by its owner."""
    if customers:
        named = select(CustomerRecord.subject_id).where(bulk.among(CustomerRecord.external_id, customers))
        ended = Subject.id.in_(named), Subject.ended_at.is_not(None), ~exists().where(Account.subject_id == Subject.id)
        db.session.execute(update(Subject).where(*ended).values(ended_at=None, kept_until=None))


def _sealed(items: Mapping[str, Any], owners: Mapping[str, UUID]) -> dict[str, Row]:
    told = {number: owner for number, owner in owners.items() if items[number].token is not None}
    keys = _data_keys(list(set(told.values()))) if told else {}
    return {
        number: {"token": bulk.binary(seal(keys[owner], items[number].token.encode(), context=number.encode()))}
        for number, owner in told.items()
    }


def _data_keys(subject_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Each person's own key."""
    wrapped = select(SubjectKey.subject_id, SubjectKey.wrapped).where(bulk.among(SubjectKey.subject_id, subject_ids))
    ring, rows = key_ring(), db.session.execute(wrapped)
    return {row.subject_id: ring.unwrap(row.wrapped, context=row.subject_id.bytes) for row in rows}


PRODUCTS = Target(
    Product,
    tuple(ProductItem.model_fields),
    # What the company runs again, after the person cancelled it, is not cancelled any more.
    more=(("cancelled_at", "CASE WHEN excluded.state = 'active' THEN NULL ELSE held.cancelled_at END"),),
)
INVOICES = Target(Invoice, tuple(InvoiceItem.model_fields))
PAYMENT_METHODS = Target(
    PaymentMethod, tuple(PaymentMethodItem.model_fields), only="AND held.removed_at IS NULL", fill=_sealed
)
