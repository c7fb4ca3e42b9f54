"""One thing of each kind, as other systems send it."""

from typing import Any

_OF_CUSTOMER = {"changed_at": "2026-03-05T08:15:00Z", "customer": "K-10234"}
_EXAMPLES: dict[str, dict[str, Any]] = {
    "customers": {
        "external_id": "K-10234",
        "changed_at": "2026-03-05T08:15:00Z",
        "email": "lena.brunner@alpenglow.example",
        "language": "de",
        "given_name": "Lena",
        "family_name": "Brunner",
        "phone": "+41446681800",
        "street_address": "Seeweg 1",
        "postal_code": "8002",
        "city": "Zürich",
        "country": "CH",
        "billing_address": {
            "name": "Lena Brunner",
            "street_address": "Seeweg 1",
            "postal_code": "8002",
            "city": "Zürich",
        },
    },
    "products": {
        "external_id": "P-881",
        **_OF_CUSTOMER,
        "name": "Web hosting M",
        "kind": "service",
        "state": "active",
        "started_on": "2025-04-01",
        "renews_on": "2026-04-01",
        "cancellable": True,
        "notice_days": 30,
        "price": 11880,
        "currency": "CHF",
        "interval": "year",
        "payment_method": "M-77",
    },
    "invoices": {
        "external_id": "R-2026-0412",
        **_OF_CUSTOMER,
        "number": "2026-0412",
        "state": "paid",
        "issued_on": "2026-03-01",
        "due_on": "2026-03-31",
        "paid_on": "2026-03-05",
        "amount": 11880,
        "currency": "CHF",
        "country": "CH",
        "billed_to": "Lena Brunner",
        "billing_address": "Seeweg 1\n8002 Zürich",
        "description": "Web hosting M, one year",
    },
    "payment-methods": {
        "external_id": "M-77",
        **_OF_CUSTOMER,
        "brand": "Visa",
        "last_four": "4242",
        "expires_on": "2028-07-31",
        "token": "tok_1Q2w3E4r5T",
    },
    "interactions": {
        "id": "6f1c1f0e-3f5a-4f0e-9f0e-1b2c3d4e5f60",
        "email": "lena.brunner@alpenglow.example",
        "observed_at": "2026-03-05T08:15:00Z",
        "app": "Panel 5.2",
        "device": {"model": "Pixel 9", "os": "Android", "os_version": "16"},
        "ip": "203.0.113.7",
        "locale": "de-CH",
        "access_points": [{"bssid": "00:00:5e:00:53:01", "signal": -61}],
    },
    "confirmations": {"id": "msg_0b6f3c1e9d5a4c7f8e2b1a0d9c8b7a65"},
    "disclosures": {
        "external_id": "D-15",
        **_OF_CUSTOMER,
        "recipient": "Debt collection office of Zurich 2",
        "reason": "An invoice was not paid after two reminders.",
        "legal_basis": "GDPR Art. 6(1)(f); SchKG Art. 67",
        "data": "Name, postal address, number and amount of the invoice",
        "disclosed_on": "2026-03-04",
    },
}


def of(kind: str) -> dict[str, Any]:
    return _EXAMPLES[kind]
