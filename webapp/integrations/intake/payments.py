"""Products, invoices and payment methods that other systems send."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Table, TextClause, exists, select, update

from webapp import bulk
from webapp.accounts.models import Account
from webapp.crypto import key_ring, seal
from webapp.db import db
from webapp.integrations.intake import upserts
from webapp.integrations.intake.items import InvoiceItem, PaymentMethodItem, ProductItem
from webapp.integrations.intake.results import Outcome, Result
from webapp.integrations.intake.upserts import Row, Target
from webapp.products.models import CustomerRecord, Invoice, PaymentMethod, Product, ProductState
from webapp.subjects.models import Subject

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


def _with_sealed_tokens(items: Sequence[PaymentMethodItem]) -> Sequence[PaymentMethodItem | Row]:
    """A token is readable with the key of its person only; without a person nothing is stored."""
    if all(item.token is None for item in items):
        return items
    keys = _data_keys(items)
    return [item if item.token is None else {**item.__dict__, "token": _sealed(item, keys)} for item in items]


def _sealed(item: PaymentMethodItem, keys: Mapping[str, bytes]) -> str | None:
    number, token = item.external_id, item.token or ""
    return bulk.binary(seal(keys[number], token.encode(), context=number.encode())) if number in keys else None


def _data_keys(items: Sequence[PaymentMethodItem]) -> dict[str, bytes]:
    """Of the person to whom each belongs, by its number."""
    sent = bulk.rows({"external_id": item.external_id, "customer": item.customer} for item in items)
    ring, rows = key_ring(), db.session.execute(_wrapped_keys(), sent).all()
    return {row.external_id: ring.unwrap(row.wrapped, context=row.subject_id.bytes) for row in rows}


@cache
def _wrapped_keys() -> TextClause:
    assert isinstance(PaymentMethod.__table__, Table)
    sent = upserts.of_people(PaymentMethod.__table__, ("external_id", "customer"))
    return bulk.using_rows(f"SELECT external_id, subject_id, wrapped FROM {sent} JOIN subject_keys USING (subject_id)")  # noqa: S608  # our own names


PRODUCTS = Target(
    Product,
    tuple(ProductItem.model_fields),
    # What the company runs again, after the person cancelled it, is not cancelled any more.
    more=(("cancelled_at", "CASE WHEN excluded.state = 'active' THEN NULL ELSE held.cancelled_at END"),),
)
INVOICES = Target(Invoice, tuple(InvoiceItem.model_fields))
PAYMENT_METHODS = Target(
    PaymentMethod, tuple(PaymentMethodItem.model_fields), only="AND held.removed_at IS NULL", rows=_with_sealed_tokens
)
