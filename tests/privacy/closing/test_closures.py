"""Closing an account: only with nothing active, only by its owner, and not for good until it is deleted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.accounts.browsers import another_browser
from tests.accounts.mailbox import link, newest, subjects, titled
from tests.pages import PageClient
from tests.people import Person, person, subscribe, topic
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.accounts.models import DeviceSession
from webapp.campaigns import audience
from webapp.changes import ChangeEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.journal.models import Event, JournalEntry
from webapp.privacy.backups.replaying import AGAIN
from webapp.privacy.closing.models import Closure
from webapp.products.models import Product, ProductKind, ProductState
from webapp.subjects.models import Subject

PAGE = "/account/closure"

Jobs = Callable[[], None]


def closed(browser: PageClient, run_jobs: Jobs, relay: TestRelay) -> Person:
    """Anna, signed in, has closed her account."""
    anna = person()
    signed_in(browser, anna).submit(PAGE)
    run_jobs()
    assert browser.submit(link(newest(relay, anna.email))).location == PAGE
    return anna


def product(owner: Person, name: str = "Web hosting M", **values: object) -> None:
    now = utc_now()
    given = {"state": ProductState.ACTIVE, "cancellable": True, "changed_at": now, "received_at": now} | values
    db.session.add(
        Product(external_id=name, customer="C-1", subject_id=owner.id, name=name, kind=ProductKind.SERVICE, **given)
    )
    db.session.commit()


def open_closure() -> Closure | None:
    return db.session.scalars(select(Closure).where(Closure.ended_at.is_(None))).one_or_none()


def kinds_told() -> list[str]:
    return list(db.session.scalars(select(ChangeEntry.kind).order_by(ChangeEntry.id)))


def test_it_takes_the_link_from_the_mailbox_and_a_sign_in(
    client: PageClient, app: Flask, run_jobs: Jobs, relay: TestRelay
) -> None:
    anna = person()
    assert "To be deleted" not in signed_in(client, anna).get(PAGE).text
    client.submit(PAGE)
    assert "We sent a link to anna@example.org" in client.get(PAGE).text
    assert db.session.get_one(Subject, anna.id).ended_at is None
    run_jobs()
    path = link(newest(relay, anna.email))
    assert another_browser(app).get(path).location.startswith("/sign-in")
    stranger = signed_in(another_browser(app), person("bruno@example.org")).get(path)
    assert stranger.status_code == 403
    assert "another account" in stranger.text
    client.submit(path)
    assert "Your account is closed" in client.get(PAGE).text
    assert db.session.get_one(Subject, anna.id).ended_at is not None
    assert kinds_told() == ["account.closed"]
    run_jobs()
    assert subjects(relay, anna.email)[-1] == "Your account is closed"


def test_the_link_asks_for_a_fresh_proof(client: PageClient, run_jobs: Jobs, relay: TestRelay) -> None:
    anna = person()
    signed_in(client, anna).submit(PAGE)
    run_jobs()
    path = link(newest(relay, anna.email))
    db.session.scalars(select(DeviceSession)).one().proved_at = utc_now() - timedelta(hours=1)
    assert client.get(path).location.startswith("/account/proof")


def test_a_day_later_the_link_is_too_old_and_another_one_is_offered(
    client: PageClient, run_jobs: Jobs, relay: TestRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = person()
    signed_in(client, anna).submit(PAGE)
    run_jobs()
    path, later = link(newest(relay, anna.email)), utc_now() + timedelta(hours=25)
    monkeypatch.setattr("webapp.privacy.closing.routes.utc_now", lambda: later)
    answer = client.get(path)
    assert answer.status_code == 410
    assert "too old" in answer.text


def test_with_active_products_it_is_refused_and_each_is_named_with_the_way_to_end_it(
    client: PageClient, run_jobs: Jobs, relay: TestRelay
) -> None:
    anna = person()
    product(anna)
    product(anna, "Domain alp.example", state=ProductState.ENDING, ends_on=datetime(2031, 3, 4, tzinfo=UTC).date())
    product(anna, "Phone support", cancellable=False)
    product(anna, "An old one", state=ProductState.ENDED)
    page = signed_in(client, anna).get(PAGE).text
    for words in ("3 products are still active", "Web hosting M", "You can cancel it", "4 March 2031", "write to us"):
        assert words in page
    assert "An old one" not in page
    assert "Close my account" not in page
    client.submit(PAGE, page="/account/data")
    run_jobs()
    assert open_closure() is None
    assert relay.to(anna.email) == []


def test_a_product_that_became_active_in_between_stops_it(client: PageClient, run_jobs: Jobs, relay: TestRelay) -> None:
    anna = person()
    signed_in(client, anna).submit(PAGE)
    run_jobs()
    product(anna)
    client.submit(link(newest(relay, anna.email)))
    assert "One product is still active" in client.get(PAGE).text
    assert db.session.get_one(Subject, anna.id).ended_at is None


def test_who_works_here_is_told_to_hand_over_first(client: PageClient) -> None:
    page = signed_in(client, person(role=Role.SUPPORT)).get(PAGE).text
    assert "You work here" in page
    assert "Close my account" not in page
    client.submit(PAGE, page="/account/data")
    assert open_closure() is None


def test_taken_back_the_link_leads_nowhere(client: PageClient, run_jobs: Jobs, relay: TestRelay) -> None:
    anna = person()
    signed_in(client, anna).submit(PAGE)
    run_jobs()
    client.submit(f"{PAGE}/withdrawal", page=PAGE)
    assert client.get(link(newest(relay, anna.email))).location == PAGE
    assert open_closure() is None


def test_pressed_twice_it_sends_one_email(client: PageClient, run_jobs: Jobs, relay: TestRelay) -> None:
    anna = person()
    signed_in(client, anna).submit(PAGE)
    client.submit(PAGE)
    run_jobs()
    assert len(relay.to(anna.email)) == 1


def test_a_closed_account_opens_nothing_but_its_closure_and_the_copy(
    client: PageClient, run_jobs: Jobs, relay: TestRelay, sign_in: Callable[[Person], PageClient]
) -> None:
    anna = closed(client, run_jobs, relay)
    client.submit("/sign-out", page=PAGE)
    sign_in(anna)
    for path in ("/account", "/account/profile", "/account/security", "/account/preferences", "/account/emails"):
        assert client.get(path).location == PAGE, path
    assert client.post("/account/profile/name").location == PAGE
    for path in (PAGE, "/account/data", "/account/data/contact", "/privacy-policy"):
        assert client.get(path).status_code == 200, path
    assert client.submit("/account/data/exports", page="/account/data").location == "/account/data"


def test_closing_ends_the_sign_ins_on_other_devices(
    client: PageClient, app: Flask, run_jobs: Jobs, relay: TestRelay
) -> None:
    anna = person()
    phone = signed_in(another_browser(app), anna)
    signed_in(client, anna).submit(PAGE)
    run_jobs()
    client.submit(link(titled(relay, anna.email, "Close your account? Please confirm")))
    assert phone.get("/account/data").location.startswith("/sign-in")
    assert client.get("/account/data").status_code == 200


def test_it_gets_no_marketing(client: PageClient, run_jobs: Jobs, relay: TestRelay) -> None:
    news = topic()
    anna = closed(client, run_jobs, relay)
    subscribe(anna, news)
    assert wanted_by(news) == 0
    client.submit(f"{PAGE}/reopening", page=PAGE)
    assert wanted_by(news) == 1


def wanted_by(topic_id: UUID) -> int:
    return len(db.session.scalars(select(Subject.id).where(audience.wants(topic_id))).all())


def test_it_can_be_opened_again_as_it_was(client: PageClient, run_jobs: Jobs, relay: TestRelay) -> None:
    anna = closed(client, run_jobs, relay)
    assert client.submit(f"{PAGE}/reopening", page=PAGE).location == "/account"
    assert client.get("/account").status_code == 200
    assert db.session.get_one(Subject, anna.id).ended_at is None
    assert kinds_told() == ["account.closed", "account.reopened"]
    run_jobs()
    assert subjects(relay, anna.email)[-1] == "Your account is open again"


def test_closed_again_it_is_another_closure_with_another_date(
    client: PageClient, run_jobs: Jobs, relay: TestRelay
) -> None:
    anna = closed(client, run_jobs, relay)
    old_link = link(relay.to(anna.email)[0])
    client.submit(f"{PAGE}/reopening", page=PAGE)
    assert client.get(old_link).location == PAGE
    db.session.scalars(select(Closure)).one().asked_at -= timedelta(days=1)
    relay.forget()
    client.submit(PAGE)
    run_jobs()
    assert len(db.session.scalars(select(Closure)).all()) == 2


def test_who_asks_to_keep_it_gets_a_year_from_that_day(client: PageClient, run_jobs: Jobs, relay: TestRelay) -> None:
    anna = closed(client, run_jobs, relay)
    client.submit(f"{PAGE}/keeping", page=PAGE)
    closure, now = open_closure(), utc_now()
    assert closure
    assert closure.delete_at
    assert timedelta(days=363) < closure.delete_at - now < timedelta(days=367)
    assert db.session.get_one(Subject, anna.id).kept_until == closure.delete_at
    assert "Kept on your wish" in client.get(PAGE).text


def test_who_signs_up_once_more_after_the_relationship_ended_is_welcome(
    client: PageClient, run_jobs: Jobs, relay: TestRelay
) -> None:
    entries = {"email": "nora@example.org", "password": "marmots in the morning sun", "given_name": "Nora"}
    client.submit("/sign-up", entries | {"family_name": "Meier"})
    run_jobs()
    db.session.scalars(select(Subject)).one().ended_at = utc_now()
    client.submit(link(newest(relay, "nora@example.org")))
    assert db.session.scalars(select(Subject)).one().ended_at is None


def test_an_older_database_that_was_put_back_learns_of_it_from_the_journal(
    client: PageClient, run_jobs: Jobs, relay: TestRelay
) -> None:
    anna = closed(client, run_jobs, relay)
    client.submit(f"{PAGE}/reopening", page=PAGE)
    db.session.execute(delete(Closure))
    subject = db.session.get_one(Subject, anna.id)
    for expected, line in zip(
        [True, False], [written(Event.ACCOUNT_CLOSED), written(Event.ACCOUNT_REOPENED)], strict=True
    ):
        AGAIN[Event(line["event"])](line)
        db.session.flush()
        assert (subject.ended_at is not None) is expected


def written(event: Event) -> dict[str, Any]:
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.event == event)).one()
    return {"event": entry.event, "subject_id": str(entry.subject_id), "at": entry.at.isoformat(), "facts": {}}
