"""Customers, products, invoices and payment methods come in: once, in any order, and only what is valid."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from tests.api.systems import KINDS, READ, System, customer, invoice, payment_method, product, thing
from tests.pages import statements
from webapp.access import Scope
from webapp.api import examples
from webapp.clock import utc_now
from webapp.crypto import open_sealed
from webapp.db import db
from webapp.integrations import keys
from webapp.products import products
from webapp.products.models import CustomerRecord, Invoice, PaymentMethod, Product
from webapp.subjects import trail
from webapp.subjects.models import Subject

TOKEN = "tok_1Q2w3E4r5T"


@pytest.fixture
def books(app: Flask) -> System:
    return System(app)


@pytest.fixture
def lena(books: System) -> Subject:
    """A customer who came by the API."""
    books.put("customers", customer())
    return db.session.scalars(select(Subject).where(Subject.email == "lena@example.org")).one()


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_in_the_documents_comes_in_and_is_shown_as_it_was_sent(books: System, kind: str) -> None:
    books.put("customers", examples.of("customers"))
    sent = examples.of(kind)
    assert books.post(kind, sent)[0]["outcome"] == ("unchanged" if kind == "customers" else "created")
    shown = books.read(f"{kind}/{sent['external_id']}")
    expected = {name: value for name, value in sent.items() if name != "token"}
    if kind == "customers":
        assert expected.pop("billing_address").items() <= shown["billing_address"].items()
    assert expected.items() <= shown.items()
    assert "token" not in shown
    assert TOKEN not in books.ask("GET", kind).text


def test_the_same_sent_twice_is_there_once(books: System, lena: Subject) -> None:
    first = invoice()
    answers = [books.ask("PUT", "invoices/R-1", first) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert [answer.json["outcome"] for answer in answers if answer.json] == ["created", "unchanged"]
    assert books.outcomes("invoices", first, first) == ["unchanged", "unchanged"]
    assert len(stored(Invoice)) == 1


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations([1, 1, 2, 3, 3]), together=st.booleans())
def test_in_whatever_order_versions_arrive_the_newest_stays(app: Flask, order: list[int], together: bool) -> None:
    books, now = books_with_lena(app), utc_now()
    versions = [product(at=now - timedelta(hours=10 - version), name=f"Version {version}") for version in order]
    if together:
        books.post("products", *versions)
    else:
        for version in versions:
            books.put("products", version)
    assert [each.name for each in stored(Product)] == ["Version 3"]


def test_versions_that_arrive_at_the_same_moment_leave_the_newest(app: Flask, books: System, lena: Subject) -> None:
    now = utc_now()
    versions = [product(at=now - timedelta(minutes=minutes), name=f"{minutes}") for minutes in (3, 1, 2, 1, 3, 2)]
    with ThreadPoolExecutor(3) as pool:
        statuses = list(pool.map(lambda sent: books.ask("PUT", "products/P-1", sent).status_code, versions))
    assert set(statuses) <= {200, 201}
    assert statuses.count(201) == 1
    assert [each.name for each in stored(Product)] == ["1"]


def test_batches_that_cross_do_not_stop_each_other(app: Flask, books: System) -> None:
    people = [customer(f"K-{number}", f"person{number}@example.org") for number in range(30)]
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda batch: books.outcomes("customers", *batch), [people, people[::-1], people]))
    assert all(set(outcomes) <= {"created", "unchanged"} for outcomes in results)
    assert len(stored(CustomerRecord)) == 30


def test_a_moment_that_two_versions_share_keeps_what_came_last(books: System, lena: Subject) -> None:
    """Some systems know only the second in which something changed."""
    first = product(name="First")
    assert books.outcomes("products", first, {**first, "name": "Second"}) == ["outdated", "created"]
    assert books.outcomes("products", {**first, "name": "Third"}) == ["updated"]
    assert [each.name for each in stored(Product)] == ["Third"]


def test_who_read_an_older_version_overwrites_nothing(books: System, lena: Subject) -> None:
    books.put("products", product())
    read = books.ask("GET", "products/P-1").headers["ETag"]
    db.session.execute(update(Product).values(cancelled_at=utc_now(), changed_at=utc_now()))  # the person, here
    db.session.commit()
    later = product(at=utc_now() + timedelta(minutes=1), name="Another")
    assert books.ask("PUT", "products/P-1", later, If_Match=read).status_code == 412
    assert books.ask("DELETE", "products/P-1", If_Match=read).status_code == 412
    assert books.ask("GET", "products/P-1", If_None_Match=read).status_code == 200
    now = books.ask("GET", "products/P-1").headers["ETag"]
    assert books.ask("GET", "products/P-1", If_None_Match=now).status_code == 304
    assert books.ask("PUT", "products/P-1", later, If_Match=now).status_code == 200
    assert books.ask("PUT", "products/P-1", later, If_None_Match="*").status_code == 412
    assert books.ask("PUT", "products/P-2", product("P-2"), If_Match="*").status_code == 412


def test_three_bad_ones_do_not_stop_the_others(books: System, lena: Subject) -> None:
    batch = [invoice(f"R-{number}") for number in range(1_000)]
    batch[10] |= {"amount": -1}
    batch[20] |= {"customer": "K-unknown"}
    batch[30] |= {"currency": "XYZ"}
    results = books.post("invoices", *batch)
    assert [result["external_id"] for result in results] == [sent["external_id"] for sent in batch]
    refused = {number: result["reason"] for number, result in enumerate(results) if result["outcome"] == "refused"}
    assert refused == {10: "not_valid", 20: "unknown_customer", 30: "not_valid"}
    assert db.session.scalar(select(func.count()).select_from(Invoice)) == 997


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_takes_as_many_statements_as_one(books: System, kind: str) -> None:
    books.post("customers", *(customer(f"K-{number}", f"a{number}@example.org") for number in range(41)))
    counts = []
    for numbers in (range(1), range(1, 41)):
        things = [thing(kind, f"N-{number}", customer=f"K-{number}") for number in numbers]
        if kind == "customers":
            things = [customer(f"N-{number}", f"new{number}@example.org") for number in numbers]
        statements.clear()
        assert set(books.outcomes(kind, *things)) == {"created"}
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 20


def test_an_invoice_waits_for_its_customer(books: System) -> None:
    answer = books.ask("PUT", "invoices/R-1", invoice())
    assert answer.status_code == 422
    assert answer.json["reason"] == "unknown_customer"  # type: ignore[index]  # it is an object
    books.put("customers", customer())
    assert books.put("invoices", invoice())["outcome"] == "created"


BAD: list[tuple[str, dict[str, Any]]] = [
    ("invoices", {"amount": -1}),
    ("invoices", {"amount": 12.5}),
    ("invoices", {"amount": "1290"}),
    ("invoices", {"amount": True}),
    ("invoices", {"amount": 10**16}),
    ("invoices", {"currency": "DEM"}),
    ("invoices", {"currency": "chf"}),
    ("invoices", {"country": "XX"}),
    ("invoices", {"country": ""}),
    ("invoices", {"number": ""}),
    ("invoices", {"issued_on": "2026-02-30"}),
    ("invoices", {"issued_on": "2026-03-01T00:00:00Z"}),
    ("invoices", {"issued_on": 20260301}),
    ("invoices", {"issued_on": None}),
    ("invoices", {"issued_on": "9999-12-31"}),
    ("invoices", {"state": "lost"}),
    ("invoices", {"billed_to": " "}),
    ("invoices", {"description": "4111 1111 1111 1111"}),
    ("invoices", {"billing_address": "Seeweg 1\n5555-5555-5555-4444"}),
    ("invoices", {"description": "A\x00B"}),
    ("invoices", {"description": "A\u202eB"}),
    ("invoices", {"changed_at": "2026-03-05"}),
    ("invoices", {"changed_at": "2026-03-05T08:15:00"}),
    ("invoices", {"customer": "../staff"}),
    ("invoices", {"discount": 3}),
    ("products", {"price": 5, "currency": ""}),
    ("products", {"cancellable": "yes"}),
    ("products", {"notice_days": -1}),
    ("payment-methods", {"last_four": "4111111111111111"}),
    ("payment-methods", {"last_four": "12345"}),
    ("payment-methods", {"brand": "Visa 4111111111111111"}),
    ("customers", {"email": "lena"}),
    ("customers", {"phone": "044 668 18 00"}),
    ("customers", {"given_name": "a" * 101}),
    ("customers", {"billing_address": {"city": "Chur"}}),
]


@pytest.mark.parametrize(("kind", "bad"), BAD, ids=lambda value: str(value)[:40])
def test_what_is_not_valid_is_refused_with_the_place(books: System, lena: Subject, kind: str, bad: Any) -> None:
    [name] = set(bad) - {"currency"} or bad
    sent = thing(kind, "X-1") | ({} if kind == "customers" else {"customer": "K-1"}) | bad
    answer = books.ask("PUT", f"{kind}/X-1", sent)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert books.outcomes(kind, sent) == ["not_valid"]
    assert "4111" not in answer.text
    assert books.ask("GET", f"{kind}/X-1").status_code == 404
    assert name in answer.text or name in {"number", "price"}


def test_what_changes_in_the_future_is_refused(books: System, lena: Subject) -> None:
    assert books.outcomes("products", product(at=utc_now() + timedelta(hours=1))) == ["in_the_future"]


@pytest.mark.parametrize("number", ["4111111111111111", "a b", "a/b", "a" * 81, "..", "ä", "a@example.org"])
def test_a_number_that_cannot_stand_in_an_address_is_refused(books: System, lena: Subject, number: str) -> None:
    assert books.outcomes("products", product(number)) == ["not_valid"]


def test_the_number_in_the_body_is_that_in_the_address(books: System, lena: Subject) -> None:
    assert books.ask("PUT", "products/P-2", product("P-1")).status_code == 422


def test_a_token_is_sealed_with_the_key_of_the_person_and_stays_when_it_is_not_sent_again(
    books: System, lena: Subject
) -> None:
    books.put("payment-methods", payment_method())
    books.put("payment-methods", payment_method(at=utc_now(), brand="Visa Debit", token=None))
    [method] = stored(PaymentMethod)
    assert method.brand == "Visa Debit"
    assert method.token
    assert open_sealed(trail.data_key(lena), method.token, context=b"M-1") == TOKEN.encode()


def test_what_the_person_removed_does_not_come_back(books: System, lena: Subject) -> None:
    books.put("payment-methods", payment_method())
    db.session.execute(update(PaymentMethod).values(removed_at=utc_now(), changed_at=utc_now()))
    db.session.commit()
    again = payment_method(at=utc_now() + timedelta(minutes=1))
    assert books.outcomes("payment-methods", again) == ["removed_by_person"]


def test_a_product_that_runs_again_is_not_cancelled_any_more(books: System, lena: Subject) -> None:
    books.put("products", product())
    db.session.execute(update(Product).values(cancelled_at=utc_now(), state="ending", changed_at=utc_now()))
    db.session.commit()
    assert books.outcomes("products", product(state="active")) == ["outdated"]  # sent before the person cancelled
    soon = utc_now() + timedelta(minutes=1)
    books.put("products", product(at=soon, state="ending"))
    assert books.read("products/P-1")["cancelled_at"]
    books.put("products", product(at=soon + timedelta(seconds=1), state="active"))
    assert books.read("products/P-1")["cancelled_at"] is None
    assert [each.external_id for each in products.active(lena.id)] == ["P-1"]


def test_what_is_still_needed_is_not_deleted(books: System, lena: Subject) -> None:
    books.put("products", product())
    books.put("invoices", invoice())
    books.put("invoices", invoice("R-2", state="draft", number=""))
    books.put("payment-methods", payment_method())
    for path in ("customers/K-1", "products/P-1", "invoices/R-1"):
        answer = books.ask("DELETE", path)
        assert answer.status_code == 409
        assert answer.json["detail"]  # type: ignore[index]  # it is an object
    for path in ("invoices/R-2", "payment-methods/M-1"):
        assert [books.ask("DELETE", path).status_code for _ in range(2)] == [204, 404]
    books.put("products", product(at=utc_now(), state="ended"))
    assert books.ask("DELETE", "products/P-1").status_code == 204
    assert books.ask("DELETE", "disclosures/D-1").status_code == 405


def test_a_customer_without_anything_can_be_deleted_and_leaves_nothing(books: System, lena: Subject) -> None:
    assert books.ask("DELETE", "customers/K-1").status_code == 204
    assert db.session.scalars(select(Subject.email)).all() == ["olga@example.org"]


def test_a_list_comes_in_pages_that_hold_everything_once(books: System, lena: Subject) -> None:
    books.put("customers", customer("K-2", "urs@example.org"))
    books.post("invoices", *(invoice(f"R-{number}", customer=f"K-{number % 2 + 1}") for number in range(7)))
    seen, path = [], "invoices?limit=3"
    while path:
        page = books.read(path)
        seen += [each["external_id"] for each in page["invoices"]]
        path = (page["next"] or "").removeprefix("http://localhost/api/v1/")
    assert seen == [f"R-{number}" for number in range(7)]
    mine = books.read("invoices?customer=K-2&limit=2")
    assert [each["external_id"] for each in mine["invoices"]] == ["R-1", "R-3"]
    assert "customer=K-2" in mine["next"]
    assert books.read("invoices?customer=K-3") == {"invoices": [], "next": None}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=%00", "cursor=%00", "cursor=4", "customer=a/b"]
)
def test_a_list_that_cannot_be_is_refused(books: System, query: str) -> None:
    assert books.ask("GET", f"products?{query}").status_code == 422


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_reads_writes_nothing_and_touches_no_other_kind(app: Flask, books: System, kind: str) -> None:
    reader = System(app, Scope(f"{kind}:read"))
    books.put("customers", customer())
    number = thing(kind, "N-1")
    for method, path in (("PUT", f"{kind}/N-1"), ("POST", kind), ("DELETE", f"{kind}/K-1")):
        answer = reader.ask(method, path, number)
        assert answer.status_code == (405 if (kind, method) == ("disclosures", "DELETE") else 403)
    assert {other: reader.ask("GET", other).status_code for other in KINDS} == {
        other: 200 if other == kind else 403 for other in KINDS
    }
    writer = System(app, Scope(f"{kind}:write"))
    assert {other: writer.ask("POST", other, {}).status_code for other in KINDS} == {
        other: 422 if other == kind else 403 for other in KINDS
    }
    assert writer.ask("GET", kind).status_code == 403
    assert db.session.scalar(select(func.count()).select_from(CustomerRecord)) == 1


def test_a_revoked_key_stops_at_once(app: Flask, books: System) -> None:
    reader = System(app, *READ)
    assert reader.ask("GET", "customers").status_code == 200
    keys.revoke(reader.key, by=db.session.get_one(Subject, reader.key.created_by), now=utc_now())
    db.session.commit()
    assert reader.ask("GET", "customers").status_code == 401


def stored(model: type[Any]) -> list[Any]:
    db.session.expire_all()
    return list(db.session.scalars(select(model)))


def books_with_lena(app: Flask) -> System:
    """Anew for each example."""
    books = System(app)
    for model in (Product, CustomerRecord):
        for each in stored(model):
            db.session.delete(each)
    db.session.commit()
    books.put("customers", customer())
    return books
