"""What the demo's customers have from the company and paid for it, as its billing system would tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from deploy.demo.people import Person
from deploy.demo.usage import BILLING
from webapp.products.models import Interval, InvoiceKind, InvoiceState, ProductKind, ProductState

Row = dict[str, Any]

MONTHS = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}
CURRENCIES = {"CH": "CHF", "GB": "GBP"}
DUE_AFTER = timedelta(days=30)


class Offer(NamedTuple):
    """A thing that the company sells; its price in the smallest unit of the currency."""

    name: str
    kind: ProductKind
    price: int
    interval: Interval
    notice_days: int = 30


HOSTING = Offer("Web hosting Ridge", ProductKind.SERVICE, 1900, Interval.MONTH)
DOMAIN = Offer("Domain %(domain)s", ProductKind.PRODUCT, 2400, Interval.YEAR)
MAILBOXES = Offer("Mailboxes for a team of 5", ProductKind.SERVICE, 1500, Interval.MONTH)
MOVE = Offer("Moving your website to us", ProductKind.SERVICE, 12_000, Interval.ONCE, 0)
OFFERS = [
    *(HOSTING, DOMAIN, MAILBOXES, MOVE),
    Offer("Web hosting Basecamp", ProductKind.SERVICE, 900, Interval.MONTH),
    Offer("Virtual server Larch", ProductKind.SERVICE, 11_700, Interval.QUARTER, 60),
    Offer("Backups, 30 days back", ProductKind.SERVICE, 800, Interval.MONTH, 0),
    Offer("Website watch", ProductKind.PRODUCT, 3600, Interval.YEAR),
]


@dataclass
class Books:
    """The rows of all tables that the billing system fills."""

    records: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    invoices: list[Row] = field(default_factory=list)
    methods: list[Row] = field(default_factory=list)
    addresses: list[Row] = field(default_factory=list)

    def sent(self, external_id: str, at: datetime) -> Row:
        return {"external_id": external_id, "changed_at": at, "received_at": at, "key_id": BILLING.id}


def of_everybody(people: Sequence[Person], customer: Person, *, now: datetime) -> Books:
    """Two of three customers have something; the one in the cast has some of everything."""
    rng, books = Random("alpenglow purchases"), Books()
    for number, person in enumerate(people, start=10_001):
        if person is customer:
            _of_customer(rng, books, person, number, now=now)
        elif rng.random() < 0.66:
            _of_other(rng, books, person, number, now=now)
    return books


def record(books: Books, person: Person, number: str, *, at: datetime) -> None:
    books.records.append(books.sent(number, at) | {"subject_id": person.id})


def _of_customer(rng: Random, books: Books, person: Person, number: int, *, now: datetime) -> None:
    """Two records of her are one person here: her workshop, and what she had before she opened it."""
    workshop, before, began = f"K-{number}", f"K-{number - 7_300}", person.signed_up_at
    record(books, person, workshop, at=began)
    record(books, person, before, at=began)
    visa = _method(books, person, workshop, "Visa", "4242", now.date() + timedelta(days=500))
    old = _method(books, person, before, "Mastercard", "5100", now.date() - timedelta(days=70))
    for offer, ago, method in ((HOSTING, 780, visa), (MAILBOXES, 420, visa), (DOMAIN, 770, old)):
        _bought(rng, books, person, workshop, offer, now - timedelta(days=ago), now=now, method=method)
    _bought(rng, books, person, before, MOVE, now - timedelta(days=779), now=now, ended=True)
    _bought(rng, books, person, before, OFFERS[4], now - timedelta(days=790), now=now, days=180)
    _credit(books, person, workshop, now.date() - timedelta(days=203), 1900, "Web hosting: three days without service")
    books.addresses.append(_address(person, began))


def _of_other(rng: Random, books: Books, person: Person, number: int, *, now: datetime) -> None:
    customer = f"K-{number}"
    record(books, person, customer, at=person.signed_up_at)
    good_until = now.date() + timedelta(days=rng.randrange(30, 1400))
    card = rng.choice([("Visa", "4242"), ("Mastercard", "5454"), ("SEPA direct debit", "3000"), ("TWINT", "")])
    method = _method(books, person, customer, *card, good_until) if rng.random() < 0.6 else ""
    for offer in rng.sample(OFFERS, k=rng.choice([1, 1, 2, 3])):
        lasted = rng.randrange(60, 500) if rng.random() < 0.25 else None
        start = person.signed_up_at + timedelta(days=rng.randrange(1, 20))
        _bought(rng, books, person, customer, offer, min(start, now), now=now, method=method, days=lasted)
    if person.street_address:
        books.addresses.append(_address(person, person.signed_up_at))


def _bought(
    rng: Random,
    books: Books,
    person: Person,
    customer: str,
    offer: Offer,
    start: datetime,
    *,
    now: datetime,
    method: str = "",
    days: int | None = None,
    ended: bool = False,
) -> None:
    """A product and the invoices for it, one a period."""
    currency, began = CURRENCIES.get(person.country, "EUR"), start.date()
    name = offer.name % {"domain": person.email.partition("@")[2]}
    end = began + timedelta(days=days) if days else None
    over = ended or (end is not None and end <= now.date()) or offer.interval is Interval.ONCE
    due = list(_periods(began, offer.interval, min(end or now.date(), now.date())))
    own = {"customer": customer, "subject_id": person.id, "name": name, "currency": currency, "payment_method": method}
    product = books.sent(f"P-{len(books.products) + 50_001}", start) | own
    books.products.append(product | _terms(offer, began, end, periods=len(due), over=over))
    for day in due:
        _invoice(rng, books, person, customer, day, offer.price, currency, name, today=now.date())


def _terms(offer: Offer, began: date, end: date | None, *, periods: int, over: bool) -> dict[str, Any]:
    return {
        "kind": offer.kind,
        "state": ProductState.ENDED if over else ProductState.ENDING if end else ProductState.ACTIVE,
        "started_on": began,
        "renews_on": None if over or end else _later(began, periods * MONTHS[offer.interval]),
        "ends_on": end or (began if over else None),
        "cancellable": not over,
        "notice_days": offer.notice_days,
        "price": offer.price,
        "interval": offer.interval,
    }


def _invoice(
    rng: Random,
    books: Books,
    person: Person,
    customer: str,
    day: date,
    price: int,
    currency: str,
    name: str,
    *,
    today: date,
) -> None:
    age = (today - day).days
    paid_on = day + timedelta(days=rng.randrange(1, 20))
    late = age < 20 or (age < 90 and rng.random() < 0.01)
    books.invoices.append(
        _voucher(books, person, customer, day, price, name)
        | {
            "currency": currency,
            "kind": InvoiceKind.INVOICE,
            "state": InvoiceState.OPEN if late else InvoiceState.PAID,
            "due_on": day + DUE_AFTER,
            "paid_on": None if late else paid_on,
        }
    )


def _credit(books: Books, person: Person, customer: str, day: date, amount: int, why: str) -> None:
    books.invoices.append(
        _voucher(books, person, customer, day, amount, why)
        | {
            "currency": CURRENCIES.get(person.country, "EUR"),
            "kind": InvoiceKind.CREDIT_NOTE,
            "state": InvoiceState.PAID,
            "due_on": None,
            "paid_on": day + timedelta(days=2),
        }
    )


def _voucher(books: Books, person: Person, customer: str, day: date, amount: int, name: str) -> Row:
    number = len(books.invoices) + 1
    at = datetime.combine(day, datetime.min.time(), tzinfo=person.signed_up_at.tzinfo)
    return books.sent(f"R-{number:06}", at) | {
        "customer": customer,
        "subject_id": person.id,
        "number": f"{day.year}-{number:06}",
        "issued_on": day,
        "amount": amount,
        "country": "CH",
        "billed_to": person.organization or f"{person.given_name} {person.family_name}",
        "billing_address": f"{person.street_address}, {person.postal_code} {person.city}".strip(", "),
        "description": name,
    }


def _method(books: Books, person: Person, customer: str, brand: str, last_four: str, good_until: date) -> str:
    external_id = f"M-{len(books.methods) + 7_001}"
    card = brand in {"Visa", "Mastercard"}
    books.methods.append(
        books.sent(external_id, person.signed_up_at)
        | {
            "customer": customer,
            "subject_id": person.id,
            "brand": brand,
            "last_four": last_four,
            "expires_on": _later(good_until.replace(day=1), 1) - timedelta(days=1) if card else None,
        }
    )
    return external_id


def _address(person: Person, at: datetime) -> Row:
    fields = ("organization", "street_address", "postal_code", "city", "country")
    name = f"{person.given_name} {person.family_name}"
    return {"subject_id": person.id, "name": name, "changed_at": at} | {key: getattr(person, key) for key in fields}


def _periods(start: date, interval: Interval, end: date) -> Iterator[date]:
    """The day on which each period begins; what is paid once has one."""
    day, number = start, 0
    while day <= end:
        yield day
        if interval not in MONTHS:
            return
        number += 1
        day = _later(start, number * MONTHS[interval])


def _later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, 28))
