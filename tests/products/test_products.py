"""Products: seen by their owner alone, cancelled by them, and kept after all."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jobs.house import tidy_up
from tests.pages import PageClient
from tests.people import Person, person
from tests.products import shop
from tests.products.shop import TODAY
from webapp.changes import Change, ChangeEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.products import cancellations, products
from webapp.products.models import Interval, Product, ProductState

SignIn = Callable[[Person], PageClient]
PAGE, CANCELLATION, KEEPING = (
    "/account/products/P-1",
    "/account/products/P-1/cancellation",
    "/account/products/P-1/keeping",
)


@pytest.fixture
def anna(sign_in: SignIn) -> Person:
    anna = person()
    sign_in(anna)
    return anna


def changes() -> list[tuple[str, dict[str, str]]]:
    told = select(ChangeEntry.kind, ChangeEntry.facts).where(ChangeEntry.kind.startswith("product"))
    return [(row.kind, row.facts) for row in db.session.execute(told.order_by(ChangeEntry.id))]


def test_each_stands_with_its_state_its_price_and_what_comes_next(client: PageClient, anna: Person) -> None:
    shop.product(anna.id)
    shop.product(anna.id, "P-2", name="Old server", state=ProductState.ENDED, ends_on=date(2024, 3, 31))
    page = client.get("/account/products").text
    assert "Web hosting" in page
    assert "CHF\N{NO-BREAK SPACE}19.00" in page
    assert "Renews on" in page
    assert "Ended on 31 March 2024" in page


def test_who_has_none_is_told_so(client: PageClient, anna: Person) -> None:
    assert "Nothing in use" in client.get("/account/products").text


@pytest.mark.parametrize("path", ["", "/cancellation", "/keeping"])
def test_nobody_sees_or_ends_what_another_has(client: PageClient, anna: Person, path: str) -> None:
    shop.product(person("bea@example.org").id)
    assert client.get(PAGE).status_code == 404
    refused = client.submit(f"{PAGE}{path}", page="/account/payments/billing-address")
    assert refused.status_code in {404, 405}
    assert db.session.get_one(Product, "P-1").state is ProductState.ACTIVE


def test_what_happens_when_is_said_before_it_happens(client: PageClient, anna: Person) -> None:
    shop.product(anna.id, renews_on=date(2030, 5, 1))
    page = client.get(CANCELLATION).text
    assert "Until 1 May 2030" in page
    assert db.session.get_one(Product, "P-1").state is ProductState.ACTIVE


def test_cancelled_it_ends_with_its_period_and_the_company_is_told_once(client: PageClient, anna: Person) -> None:
    ends_on = shop.product(anna.id).renews_on
    for _ in range(2):
        assert client.submit(CANCELLATION, page="/account/payments/billing-address").status_code == 303
    product = db.session.get_one(Product, "P-1")
    assert (product.state, product.ends_on) == (ProductState.ENDING, ends_on)
    assert product.changed_at > utc_now() - timedelta(minutes=1), "newer than what the company's systems sent"
    assert changes() == [(Change.PRODUCT_CANCELLED, {"product": "P-1"})]
    assert "Keep it after all" in client.get(PAGE).text
    assert "You cancelled a product" in client.get("/account/activity").text


def test_a_cancellation_is_taken_back_until_it_ends(client: PageClient, anna: Person) -> None:
    shop.product(anna.id)
    client.submit(CANCELLATION)
    client.submit(KEEPING, page=PAGE)
    product = db.session.get_one(Product, "P-1")
    assert (product.state, product.ends_on, product.cancelled_at) == (ProductState.ACTIVE, None, None)
    assert [kind for kind, _facts in changes()] == [Change.PRODUCT_CANCELLED, Change.PRODUCT_KEPT]


@pytest.mark.parametrize(
    "differently",
    [
        {"state": ProductState.ENDING, "ends_on": TODAY, "cancelled_at": utc_now()},
        {"state": ProductState.ENDING, "ends_on": TODAY + timedelta(days=9)},
        {"state": ProductState.ENDED},
    ],
    ids=["it ends today", "the company ended it", "it is over"],
)
def test_it_cannot_be_kept_when(client: PageClient, anna: Person, differently: dict[str, Any]) -> None:
    shop.product(anna.id, **differently)
    told = client.submit(KEEPING, page="/account/payments/billing-address", follow_redirects=True)
    assert "too late" in told.text
    assert db.session.get_one(Product, "P-1").state is not ProductState.ACTIVE


@pytest.mark.parametrize(
    "differently",
    [{"cancellable": False}, {"state": ProductState.ENDED}, {"ends_on": TODAY + timedelta(days=90)}],
    ids=["only the company can", "it is over", "it ends by itself"],
)
def test_it_cannot_be_cancelled_when(client: PageClient, anna: Person, differently: dict[str, Any]) -> None:
    shop.product(anna.id, **differently)
    assert client.get(CANCELLATION).location == PAGE
    assert "Cancel it…" not in client.get(PAGE).text
    client.submit(CANCELLATION, page="/account/payments/billing-address")
    assert db.session.get_one(Product, "P-1").cancelled_at is None


@pytest.mark.parametrize(
    ("renews_on", "interval", "notice", "today", "ends_on"),
    [
        (date(2026, 5, 31), Interval.MONTH, 30, date(2026, 5, 1), date(2026, 5, 31)),  # the last day
        (date(2026, 5, 31), Interval.MONTH, 30, date(2026, 5, 2), date(2026, 6, 30)),  # a day late; June is shorter
        (date(2026, 1, 31), Interval.MONTH, 0, date(2026, 2, 1), date(2026, 2, 28)),
        (date(2028, 2, 29), Interval.YEAR, 10, date(2028, 2, 25), date(2029, 2, 28)),
        (date(2026, 3, 31), Interval.QUARTER, 60, date(2026, 2, 1), date(2026, 6, 30)),
        (date(2026, 5, 1), Interval.MONTH, 90, date(2026, 4, 20), date(2026, 8, 1)),  # the notice is three periods
        (None, Interval.MONTH, 14, date(2026, 2, 20), date(2026, 3, 6)),
        (date(2026, 5, 1), Interval.ONCE, 0, date(2026, 4, 20), date(2026, 4, 20)),
    ],
)
def test_the_day_on_which_it_would_end(
    renews_on: date | None, interval: Interval, notice: int, today: date, ends_on: date
) -> None:
    product = Product(renews_on=renews_on, interval=interval, notice_days=notice)
    assert cancellations.would_end_on(product, today=today) == ends_on


def test_what_was_to_end_ends_by_itself(anna: Person) -> None:
    shop.product(anna.id, "P-1", state=ProductState.ENDING, ends_on=TODAY)
    shop.product(anna.id, "P-2", state=ProductState.ENDING, ends_on=TODAY + timedelta(days=1))
    tidy_up()
    db.session.expire_all()
    assert [product.external_id for product in products.active(anna.id)] == ["P-2"]
