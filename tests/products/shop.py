"""What the company's billing system knows of people: one call a thing, committed."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from webapp.clock import utc_now
from webapp.db import db
from webapp.products.models import (
    BillingAddress,
    CustomerRecord,
    Interval,
    Invoice,
    InvoiceKind,
    InvoiceState,
    PaymentMethod,
    Product,
    ProductKind,
    ProductState,
)

TODAY = utc_now().date()


def record(subject_id: UUID, number: str = "K-1001") -> str:
    db.session.add(CustomerRecord(external_id=number, subject_id=subject_id, **_sent()))
    db.session.commit()
    return number


def product(subject_id: UUID, external_id: str = "P-1", **differently: Any) -> Product:
    """Web hosting, paid every month, renewed in 40 days, with a notice of 30."""
    values: dict[str, Any] = {
        "customer": "K-1001",
        "name": "Web hosting",
        "kind": ProductKind.SERVICE,
        "state": ProductState.ACTIVE,
        "started_on": TODAY - timedelta(days=300),
        "renews_on": TODAY + timedelta(days=40),
        "cancellable": True,
        "notice_days": 30,
        "price": 1900,
        "currency": "CHF",
        "interval": Interval.MONTH,
    }
    new = Product(external_id=external_id, subject_id=subject_id, **(values | _sent() | differently))
    db.session.add(new)
    db.session.commit()
    return new


def invoice(subject_id: UUID, issued_on: date = TODAY, amount: int = 1900, **differently: Any) -> Invoice:
    """Paid on the day, in francs."""
    external_id = differently.pop("external_id", uuid4().hex)
    values: dict[str, Any] = {
        "customer": "K-1001",
        "number": f"R-{external_id}",
        "kind": InvoiceKind.INVOICE,
        "state": InvoiceState.PAID,
        "paid_on": issued_on,
        "currency": "CHF",
        "country": "CH",
        "billed_to": "Anna Keller",
        "billing_address": "Weg 1, 8000 Zürich",
    }
    row = values | _sent() | differently
    new = Invoice(external_id=external_id, subject_id=subject_id, issued_on=issued_on, amount=amount, **row)
    db.session.add(new)
    db.session.commit()
    return new


def payment_method(subject_id: UUID, external_id: str = "M-1", **differently: Any) -> PaymentMethod:
    values: dict[str, Any] = {"customer": "K-1001", "brand": "Visa", "last_four": "4242", "token": b"sealed"}
    new = PaymentMethod(external_id=external_id, subject_id=subject_id, **(values | _sent() | differently))
    db.session.add(new)
    db.session.commit()
    return new


def billing_address(subject_id: UUID, postal_code: str = "8000") -> BillingAddress:
    details = {"name": "Anna Keller", "street_address": "Weg 1", "city": "Zürich", "country": "CH"}
    new = BillingAddress(subject_id=subject_id, postal_code=postal_code, changed_at=utc_now(), **details)
    db.session.add(new)
    db.session.commit()
    return new


def _sent() -> dict[str, Any]:
    long_ago = utc_now() - timedelta(days=30)
    return {"changed_at": long_ago, "received_at": long_ago}
