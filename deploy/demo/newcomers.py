"""Customers whom the company's systems know and who have no account yet, and what staff did about customers so far."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import insert

from deploy.demo import people, purchases
from deploy.demo.cast import Cast
from deploy.demo.people import Person
from deploy.demo.purchases import Books
from webapp.accounts.activation import activations
from webapp.accounts.activation.models import Activation, ActivationRun, RunState
from webapp.accounts.models import CONTACT_DETAILS, Profile
from webapp.audit import Action
from webapp.db import Base, db
from webapp.products.models import BillingAddress, CustomerRecord, Invoice, PaymentMethod, Product
from webapp.staff.models import CustomerView
from webapp.subjects import subjects, trail
from webapp.subjects.models import Subject
from webapp.support.models import Disclosure

COUNT = 140
INVITED = 82
LOCKED, NOT_THEIRS = (3, 11), 7
CAME_LATELY = timedelta(days=30)


def write(known: Sequence[Person], cast: Cast, *, now: datetime) -> None:
    """After everybody who has an account is there."""
    books = purchases.of_everybody(known, cast.customer, now=now)
    newcomers = _invent(now=now)
    for number, person in enumerate(newcomers, start=8_001):
        purchases.record(books, person, f"K-{number}", at=person.signed_up_at)
    _write(books)
    _invite(newcomers, known, cast, now=now)
    db.session.add_all([_look(cast, now=now), *_passed_on(cast, now=now)])


def _invent(*, now: datetime) -> list[Person]:
    """Names put together anew, so that nobody is there twice."""
    made, rng = people.invent(COUNT, until=now), Random("alpenglow newcomers")
    first_names = [person.given_name for person in made]
    rng.shuffle(first_names)
    return [_known(person, given_name, rng) for person, given_name in zip(made, first_names, strict=True)]


def _known(person: Person, given_name: str, rng: Random) -> Person:
    """As the company's systems know somebody: with a profile, and without an account."""
    email = f"{person.email.partition('@')[0]}.{rng.randrange(10, 99)}@post.example"
    subject = subjects.find_or_create(email, language=person.language)
    subject.created_at = person.signed_up_at
    known = replace(person, id=subject.id, email=email, given_name=given_name)
    details = {name: getattr(known, name) for name in CONTACT_DETAILS}
    db.session.add(Profile(subject_id=subject.id, changed_at=person.signed_up_at, **details))
    return known


def _write(books: Books) -> None:
    rows = {
        CustomerRecord: books.records,
        PaymentMethod: books.methods,
        Product: books.products,
        Invoice: books.invoices,
        BillingAddress: books.addresses,
    }
    for model, wanted in rows.items():
        db.session.execute(insert(model), wanted, execution_options={"render_nulls": True})


def _invite(newcomers: Sequence[Person], known: Sequence[Person], cast: Cast, *, now: datetime) -> None:
    """A run that is paused: of those it reached, some came, two tried in vain, and one is somebody else."""
    started = now - CAME_LATELY
    came = [person for person in known if person.confirmed_at > started]
    run = ActivationRun(
        state=RunState.PAUSED,
        pace=60,
        people=len(came) + COUNT,
        invited=len(came) + INVITED,
        reached=None,
        counted_to=now - timedelta(hours=3),
        proposed_by=cast.officer.id,
        proposed_at=started - timedelta(hours=2),
        started_by=cast.administrator.id,
        started_at=started,
    )
    db.session.add(run)
    db.session.flush()
    for person in came:
        db.session.add(_invitation(run, person.id, person.confirmed_at - timedelta(hours=7), person.confirmed_at))
    _invite_others(run, newcomers, now=now)


def _invite_others(run: ActivationRun, newcomers: Sequence[Person], *, now: datetime) -> None:
    for number, person in enumerate(newcomers[:INVITED]):
        invited = _invitation(run, person.id, now - timedelta(days=3, minutes=number), None)
        db.session.add(invited)
        if number in LOCKED:
            invited.wrong, invited.locked_at = activations.TRIES, now - timedelta(days=1, hours=number)
        if number == NOT_THEIRS:
            subject = db.session.get_one(Subject, person.id)
            invited.refused_at, invited.refused_hash = now - timedelta(hours=20), subject.address_hash
            subjects.detach_address(subject)


def _invitation(run: ActivationRun, subject_id: UUID, at: datetime, activated_at: datetime | None) -> Activation:
    return Activation(
        subject_id=subject_id, run_id=run.id, invited_at=at, sent_at=at, activated_at=activated_at, wrong=0
    )


def _look(cast: Cast, *, now: datetime) -> CustomerView:
    """Support helped the customer of the cast, who finds it in her own log."""
    at, reason = now - timedelta(days=12, hours=3), "Her call about the invoice for the mailboxes"
    customer = db.session.get_one(Subject, cast.customer.id)
    trail.record(Action.CUSTOMER_VIEWED, customer, now=at, actor_id=cast.administrator.id, reason=reason)
    return CustomerView(
        subject_id=customer.id,
        viewed_by=cast.administrator.id,
        reason=reason,
        opened_at=at,
        ends_at=at + timedelta(minutes=9),
    )


def _passed_on(cast: Cast, *, now: datetime) -> list[Base]:
    """One that she sees, and one that she must not know of yet."""
    told = _disclosure(cast, now - timedelta(days=96), "Payment Arbitration Switzerland, Bern")
    told.data = "Name, billing address and the invoices of last autumn"
    told.reason, told.legal_basis = "A double payment that the bank wanted to see proved", "Your consent of that day"
    secret = _disclosure(cast, now - timedelta(days=9), "Cantonal police of Grisons, Chur")
    secret.data, secret.reason = "Sign-ins of one week", "Order in a criminal case against persons unknown"
    secret.legal_basis, secret.secret_until = "CCP Art. 263 and 269", (now + timedelta(days=80)).date()
    return [told, secret]


def _disclosure(cast: Cast, at: datetime, recipient: str) -> Disclosure:
    return Disclosure(
        external_id=f"D-{at:%Y%m%d}",
        subject_id=cast.customer.id,
        recipient=recipient,
        disclosed_on=at.date(),
        recorded_by=cast.officer.id,
        changed_at=at,
        received_at=at,
    )
