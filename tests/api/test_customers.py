"""Which person a customer of the company's systems leads to, and what of them stays as it is here."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from tests.api.systems import System, customer, invoice, payment_method, product, thing
from tests.people import person, subscribe, topic
from webapp.accounts.models import Profile
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.consents.models import Consent, Subscription, Suppression, SuppressionReason
from webapp.crypto import open_sealed
from webapp.db import db
from webapp.privacy import records
from webapp.privacy.data_map import exported_tables
from webapp.products.models import BillingAddress, CustomerRecord, Invoice, PaymentMethod, Product
from webapp.subjects import subjects, trail
from webapp.subjects.addresses import address_hash
from webapp.subjects.models import Subject


@pytest.fixture
def books(app: Flask) -> System:
    return System(app)


def test_two_records_of_one_address_lead_to_one_person(books: System) -> None:
    outcomes = books.outcomes(
        "customers", customer("K-1"), customer("K-2", "Lena@EXAMPLE.org", phone=None, city="Chur")
    )
    assert outcomes == ["created", "created"]
    assert {record.subject_id for record in stored(CustomerRecord)} == {lena().id}
    profile = db.session.get_one(Profile, lena().id)
    assert (profile.city, profile.phone) == ("Chur", "+41446681800")


def test_what_another_system_does_not_know_stays(books: System) -> None:
    books.put("customers", customer())
    books.put("customers", {**customer(at=utc_now()), "phone": None, "city": ""})
    profile = db.session.get_one(Profile, lena().id)
    assert (profile.given_name, profile.phone, profile.city) == ("Lena", "+41446681800", "")


def test_what_the_person_corrected_since_stays_and_the_sender_hears_of_it(books: System) -> None:
    books.put("customers", customer())
    profile = db.session.get_one(Profile, lena().id)
    profile.city, profile.changed_at = "Davos", utc_now()
    db.session.get_one(BillingAddress, lena().id).changed_at = utc_now()
    db.session.commit()
    later = customer(at=utc_now() - timedelta(hours=1), city="Chur", billing_address={"name": "L. Brunner"})
    answer = books.put("customers", later)
    assert answer["kept"] == {"city": "newer_here", "billing_address": "newer_here"}
    assert books.read("customers/K-1")["city"] == "Davos"
    assert books.put("customers", {**later, "changed_at": utc_now().isoformat()})["outcome"] == "updated"
    assert books.read("customers/K-1")["city"] == "Chur"


def test_what_the_person_corrected_changes_the_etag(books: System) -> None:
    books.put("customers", customer())
    read = books.ask("GET", "customers/K-1").headers["ETag"]
    db.session.get_one(Profile, lena().id).phone = "+41446681801"
    db.session.commit()
    assert books.ask("PUT", "customers/K-1", customer(at=utc_now()), If_Match=read).status_code == 412


def test_who_has_an_account_reads_in_their_log_what_another_system_changed(books: System) -> None:
    anna = person()
    books.post("customers", customer("K-1", anna.email, city="Chur", at=utc_now()), customer("K-2"))
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == Action.DETAILS_RECEIVED)).all()
    assert [entry.subject_id for entry in entries] == [anna.id]
    assert "city" in trail.details_of(entries[0], db.session.get_one(Subject, anna.id))["fields"]
    assert books.put("customers", customer("K-1", anna.email, city="Chur", at=utc_now()))["outcome"] == "updated"
    assert db.session.query(AuditEntry).filter_by(action=Action.DETAILS_RECEIVED).count() == 1


def test_nobody_takes_over_an_account_by_another_address(books: System) -> None:
    """Who signs in with an address changes it themselves. The record stays theirs."""
    anna = person()
    books.put("customers", customer(email=anna.email))
    answer = books.put("customers", customer(at=utc_now(), email="thief@example.org"))
    assert answer["kept"] == {"email": "has_account"}
    assert books.read("customers/K-1")["email"] == anna.email
    assert books.read("customers/K-1")["activated"] is True
    assert subjects.find("thief@example.org") is None


def test_an_address_that_changes_takes_along_what_came_for_the_record_and_no_consent(books: System) -> None:
    """Nobody agreed to anything from the new mailbox, and the old one asked for news itself."""
    books.put("customers", customer())
    for kind, sent in (("products", product()), ("invoices", invoice()), ("payment-methods", payment_method())):
        books.put(kind, sent)
    before = lena()
    db.session.add(Subscription(subject_id=before.id, topic_id=topic(), subscribed=True, changed_at=utc_now()))
    db.session.commit()
    assert books.put("customers", customer(at=utc_now(), email="brunner@example.org"))["outcome"] == "updated"
    after = subjects.find("brunner@example.org")
    assert after
    for model in (CustomerRecord, Product, Invoice, PaymentMethod):
        assert [row.subject_id for row in stored(model)] == [after.id]
    assert stored(PaymentMethod)[0].token is None  # it was sealed with another person's key
    assert db.session.get(Profile, before.id) is None
    assert db.session.get_one(Profile, after.id).given_name == "Lena"
    assert [row.subject_id for row in stored(Subscription)] == [before.id]


@pytest.mark.parametrize("token", [None, "tok_1Q2w3E4r5T"])
def test_what_is_sent_while_its_customer_moves_is_of_the_person_they_move_to(books: System, token: str | None) -> None:
    books.put("customers", customer())
    other = db.session.get_one(Subject, person("aunt@example.org").id)
    with ThreadPoolExecutor(1) as pool, db.engine.connect() as moving:
        moving.execute(update(CustomerRecord).values(subject_id=other.id))
        sending = pool.submit(books.post, "payment-methods", payment_method(token=token))
        while not sending.done() and not moving.scalar(text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")):
            time.sleep(0.01)
        moving.commit()
        assert sending.result()[0]["outcome"] == "created"
    [method] = db.session.scalars(select(PaymentMethod))
    assert method.subject_id == other.id
    assert not token or open_sealed(trail.data_key(other), method.token or b"", context=b"M-1") == token.encode()


def test_an_address_that_changes_leaves_nobody_behind_whom_nothing_holds(books: System) -> None:
    books.put("customers", customer())
    books.put("customers", customer(at=utc_now(), email="brunner@example.org"))
    assert subjects.find("lena@example.org") is None


def test_a_record_that_moves_leaves_those_of_others_where_they_are(books: System) -> None:
    books.post("customers", customer("K-1"), customer("K-2"))
    books.post("products", product("P-1", "K-1"), product("P-2", "K-2"))
    books.put("customers", customer("K-2", "urs@example.org", at=utc_now()))
    whose = {row.external_id: db.session.get_one(Subject, row.subject_id).email for row in stored(Product)}
    assert whose == {"P-1": "lena@example.org", "P-2": "urs@example.org"}


def test_who_was_erased_comes_back_as_a_new_customer_without_the_old_data(books: System) -> None:
    books.put("customers", customer())
    books.put("invoices", invoice(state="open", paid_on=None))
    old = erase(lena(), now=utc_now())
    assert books.outcomes("invoices", invoice("R-2")) == ["unknown_customer"]
    assert books.put("customers", customer())["outcome"] == "created"
    new = lena()
    assert new.id != old.id
    paid = invoice(at=utc_now(), state="paid")
    assert books.outcomes("invoices", paid, invoice("R-2")) == ["updated", "created"]
    assert {row.external_id: row.subject_id for row in stored(Invoice)} == {"R-1": old.id, "R-2": new.id}


def test_an_invoice_of_somebody_erased_can_still_be_paid(books: System) -> None:
    books.put("customers", customer())
    books.put("invoices", invoice(state="open", paid_on=None))
    old = erase(lena(), now=utc_now())
    assert books.outcomes("invoices", invoice(at=utc_now(), state="paid")) == ["updated"]
    assert [(row.state, row.subject_id) for row in stored(Invoice)] == [("paid", old.id)]


def test_who_comes_by_another_system_gets_no_marketing_by_that(books: System) -> None:
    db.session.add(
        Suppression(
            address_hash=address_hash("lena@example.org"),
            reason=SuppressionReason.EVERYTHING_OFF,
            at=utc_now(),
        )
    )
    db.session.commit()
    books.put("customers", customer())
    assert [row.reason for row in stored(Suppression)] == [SuppressionReason.EVERYTHING_OFF]
    assert stored(Consent) == stored(Subscription) == []


def test_whose_relationship_had_ended_is_a_customer_again_unless_they_closed_their_account(books: System) -> None:
    anna = person()
    books.post("customers", customer("K-1"), customer("K-2", anna.email))
    db.session.query(Subject).update({"ended_at": utc_now()})
    db.session.commit()
    books.post("products", product("P-1", "K-1"), product("P-2", "K-2"))
    assert lena().ended_at is None
    assert db.session.get_one(Subject, anna.id).ended_at


def test_a_customer_keeps_the_language_and_the_topics_they_chose(books: System) -> None:
    anna = person(language="fr")
    subscribe(anna, topic())
    books.put("customers", customer(email=anna.email, language="de"))
    assert books.read("customers/K-1")["language"] == "fr"
    assert [row.subscribed for row in stored(Subscription)] == [True]


def test_what_is_passed_on_secretly_is_not_told_to_the_person(books: System) -> None:
    books.put("customers", customer())
    secret = thing("disclosures", "D-1", customer="K-1", recipient="A prosecutor", secret_until=day(30))
    told = thing("disclosures", "D-2", customer="K-1", recipient="A court", secret_until=day(-1))
    books.post("disclosures", secret, told)
    [table] = [table for table in exported_tables() if table.name == "disclosures"]
    assert [row["recipient"] for row in records.records(table, lena(), about=2)] == ["A court"]


def day(ahead: int) -> str:
    return (utc_now() + timedelta(days=ahead)).date().isoformat()


def lena() -> Subject:
    found = subjects.find("lena@example.org")
    assert found
    return found


def erase(subject: Subject, *, now: datetime) -> Subject:
    """As far as it matters here: the row says nothing any more, and stays for what the law keeps."""
    db.session.query(CustomerRecord).filter_by(subject_id=subject.id).delete()
    subjects.detach_address(subject)
    subject.erased_at = now
    db.session.commit()
    return subject


def stored(model: type[Any]) -> list[Any]:
    db.session.expire_all()
    return list(db.session.scalars(select(model)))
