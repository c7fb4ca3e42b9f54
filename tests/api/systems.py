"""A system of the company that keeps customers, products, invoices and payment methods, and sends them."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask, has_app_context
from werkzeug.test import TestResponse

from tests.pages import QuickClient
from tests.people import person
from webapp.access import Role, Scope
from webapp.api import examples
from webapp.clock import utc_now
from webapp.db import db
from webapp.integrations import keys
from webapp.subjects.models import Subject
from webapp.subjects.subjects import find

Thing = dict[str, Any]

KINDS = ("customers", "products", "invoices", "payment-methods", "disclosures")
READ = [Scope(f"{kind}:read") for kind in KINDS]
WRITE = [Scope(f"{kind}:write") for kind in KINDS]


class System:
    """What it gets to see is read from the database anew."""

    def __init__(self, app: Flask, *scopes: Scope) -> None:
        olga = find("olga@example.org")
        by = olga.id if olga else person("olga@example.org", role=Role.ADMINISTRATOR).id
        new = keys.create("Books", scopes or (*READ, *WRITE), by=db.session.get_one(Subject, by), now=utc_now())
        db.session.commit()
        self.key, self.token = new.key, new.token
        self.client = QuickClient(app, app.response_class, use_cookies=False)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        content = {"json": body} if body is not None else {}
        answer = self.client.open(f"/api/v1/{path}", method=method, headers=sent, **content)
        if has_app_context():  # a thread has none
            db.session.rollback()
        return answer

    def read(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def put(self, kind: str, thing: Thing, **headers: str) -> Any:
        answer = self.ask("PUT", f"{kind}/{thing['external_id']}", thing, **headers)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json

    def post(self, kind: str, *things: Any) -> list[dict[str, Any]]:
        answer = self.ask("POST", kind, {kind.replace("-", "_"): list(things)})
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json["results"]  # type: ignore[index]  # it is an object
        return results

    def outcomes(self, kind: str, *things: Any) -> list[str]:
        return [result.get("reason", result["outcome"]) for result in self.post(kind, *things)]


def thing(kind: str, external_id: str, *, at: datetime | None = None, **members: Any) -> Thing:
    """As in the documents, otherwise than the members say."""
    changed_at = (at or utc_now() - timedelta(days=1)).isoformat()
    return {**examples.of(kind), "external_id": external_id, "changed_at": changed_at, **members}


def customer(number: str = "K-1", email: str = "lena@example.org", **members: Any) -> Thing:
    return thing("customers", number, email=email, **members)


def invoice(external_id: str = "R-1", customer: str = "K-1", **members: Any) -> Thing:
    return thing("invoices", external_id, customer=customer, **members)


def product(number: str = "P-1", customer: str = "K-1", **members: Any) -> Thing:
    return thing("products", number, customer=customer, **members)


def payment_method(number: str = "M-1", customer: str = "K-1", **members: Any) -> Thing:
    return thing("payment-methods", number, customer=customer, **members)
