"""What the systems of an invented company hold about its customers, as they send it."""

from collections.abc import Iterator
from csv import DictWriter
from datetime import date, timedelta
from io import StringIO
from typing import Any

from webapp.api import examples

Thing = dict[str, Any]

CHANGED_AT = "2026-03-05T08:15:00Z"
FIRST_DAY = date(2025, 1, 1)
INVOICES_EACH = 3
PER_CUSTOMER = 1 + 1 + INVOICES_EACH + 1
NAMES = [("Lena", "Brunner"), ("Urs", "Caduff"), ("Aurélie", "Perret"), ("Chiara", "Rossi"), ("Jürg", "Müller")]


def things(customers: int) -> dict[str, list[Thing]]:
    """By kind, in an order in which they can be sent."""
    numbers = range(customers)
    return {
        "customers": [_customer(number) for number in numbers],
        "products": [_product(number) for number in numbers],
        "payment-methods": [_payment_method(number) for number in numbers],
        "invoices": [invoice for number in numbers for invoice in _invoices(number)],
    }


def files(things: dict[str, list[Thing]]) -> dict[str, bytes]:
    """The same as CSV, with amounts as people write them."""
    return {kind: _as_csv(rows) for kind, rows in things.items()}


def _as_csv(rows: list[Thing]) -> bytes:
    file = StringIO()
    writer = DictWriter(file, list(rows[0]))
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {name: f"{row[name] / 100:.2f}" for name in ("price", "amount") if name in row})
    return file.getvalue().encode()


def _customer(number: int) -> Thing:
    given_name, family_name = NAMES[number % len(NAMES)]
    return {
        "external_id": f"K-{number}",
        "changed_at": CHANGED_AT,
        "email": f"customer{number}@alpenglow.example",
        "language": "de",
        "given_name": given_name,
        "family_name": family_name,
        "phone": f"+4144{number % 10_000_000:07}",
        "street_address": f"Seeweg {number % 200}",
        "postal_code": "8002",
        "city": "Zürich",
        "country": "CH",
    }


def _product(number: int) -> Thing:
    return {
        **examples.of("products"),
        "external_id": f"P-{number}",
        "customer": f"K-{number}",
        "payment_method": f"M-{number}",
    }


def _payment_method(number: int) -> Thing:
    return {
        **examples.of("payment-methods"),
        "external_id": f"M-{number}",
        "customer": f"K-{number}",
        "last_four": f"{number % 10_000:04}",
        "token": f"tok_{number:016x}",
    }


def _invoices(number: int) -> Iterator[Thing]:
    given_name, family_name = NAMES[number % len(NAMES)]
    for month in range(INVOICES_EACH):
        issued = FIRST_DAY + timedelta(days=30 * month)
        yield {
            "external_id": f"R-{number}-{month}",
            "changed_at": CHANGED_AT,
            "customer": f"K-{number}",
            "number": f"2025-{number}-{month}",
            "kind": "invoice",
            "state": "paid",
            "issued_on": issued.isoformat(),
            "due_on": (issued + timedelta(days=30)).isoformat(),
            "paid_on": (issued + timedelta(days=12)).isoformat(),
            "amount": 990 + number % 1000,
            "currency": "CHF",
            "country": "CH",
            "billed_to": f"{given_name} {family_name}",
            "billing_address": f"Seeweg {number % 200}\n8002 Zürich",
            "description": "Web hosting M, one month",
        }
