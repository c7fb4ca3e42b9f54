"""What a person may have before they are erased, and what is left of it afterwards."""

from datetime import date, datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

from sqlalchemy import func, select

from tests.people import Person, agree, person, subscribe, topic
from webapp import storage
from webapp.audit import Action
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail import messages
from webapp.privacy import data_map
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure.models import Cause, Erasure
from webapp.privacy.models import DataExport, ExportState
from webapp.privacy.records import belongs
from webapp.privacy.retention import holds
from webapp.privacy.retention.models import LegalHold
from webapp.products.models import (
    BillingAddress,
    CustomerRecord,
    Invoice,
    InvoiceKind,
    InvoiceState,
    Product,
    ProductKind,
    ProductState,
)
from webapp.storage import Store
from webapp.subjects import trail
from webapp.subjects.models import Subject

JOURNAL = "journal_entries"  # on its way out of the database, against restored backups


def a_life() -> Person:
    """Somebody about whom much is known."""
    anna = person()
    subject, now = subject_of(anna), utc_now()
    news = topic()
    subscribe(anna, news)
    agree(anna.id, news, at=now)
    db.session.add(CustomerRecord(external_id="K-1", subject_id=anna.id, changed_at=now, received_at=now))
    db.session.add(
        BillingAddress(subject_id=anna.id, name="Anna Keller", street_address="Gasse 7", city="Chur", changed_at=now)
    )
    trail.record(Action.SIGNED_IN, subject, now=now, network="192.0.2.7")
    messages.send("accounts/password_changed", subject, now=now)
    db.session.commit()
    return anna


def subject_of(who: Person) -> Subject:
    return db.session.get_one(Subject, who.id)


def product(who: Person, name: str = "Web hosting", *, state: ProductState = ProductState.ACTIVE) -> Product:
    now = utc_now()
    new = Product(
        external_id=f"P-{uuid4()}",
        customer="K-1",
        subject_id=who.id,
        name=name,
        kind=ProductKind.SERVICE,
        state=state,
        changed_at=now,
        received_at=now,
    )
    db.session.add(new)
    db.session.commit()
    return new


def invoice(who: Person, issued_on: date, *, state: InvoiceState = InvoiceState.PAID, country: str = "CH") -> Invoice:
    now = utc_now()
    new = Invoice(
        external_id=f"R-{uuid4()}",
        customer="K-1",
        subject_id=who.id,
        number="2026-7",
        kind=InvoiceKind.INVOICE,
        state=state,
        issued_on=issued_on,
        amount=4_470,
        currency="CHF",
        country=country,
        billed_to="Anna Keller",
        billing_address="Gasse 7, Chur",
        changed_at=now,
        received_at=now,
    )
    db.session.add(new)
    db.session.commit()
    return new


def copy_of_data(who: Person) -> UUID:
    """A file that can be downloaded."""
    now = utc_now()
    export = DataExport(
        subject_id=who.id, state=ExportState.READY, requested_at=now, ready_at=now, expires_at=now + timedelta(days=7)
    )
    db.session.add(export)
    db.session.commit()
    storage.put(Store.EXPORTS, export.id, BytesIO(b"Anna Keller"))
    return export.id


def hold(who: Person, *, reason: str = "a claim") -> LegalHold:
    officer = person(f"{uuid4()}@example.org", authenticator=False)
    terms = holds.Terms(reason=reason, reference="", categories=[], expected_until=None)
    new = holds.set_on(subject_of(who), terms, by=subject_of(officer), now=utc_now())
    db.session.commit()
    return new


def erase(who: Person, *, now: datetime | None = None, cause: Cause = Cause.CLOSURE) -> Erasure:
    """At once."""
    now = now or utc_now()
    erasure = erasures.begin(subject_of(who), cause, now=now)
    db.session.commit()
    return carry_out(erasure, now=now)


def carry_out(erasure: Erasure, *, now: datetime) -> Erasure:
    for _ in erasures.work_on(erasure.id, now=now):
        db.session.commit()
    db.session.commit()
    db.session.expire_all()
    return erasure


def left_of(who: Person) -> dict[str, int]:
    """How many rows still lead to them, by table, as far as there are any. The journal is another matter."""
    subject = subject_of(who)
    counts = {table.name: _count(table, subject) for table in data_map.subject_tables() if table.name != JOURNAL}
    return {name: count for name, count in counts.items() if count}


def _count(table: SubjectTable, subject: Subject) -> int:
    return db.session.scalar(select(func.count()).select_from(table.model).where(belongs(table, subject))) or 0
