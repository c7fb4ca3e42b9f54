"""The pages on which staff enter systems, see what they were told, and settle what was not confirmed."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.integrations.receiver import Receiver, answer
from tests.pages import PageClient
from tests.people import Person, person
from webapp import changes
from webapp.access import Role
from webapp.audit import Action, AuditEntry
from webapp.changes import Change
from webapp.clock import utc_now
from webapp.db import db
from webapp.integrations import confirmations
from webapp.integrations.webhooks import log
from webapp.integrations.webhooks.models import Confirmation, Delivery, State, Webhook
from webapp.integrations.webhooks.words import CHANGES

RunJobs = Callable[[], None]
SignIn = Callable[[Person], PageClient]
LIST = "/staff/webhooks"


@pytest.fixture
def olga(client: PageClient, sign_in: SignIn, operator: Person) -> Person:
    sign_in(operator)
    return operator


def new(shop: Receiver, **other: object) -> dict[str, object]:
    chosen = ["customer.changed", "erasure.done"]
    return {"name": "Shop", "url": shop.url, "changes": chosen, "confirms": "y", **other}


def happens(number: int = 1, change: Change = Change.CUSTOMER_CHANGED) -> None:
    anna = person()
    for _ in range(number):
        changes.record(change, anna.id, now=utc_now(), reference=uuid4(), fields="tel")
    db.session.commit()


def test_a_system_is_entered_and_its_secret_is_shown_once(client: PageClient, olga: Person, shop: Receiver) -> None:
    assert "No system is told" in client.get(LIST).text
    page = client.submit(f"{LIST}/new", new(shop))
    secret = re.findall(r"whsec_[\w+/=]+", page.text)
    webhook = db.session.scalars(select(Webhook)).one()
    assert webhook.changes == [Change.CUSTOMER_CHANGED, Change.ERASURE_DONE]
    for url in (LIST, f"{LIST}/{webhook.id}"):
        shown = client.get(url).text
        assert "Shop" in shown
        assert secret[0] not in shown
    again = client.submit(f"{LIST}/{webhook.id}/secret")
    assert "whsec_" in again.text
    assert secret[0] not in again.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": ""}, "starts with https://"),
        ({"url": "ftp://shop.example/"}, "starts with https://"),
        ({"url": "http://10.0.0.1/hooks"}, "inside a network that may not be called"),
        ({"url": "https://nowhere.invalid/"}, "no such host"),
        ({"changes": []}, "Choose at least one"),
        ({"changes": ["horoscope.changed"]}, "not a valid choice"),
        ({"name": ""}, "Give the system a name"),
    ],
)
def test_what_cannot_be_is_explained(
    *, client: PageClient, olga: Person, shop: Receiver, wrong: dict[str, object], said: str
) -> None:
    answered = client.submit(f"{LIST}/new", new(shop, **wrong))
    assert answered.status_code == 422
    assert said in answered.text
    assert db.session.scalar(select(Webhook.id)) is None


def test_each_change_has_words() -> None:
    assert set(CHANGES) == set(Change)


def test_a_test_shows_what_was_sent_and_answered(
    client: PageClient, olga: Person, shop: Receiver, webhook: Webhook, run_jobs: RunJobs
) -> None:
    shop.behaves = answer("404 Not Found", b"<b>no such hook</b>")
    page = client.submit(f"{LIST}/{webhook.id}/test", page=f"{LIST}/{webhook.id}").location
    assert "None yet." in client.get(page).text
    run_jobs()
    shown = client.get(page).text
    assert "webhook.tested" in shown
    assert "&lt;b&gt;no such hook&lt;/b&gt;" in shown
    assert "404" in shown
    assert db.session.scalars(select(Delivery.state)).one() is State.FAILED  # a test is not tried again by itself
    shop.behaves = answer("204 No Content")
    client.submit(f"{page}/replay", page=page)
    run_jobs()
    assert "Accepted." in client.get(page, headers={"HX-Request": "true"}).text
    assert shop.types == ["webhook.tested"] * 2


def test_a_failing_system_says_so_and_is_tried_at_once_when_staff_ask(
    client: PageClient, olga: Person, shop: Receiver, webhook: Webhook, run_jobs: RunJobs
) -> None:
    shop.behaves = answer("500 x")
    happens()
    run_jobs()
    assert "It has not answered well since" in client.get(f"{LIST}/{webhook.id}").text
    assert "Failing" in client.get(LIST).text
    shop.behaves = answer("200 OK")
    client.submit(f"{LIST}/{webhook.id}/resumption", page=f"{LIST}/{webhook.id}")
    run_jobs()
    assert "Works" in client.get(LIST).text


def test_a_system_is_changed_paused_and_switched_off(
    client: PageClient, olga: Person, shop: Receiver, webhook: Webhook, run_jobs: RunJobs
) -> None:
    page, other = f"{LIST}/{webhook.id}", Receiver()
    client.submit(f"{page}/pause", page=page)
    happens()
    run_jobs()
    assert "Paused since" in client.get(page).text
    client.submit(f"{page}/edit", {"url": other.url, "changes": ["customer.changed"]})
    client.submit(f"{page}/resumption", page=page)
    run_jobs()
    assert (len(shop.received), len(other.received)) == (0, 1)
    assert not webhook.confirms
    for _ in range(2):  # on two tabs
        client.submit(f"{page}/end", page=f"{LIST}/new")
    assert "Switched off" in client.get(page).text
    assert client.get(f"{page}/edit").status_code == 404
    written = select(AuditEntry.action).where(AuditEntry.action.like("webhook%")).order_by(AuditEntry.id)
    done = [Action.WEBHOOK_CREATED, Action.WEBHOOK_PAUSED, Action.WEBHOOK_CHANGED]
    assert db.session.scalars(written).all() == [*done, Action.WEBHOOK_RESUMED, Action.WEBHOOK_ENDED]
    other.close()


def test_the_log_goes_back_page_by_page_and_is_narrowed(
    client: PageClient,
    olga: Person,
    shop: Receiver,
    webhook: Webhook,
    run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log, "PAGE", 3)
    happens(7)
    run_jobs()
    page = f"{LIST}/{webhook.id}"
    seen = []
    while page:
        shown = client.get(page).text
        seen += re.findall(r"/staff/webhooks/deliveries/([\w-]{36})", shown)
        older = re.search(r'href="([^"]*older_than[^"]*)"', shown)
        page = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen)) == 7
    assert "Nothing like that" in client.get(f"{LIST}/{webhook.id}?state=failed").text
    assert "Nothing like that" in client.get(f"{LIST}/{webhook.id}?kind=account.closed").text
    assert client.get(f"{LIST}/{webhook.id}?state=odd&kind=odd&older_than=99999999999999999999").status_code == 200


def test_everything_since_a_time_is_sent_again(
    client: PageClient, olga: Person, shop: Receiver, webhook: Webhook, run_jobs: RunJobs
) -> None:
    happens(2)
    run_jobs()
    an_hour_ago = f"{utc_now() - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    assert client.submit(f"{LIST}/{webhook.id}/replay", {"since": an_hour_ago}).status_code == 303
    run_jobs()
    assert len(shop.received) == 4
    for wrong in ("", "soon", f"{utc_now() + timedelta(days=2):%Y-%m-%dT%H:%M}", "1900-01-01T00:00"):
        assert client.submit(f"{LIST}/{webhook.id}/replay", {"since": wrong}).status_code == 422


def test_what_is_not_confirmed_stays_visible_until_somebody_settles_it(
    app: Flask, client: PageClient, sign_in: SignIn, webhook: Webhook, run_jobs: RunJobs
) -> None:
    sign_in(person("petra@example.org", role=Role.PRIVACY_OFFICER))
    assert "Everything is confirmed" in client.get("/staff/confirmations").text
    happens(1, Change.ERASURE_DONE)
    run_jobs()
    db.session.execute(update(Confirmation).values(asked_at=utc_now() - confirmations.LATE - timedelta(minutes=1)))
    row = db.session.scalars(select(Confirmation)).one()
    assert "Late" in client.get("/staff/confirmations").text
    path = f"/staff/confirmations/{row.delivery_id}"
    assert client.submit(path, {"note": ""}).status_code == 422
    client.submit(path, {"note": "Seen on the screen of the shop"})
    assert "Everything is confirmed" in client.get("/staff/confirmations").text
    assert row.note == "Seen on the screen of the shop"
    assert client.get(path).status_code == 404
    assert client.get(LIST).status_code == 403
