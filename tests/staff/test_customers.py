"""Staff look customers up: with a reason, for a while, and the customer sees it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from jobs.house import tidy_up
from tests.accounts.browsers import another_browser
from tests.pages import PageClient
from tests.people import Person, person
from tests.products import shop
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.accounts.models import Profile
from webapp.clock import utc_now
from webapp.db import db
from webapp.staff.customers import search
from webapp.staff.models import CustomerSearch, CustomerView

SignIn = Callable[[Person], PageClient]
REASON = "Her call about an invoice"


@pytest.fixture
def anna(app: Flask) -> Person:
    anna = person()
    shop.record(anna.id)
    return anna


@pytest.fixture
def office(app: Flask, anna: Person) -> PageClient:
    return signed_in(another_browser(app), person("olga@example.org", role=Role.SUPPORT, family_name="Ivanova"))


def look_for(office: PageClient, terms: str, reason: str = REASON) -> str:
    answer = office.submit("/staff/customers", {"terms": terms, "reason": reason})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def open_customer(office: PageClient, who: UUID, terms: str = "keller") -> str:
    found = look_for(office, terms)
    return str(office.submit(f"{found}/{who}", page=found).location)


@pytest.mark.parametrize(
    "terms",
    ["keller", "KELL", "anna k", "Keller An", "anna@example.org", "Anna@Example.org", "K-1001", "  anna   keller "],
)
def test_a_customer_is_found_by_name_address_or_number(office: PageClient, anna: Person, terms: str) -> None:
    assert "Anna Keller" in office.get(look_for(office, terms)).text


@pytest.mark.parametrize(
    "terms", ["eller", "anna@example.com", "K-100", "%", "__", "';--", "a\N{COMBINING ACUTE ACCENT}x"]
)
def test_nobody_is_found_by_what_they_are_not_called(office: PageClient, anna: Person, terms: str) -> None:
    answer = office.submit("/staff/customers", {"terms": terms, "reason": REASON}, follow_redirects=True)
    assert "Anna Keller" not in answer.text


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("Müller", "muller"),
        ("Muller", "Müller"),
        ("Großmann", "grossmann"),
        ("Œuvray", "oeuv"),
        ("Łoś", "LOS"),
        ("Ørsted", "ors"),
        ("Иванов", "иван"),
        ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "παπα"),
        ("O'Neill", "o'n"),
        ("De la Fontaine", "de la f"),
    ],
)
def test_names_are_found_however_they_are_written(office: PageClient, anna: Person, name: str, terms: str) -> None:
    db.session.execute(update(Profile).where(Profile.subject_id == anna.id).values(family_name=name))
    db.session.commit()
    assert [found.subject_id for found in search.find(terms)] == [anna.id]


def test_a_company_is_found_and_two_records_are_one_person(office: PageClient, anna: Person) -> None:
    shop.record(anna.id, "OLD-7")
    db.session.execute(update(Profile).where(Profile.subject_id == anna.id).values(organization="Velo AG"))
    db.session.commit()
    page = office.get(look_for(office, "velo")).text
    assert page.count("Anna Keller") == 1
    assert "K-1001, OLD-7" in page


def test_the_list_shows_no_more_than_it_takes_to_tell_people_apart(office: PageClient, anna: Person) -> None:
    page = office.get(look_for(office, "keller")).text
    assert "anna@example.org" not in page
    assert "a•••@example.org" in page


@pytest.mark.parametrize(
    "entries", [{"terms": "keller"}, {"terms": "keller", "reason": " "}, {"terms": "k", "reason": "x"}]
)
def test_without_a_reason_or_a_name_nothing_is_looked_for(office: PageClient, entries: dict[str, str]) -> None:
    assert office.submit("/staff/customers", entries).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(CustomerSearch)) == 0


def test_what_is_looked_for_stands_in_no_address_and_is_soon_forgotten(office: PageClient, anna: Person) -> None:
    found = look_for(office, "keller")
    assert "keller" not in found
    assert b"keller" not in db.session.scalars(select(CustomerSearch.terms)).one()
    db.session.execute(update(CustomerSearch).values(searched_at=utc_now() - search.LASTS))
    db.session.commit()
    assert office.get(found).location == "/staff/customers"
    db.session.execute(update(CustomerSearch).values(searched_at=utc_now() - search.FORGOTTEN_AFTER))
    db.session.commit()
    tidy_up()
    assert db.session.scalar(select(func.count()).select_from(CustomerSearch)) == 0


def test_a_colleagues_search_is_none_of_mine(app: Flask, office: PageClient, anna: Person) -> None:
    found = look_for(office, "keller")
    other = signed_in(another_browser(app), person("otto@example.org", role=Role.SUPPORT))
    assert other.get(found).status_code == 404


@pytest.mark.parametrize("part", ["", "/products", "/payments", "/emails", "/requests"])
def test_every_page_of_a_customer_asks_for_a_reason_first(office: PageClient, anna: Person, part: str) -> None:
    path = f"/staff/customers/{anna.id}"
    assert office.get(path + part).location == f"{path}/access"
    assert "Keller" not in office.get(f"{path}/access").text
    assert office.submit(f"{path}/access", {"reason": ""}).status_code == 422
    office.submit(f"{path}/access", {"reason": REASON})
    shown = office.get(path + part)
    assert "Anna Keller" in shown.text
    assert REASON in shown.text


def test_the_pages_show_what_the_customer_sees_and_change_nothing(office: PageClient, anna: Person) -> None:
    shop.product(anna.id)
    shop.invoice(anna.id, number="R-77")
    shop.payment_method(anna.id)
    shop.billing_address(anna.id)
    path = open_customer(office, anna.id)
    assert "anna@example.org" in office.get(path).text
    products, payments = office.get(f"{path}/products").text, office.get(f"{path}/payments").text
    assert "Web hosting" in products
    for shown in ("R-77", "4242", "8000 Zürich"):
        assert shown in payments
    for way_to_change in ("cancellation", "removal", "/account/payments"):
        assert way_to_change not in products + payments


def test_a_look_is_logged_with_its_reason_and_its_customer_sees_it(
    client: PageClient, sign_in: SignIn, office: PageClient, anna: Person
) -> None:
    for _ in range(2):
        open_customer(office, anna.id)
    assert db.session.scalar(select(func.count()).select_from(CustomerView)) == 1, "a second press is the same look"
    activity = sign_in(anna).get("/account/activity").text
    assert activity.count("Our staff looked at your data") == 1
    assert REASON in activity
    assert "By our staff" in activity
    assert "Looks of our staff at your data" in client.get("/account/data/history").text


def test_a_look_ends_after_a_while_or_by_a_button(office: PageClient, anna: Person) -> None:
    path = open_customer(office, anna.id)
    db.session.execute(update(CustomerView).values(ends_at=utc_now() - timedelta(seconds=1)))
    db.session.commit()
    assert office.get(path).location == f"{path}/access"
    office.submit(f"{path}/access", {"reason": "Another call"})
    assert office.get(path).status_code == 200
    office.submit(f"{path}/access/end", page=path)
    assert office.get(path).location == f"{path}/access"


def test_a_look_of_one_colleague_opens_nothing_for_another(app: Flask, office: PageClient, anna: Person) -> None:
    path = open_customer(office, anna.id)
    other = signed_in(another_browser(app), person("otto@example.org", role=Role.SUPPORT))
    assert other.get(path).location == f"{path}/access"


def test_whoever_does_not_exist_is_not_found(office: PageClient) -> None:
    assert office.submit(f"/staff/customers/{UUID(int=1)}/access", {"reason": REASON}).status_code == 404


@pytest.mark.parametrize("terms", ["keller", "anna keller", "anna@example.org", "K-1001"])
def test_no_search_reads_a_whole_table(office: PageClient, anna: Person, terms: str) -> None:
    """The planner may read a table from end to end only where it has no other way."""
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    for way in search.ways(terms):
        compiled = way.compile(db.engine)
        explained = db.session.connection().exec_driver_sql(f"EXPLAIN {compiled}", compiled.params)
        plan = "\n".join(explained.scalars())
        assert "Seq Scan" not in plan, plan


def test_no_more_than_a_page_is_read_of_a_name_that_many_have(office: PageClient, anna: Person) -> None:
    for number in range(search.MOST + 5):
        person(f"k{number}@example.org", given_name=f"K{number}")
    assert len(search.find("keller")) == search.MOST + 1
    assert "There are more" in office.get(look_for(office, "keller")).text
