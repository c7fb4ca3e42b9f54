"""From the plan to the first moment of a deletion: asked for, confirmed twice, stopped by one click, asked again."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import another_browser
from tests.accounts.mailbox import link
from tests.pages import PageClient
from tests.people import Person, person
from tests.privacy.erasure.having import a_life, carry_out, hold, invoice, product, subject_of
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp import queue
from webapp.access import Role
from webapp.accounts.models import DeviceSession
from webapp.audit import Action
from webapp.changes import Change, ChangeEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy import deadlines
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure.models import Cause, Erasure, ErasureState
from webapp.products.models import ProductState
from webapp.subjects import trail
from webapp.subjects.models import Subject

PAGE = "/account/erasure"
LATER = timedelta(hours=72, minutes=1)


@pytest.fixture
def mailbox(run_jobs: Callable[[], None], relay: TestRelay) -> Callable[[], str]:
    """The link in the newest email about it."""

    def look() -> str:
        run_jobs()
        [*_, about_it] = [email for email in relay.received if "/erasure/" in email.text]
        return link(about_it)

    return look


def test_it_is_asked_for_confirmed_by_link_and_sign_in_and_waits_72_hours(
    client: PageClient, mailbox: Callable[[], str]
) -> None:
    anna = a_life()
    signed_in(client, anna)
    client.submit(PAGE)
    assert "Look into your mailbox" in client.get(PAGE).text
    path = mailbox()
    assert "Yes, delete my data" in client.get(path).text
    assert client.submit(path).status_code == 303
    erasure = the_one()
    assert erasure.state is ErasureState.CONFIRMED
    assert erasure.starts_at == erasure.confirmed_at + timedelta(hours=72)  # type: ignore[operator]  # it is confirmed
    assert erasure.agreed_hash == erasure.plan_hash
    assert "The deletion begins on" in client.get(PAGE).text
    carry_out(erasure, now=utc_now() + timedelta(hours=71))
    assert erasure.state is ErasureState.CONFIRMED
    carry_out(erasure, now=utc_now() + LATER)
    assert the_one().state is ErasureState.EXECUTED


def test_looking_at_the_plan_writes_nothing_down(client: PageClient) -> None:
    signed_in(client, a_life()).get(PAGE)
    assert db.session.scalars(select(Erasure)).all() == []


def test_the_link_alone_confirms_nothing(app: Flask, client: PageClient, mailbox: Callable[[], str]) -> None:
    """It asks for a sign-in, a fresh proof, and the right person."""
    anna = a_life()
    signed_in(client, anna).submit(PAGE)
    path = mailbox()
    assert "/sign-in" in another_browser(app).get(path).headers["Location"]
    assert "another account" in signed_in(another_browser(app), person("eve@example.org")).get(path).text
    hers = select(DeviceSession).where(DeviceSession.subject_id == anna.id)
    db.session.scalars(hers).one().proved_at = utc_now() - timedelta(hours=1)
    db.session.commit()
    assert "/account/proof" in client.get(path).headers["Location"]
    assert the_one().state is ErasureState.PLANNED


def test_a_link_to_an_older_plan_does_not_confirm_another_one(client: PageClient, mailbox: Callable[[], str]) -> None:
    anna = a_life()
    signed_in(client, anna).submit(PAGE)
    path = mailbox()
    product(anna)
    client.submit(PAGE, page=PAGE)
    assert client.get(path).status_code == 404
    assert the_one().state is ErasureState.PLANNED


def test_when_less_can_be_deleted_by_then_the_button_confirms_nothing(
    client: PageClient, mailbox: Callable[[], str]
) -> None:
    anna = a_life()
    signed_in(client, anna).submit(PAGE)
    path = mailbox()
    client.get(path)
    product(anna)
    assert client.submit(path).status_code == 303
    assert the_one().state is ErasureState.PLANNED
    assert "Needed by Web hosting" in client.get(PAGE).text


def test_an_old_link_is_explained(client: PageClient) -> None:
    anna = a_life()
    erasure = erasures.ask(subject_of(anna), now=utc_now() - timedelta(hours=25))
    token = erasures.link_token(erasure, now=utc_now() - timedelta(hours=25))
    db.session.commit()
    assert signed_in(client, anna).get(f"{PAGE}/confirmation/{token}").status_code == 410


def test_what_nobody_confirms_lapses(app: Flask) -> None:
    anna = a_life()
    erasure = erasures.ask(subject_of(anna), now=utc_now() - timedelta(hours=25))
    erasures.look_after(now=utc_now())
    assert erasure.state is ErasureState.LAPSED


def test_one_click_in_the_email_stops_it_without_a_sign_in(
    app: Flask, client: PageClient, mailbox: Callable[[], str]
) -> None:
    confirmed(client, a_life(), mailbox)
    stranger = another_browser(app)
    path = mailbox()
    assert "Stop the deletion?" in stranger.get(path).text
    stranger.submit(path)
    assert "is stopped" in stranger.get(path).text
    erasure = the_one()
    assert erasure.state is ErasureState.CANCELLED
    carry_out(erasure, now=utc_now() + LATER)
    assert erasure.state is ErasureState.CANCELLED
    kinds = db.session.scalars(select(ChangeEntry.kind).order_by(ChangeEntry.id)).all()
    assert kinds[-2:] == [Change.ERASURE_DUE, Change.ERASURE_CANCELLED]


def test_once_begun_it_cannot_be_stopped(app: Flask, client: PageClient, mailbox: Callable[[], str]) -> None:
    erasure = confirmed(client, a_life(), mailbox)
    path = mailbox()
    carry_out(erasure, now=utc_now() + LATER)
    assert "It has begun already" in another_browser(app).get(path).text


def test_a_second_wish_finds_the_first(client: PageClient, mailbox: Callable[[], str]) -> None:
    anna = a_life()
    confirmed(client, anna, mailbox)
    erasures.ask(subject_of(anna), now=utc_now())
    assert the_one().state is ErasureState.CONFIRMED


def test_life_goes_on_during_the_72_hours(client: PageClient, mailbox: Callable[[], str]) -> None:
    """Signing in and asking for a copy add rows that go with the others: nobody is asked again."""
    anna = a_life()
    erasure = confirmed(client, anna, mailbox)
    client.submit("/account/data/exports", page="/account/data")
    signed_in(client, anna)
    carry_out(erasure, now=utc_now() + LATER)
    assert erasure.state is ErasureState.EXECUTED


@pytest.mark.parametrize(
    "change",
    [
        lambda anna: product(anna),
        lambda anna: hold(anna),
        lambda anna: invoice(anna, utc_now().date()),
    ],
    ids=["a product", "a hold", "an invoice"],
)
def test_when_more_must_be_kept_the_person_is_asked_again(
    client: PageClient, mailbox: Callable[[], str], change: Callable[[Person], object]
) -> None:
    anna = a_life()
    erasure = confirmed(client, anna, mailbox)
    agreed = erasure.agreed_hash
    change(anna)
    carry_out(erasure, now=utc_now() + LATER)
    assert erasure.state is ErasureState.ASKED_AGAIN
    assert any(step.more for step in erasure.steps)
    page = client.get(PAGE).text
    assert "We have to keep more than the plan said" in page
    assert "New" in page
    client.submit(f"{PAGE}/agreement", {"plan": hidden(page, "plan")}, page=PAGE)
    db.session.expire_all()
    assert erasure.agreed_hash not in {agreed, ""}
    carry_out(erasure, now=utc_now() + LATER)
    assert the_one().state is ErasureState.EXECUTED


def test_yes_to_a_plan_that_has_changed_once_more_does_not_count(
    client: PageClient, mailbox: Callable[[], str]
) -> None:
    anna = a_life()
    erasure = confirmed(client, anna, mailbox)
    product(anna)
    carry_out(erasure, now=utc_now() + LATER)
    client.submit(f"{PAGE}/agreement", {"plan": "0" * 64}, page=PAGE)
    db.session.expire_all()
    assert erasure.state is ErasureState.ASKED_AGAIN


def test_who_does_not_answer_gets_what_they_asked_for_in_time(client: PageClient, mailbox: Callable[[], str]) -> None:
    anna = a_life()
    erasure = confirmed(client, anna, mailbox)
    hosting = product(anna)
    asked_again = utc_now() + LATER
    carry_out(erasure, now=asked_again)
    assert erasure.starts_at == asked_again + timedelta(days=7)
    assert erasure.starts_at < deadlines.answer_by(erasure.asked_at)
    carry_out(erasure, now=erasure.starts_at)
    assert (erasure.state, erasure.waits) == (ErasureState.EXECUTED, True)
    hosting.state = ProductState.ENDED
    db.session.commit()
    carry_out(erasure, now=utc_now() + timedelta(days=12))
    assert not erasure.waits


def test_when_less_must_be_kept_nobody_is_asked(client: PageClient, mailbox: Callable[[], str]) -> None:
    anna = a_life()
    hosting = product(anna)
    erasure = confirmed(client, anna, mailbox)
    hosting.state = ProductState.ENDED
    db.session.commit()
    carry_out(erasure, now=utc_now() + LATER)
    assert (erasure.state, erasure.waits) == (ErasureState.EXECUTED, False)


def test_who_works_here_gives_that_back_first(client: PageClient) -> None:
    olga = person("olga@example.org", role=Role.SUPPORT)
    signed_in(client, olga)
    assert "You work here" in client.get(PAGE).text
    client.post(PAGE, data={"csrf_token": hidden(client.get("/account/profile").text, "csrf_token")})
    assert db.session.scalars(select(Erasure)).all() == []


def test_what_nobody_works_on_is_found(app: Flask, client: PageClient, mailbox: Callable[[], str]) -> None:
    """An entry of the outbox may be lost with a backup that is put back."""

    erasure = confirmed(client, a_life(), mailbox)
    for entry in queue.waiting_for(queue.Job.ERASE):
        db.session.delete(entry)
    db.session.commit()
    erasures.look_after(now=utc_now())
    erasures.look_after(now=utc_now())
    [entry] = queue.waiting_for(queue.Job.ERASE)
    assert entry.args == {"erasure_id": str(erasure.id)}


def test_what_the_wish_itself_writes_into_an_old_log_is_no_reason_to_ask_again(app: Flask) -> None:
    who = db.session.get_one(Subject, person("long.ago@example.org").id)
    now = utc_now()
    trail.record(Action.SIGNED_UP, who, now=now - timedelta(days=900))
    erasure = erasures.plan_for(who, Cause.REQUEST, now=now)
    db.session.commit()
    erasures.confirm(erasure, who, now=now)
    assert erasure.state is ErasureState.CONFIRMED


def confirmed(client: PageClient, who: Person, mailbox: Callable[[], str]) -> Erasure:
    signed_in(client, who).submit(PAGE)
    client.submit(mailbox())
    return the_one()


def the_one() -> Erasure:
    db.session.expire_all()
    return db.session.scalars(select(Erasure)).one()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found
    return found[1]
