"""Payments: history, totals, the way to pay, and where invoices go."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import select

from tests.pages import PageClient
from tests.people import Person, person
from tests.products import shop
from tests.products.shop import TODAY
from webapp.changes import Change, ChangeEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.language import speaking
from webapp.products import money, payments
from webapp.products.models import BillingAddress, InvoiceKind, InvoiceState, PaymentMethod
from webapp.products.payments import Total
from webapp.subjects.models import Subject

SignIn = Callable[[Person], PageClient]
HTMX = {"HX-Request": "true"}
PAGE, BILLING = "/account/payments", "/account/payments/billing-address"
REMOVAL = "/account/payments/methods/M-1/removal"
ADDRESS = {"name": "Anna Keller", "street_address": "Gasse 2", "postal_code": "3000", "city": "Bern", "country": "CH"}


@pytest.fixture
def anna(sign_in: SignIn) -> Person:
    anna = person()
    sign_in(anna)
    return anna


def subject_of(who: Person) -> Subject:
    return db.session.get_one(Subject, who.id)


def told() -> list[tuple[str, dict[str, str]]]:
    return [(row.kind, row.facts) for row in db.session.execute(select(ChangeEntry.kind, ChangeEntry.facts))]


def test_totals_are_by_year_and_currency_with_credit_notes_taken_off(anna: Person) -> None:
    credit = InvoiceKind.CREDIT_NOTE
    shop.invoice(anna.id, date(2025, 12, 30), 10_000, paid_on=date(2026, 1, 4))  # counts when it was paid
    shop.invoice(anna.id, date(2026, 2, 1), 3_000, kind=credit)
    shop.invoice(anna.id, date(2026, 2, 1), 500, currency="EUR")
    shop.invoice(anna.id, date(2026, 3, 1), 700, state=InvoiceState.OPEN, paid_on=None)
    shop.invoice(anna.id, date(2026, 3, 2), 900, state=InvoiceState.CANCELLED, paid_on=None)
    shop.invoice(anna.id, date(2026, 3, 3), 900, state=InvoiceState.DRAFT, paid_on=None)
    shop.invoice(anna.id, date(2025, 5, 5), 1_000)
    shop.invoice(person("bea@example.org").id, date(2025, 5, 5), 77_000)
    assert payments.totals(payments.ledger(subject_of(anna))) == [
        Total(2026, "CHF", 7_000, 700),
        Total(2026, "EUR", 500, 0),
        Total(2025, "CHF", 1_000, 0),
    ]


def test_the_plot_has_the_last_twelve_months_of_the_main_currency(anna: Person) -> None:
    for day, amount in (
        (date(2026, 3, 1), 100),
        (date(2026, 3, 31), 20),
        (date(2025, 4, 1), 3),
        (date(2025, 3, 31), 4),
    ):
        shop.invoice(anna.id, day, amount)
    months = payments.months(payments.ledger(subject_of(anna)), "CHF", today=date(2026, 3, 15))
    assert [months[0].first, months[-1].first] == [date(2025, 4, 1), date(2026, 3, 1)]
    assert [month.paid for month in months if month.paid] == [3, 120]


def test_pages_lead_through_the_whole_history_and_back(client: PageClient, anna: Person) -> None:
    for number in range(payments.PAGE + 3):  # several on one day
        shop.invoice(anna.id, TODAY - timedelta(days=number // 2), number=f"R{number:03}", external_id=f"{number:03}")
    seen = payments.page(subject_of(anna))
    older = payments.page(subject_of(anna), older_than=seen.older_than)
    assert len({invoice.number for invoice in [*seen.invoices, *older.invoices]}) == payments.PAGE + 3
    assert older.older_than is None
    back = payments.page(subject_of(anna), newer_than=older.newer_than)
    assert back.invoices == seen.invoices
    assert "R000" not in client.get(f"{PAGE}?older_than={seen.older_than}").text
    assert client.get(f"{PAGE}?older_than=nonsense").status_code == 200


def test_a_draft_is_not_shown_and_what_is_late_is(client: PageClient, anna: Person) -> None:
    shop.invoice(anna.id, number="DRAFT-1", state=InvoiceState.DRAFT, paid_on=None)
    late = TODAY - timedelta(days=1)
    shop.invoice(anna.id, number="LATE-1", state=InvoiceState.OPEN, paid_on=None, due_on=late)
    page = client.get(PAGE).text
    assert "DRAFT-1" not in page
    assert "Overdue since" in page
    assert "To be paid" in client.get("/account").text


def test_a_person_without_payments_sees_a_page_that_says_so(client: PageClient, anna: Person) -> None:
    page = client.get(PAGE).text
    assert "No invoices yet" in page
    assert "You pay by invoice" in page


def test_the_file_is_complete_adds_up_and_starts_no_formula(client: PageClient, anna: Person) -> None:
    shop.invoice(anna.id, date(2026, 1, 2), 1_050, description="=cmd|'/C calc'!A0", number="R-1")
    shop.invoice(anna.id, date(2026, 1, 1), 250, kind=InvoiceKind.CREDIT_NOTE, number="R-2")
    shop.invoice(person("bea@example.org").id)
    answer = client.get("/account/payments.csv")
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row[1] for row in rows[1:]] == ["R-1", "R-2"]
    assert [row[7] for row in rows[1:]] == ["10.50", "-2.50"]
    assert rows[1][3].startswith("'=")
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("language", "units", "currency", "text"),
    [
        ("en", 125_000, "CHF", "CHF 1,250.00"),
        ("en", 125_000, "JPY", "JP¥125,000"),
        ("en", 1_234, "KWD", "KWD 1.234"),
        ("en", -5, "EUR", "-€0.05"),
        ("fr", 125_000, "CHF", "1\N{NARROW NO-BREAK SPACE}250,00 CHF"),
    ],
)
def test_amounts_are_read_in_the_unit_of_their_currency(
    app: Flask, language: str, units: int, currency: str, text: str
) -> None:
    with speaking(language):
        assert money.amount(units, currency).replace("\N{NO-BREAK SPACE}", " ") == text


def test_removing_a_way_to_pay_says_which_products_it_pays(client: PageClient, anna: Person) -> None:
    shop.payment_method(anna.id)
    shop.product(anna.id, payment_method="M-1")
    page = client.get(REMOVAL).text
    assert "1 product is paid with it" in page
    assert "Web hosting" in page


def test_removed_its_token_is_gone_and_the_company_is_told_once(client: PageClient, anna: Person) -> None:
    shop.payment_method(anna.id)
    for _ in range(2):
        assert client.submit(REMOVAL, page=BILLING).status_code == 303
    method = db.session.get_one(PaymentMethod, "M-1")
    assert method.removed_at
    assert method.token is None
    assert method.changed_at > utc_now() - timedelta(minutes=1)
    assert told() == [(Change.PAYMENT_METHOD_REMOVED, {"payment_method": "M-1"})]
    assert "4242" not in client.get(PAGE).text


def test_nobody_removes_another_persons_way_to_pay(client: PageClient, anna: Person) -> None:
    shop.payment_method(person("bea@example.org").id)
    assert client.get(REMOVAL).status_code == 404
    client.submit(REMOVAL, page=BILLING)
    assert db.session.get_one(PaymentMethod, "M-1").removed_at is None


def test_the_billing_address_is_edited_in_place(client: PageClient, anna: Person) -> None:
    shop.billing_address(anna.id)
    form = client.get(BILLING, headers=HTMX)
    assert "<html" not in form.text
    assert 'value="Weg 1"' in form.text
    saved = client.submit(BILLING, ADDRESS, headers=HTMX)
    assert "Gasse 2" in saved.text
    assert "Saved" in saved.text
    address = db.session.get_one(BillingAddress, anna.id)
    assert (address.postal_code, address.city) == ("3000", "Bern")
    assert [kind for kind, _facts in told()] == [Change.BILLING_ADDRESS_CHANGED]
    assert set(told()[0][1]["fields"].split(", ")) == {"street_address", "postal_code", "city"}


def test_without_scripts_it_works_too_and_who_has_none_adds_one(client: PageClient, anna: Person) -> None:
    assert "Invoices go to your postal address" in client.get(PAGE).text
    saved = client.submit(BILLING, ADDRESS | {"postal_code": "CH-3000"})
    assert saved.location == f"{PAGE}#billing-address"
    assert db.session.get_one(BillingAddress, anna.id).postal_code == "3000"
    client.submit(BILLING, ADDRESS)
    assert len(told()) == 1, "nothing was changed the second time"


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"postal_code": "99999"}, {"city": ""}, {"street_address": "4242 4242 4242 4242"}],
    ids=["no name", "no such code", "no city", "a card number"],
)
def test_a_wrong_billing_address_is_explained_and_not_saved(
    client: PageClient, anna: Person, wrong: dict[str, str]
) -> None:
    refused = client.submit(BILLING, ADDRESS | wrong)
    assert refused.status_code == 422
    assert db.session.get(BillingAddress, anna.id) is None
