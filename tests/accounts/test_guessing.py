"""Guessing passwords is slowed down, and nobody can use that to keep the owner out."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from deploy.demo.services import free_port
from tests.accounts.browsers import another_browser, can_sign_in, without_secrets
from tests.accounts.mailbox import link, newest
from tests.pages import PageClient
from tests.people import PASSWORD, person
from tests.relay import TestRelay
from tests.sweeping import swept
from webapp.accounts import guessing
from webapp.accounts.guessing import FREE, Door, TooManyGuesses
from webapp.accounts.models import DeviceSession, Guesses
from webapp.app import create_app
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db
from webapp.guard import limiter

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ANNA = b"the hash of an address"


def guess(client: PageClient, email: str, password: str = "not her password") -> int:
    return client.submit("/sign-in", {"email": email, "password": password}).status_code


def wait(seconds: float) -> None:
    """So much time has gone by since the last try."""
    then = timedelta(seconds=seconds)
    db.session.execute(update(Guesses).values(last_at=Guesses.last_at - then, next_at=Guesses.next_at - then))
    db.session.commit()


def pauses(tries: int) -> list[float]:
    """How long one has to wait after each of so many wrong tries, made as soon as they are let through."""
    now, waited = NOW, []
    for _ in range(tries):
        guessing.take_turn(Door.PASSWORD, ANNA, now=now)
        try:
            guessing.take_turn(Door.PASSWORD, ANNA, now=now)
            waited.append(0.0)
        except TooManyGuesses as too_many:
            waited.append(too_many.pause.total_seconds())
            now += too_many.pause
    return waited


def test_a_few_tries_are_free_then_the_pause_doubles_up_to_a_quarter_of_an_hour(app: Flask) -> None:
    for _ in range(FREE - 1):
        guessing.take_turn(Door.PASSWORD, ANNA, now=NOW)
    assert pauses(11) == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]


def test_after_a_day_all_is_forgotten(app: Flask) -> None:
    for _ in range(FREE):
        guessing.take_turn(Door.PASSWORD, ANNA, now=NOW)
    later = NOW + guessing.FORGOTTEN_AFTER + timedelta(minutes=1)
    for _ in range(FREE):
        guessing.take_turn(Door.PASSWORD, ANNA, now=later)
    with pytest.raises(TooManyGuesses):
        guessing.take_turn(Door.PASSWORD, ANNA, now=later)
    swept(later + timedelta(days=1), "guesses")
    assert db.session.scalar(select(func.count()).select_from(Guesses)) == 1
    swept(later + timedelta(days=2), "guesses")
    assert db.session.scalar(select(func.count()).select_from(Guesses)) == 0


@pytest.mark.parametrize("email", ["anna@example.org", "nobody@example.org"])
def test_after_five_wrong_passwords_one_has_to_wait_whether_or_not_the_address_is_known(
    client: PageClient, email: str
) -> None:
    person("anna@example.org")
    assert [guess(client, email) for _ in range(FREE)] == [422] * FREE
    answer = client.submit("/sign-in", {"email": email, "password": PASSWORD})
    assert "Please wait a little" in answer.text
    assert 1 <= int(answer.headers["Retry-After"]) <= 5
    wait(6)
    assert guess(client, email) == 422
    assert guess(client, email) == 429


def test_the_waiting_page_says_the_same_for_every_address(client: PageClient) -> None:
    person("anna@example.org")
    pages = set()
    for email in ("anna@example.org", "emma@example.org"):
        for _ in range(FREE):
            guess(client, email)
        db.session.execute(update(Guesses).values(next_at=utc_now() + timedelta(seconds=4.9)))
        page = client.submit("/sign-in", {"email": email, "password": PASSWORD})
        pages.add((page.status_code, without_secrets(page.text).replace(email, "")))
    assert len(pages) == 1


def test_while_one_waits_nothing_is_looked_at_and_the_pause_gets_no_longer(client: PageClient) -> None:
    person("anna@example.org")
    for _ in range(FREE):
        guess(client, "anna@example.org")
    wait(-60)
    assert {guess(client, "anna@example.org") for _ in range(20)} == {429}
    assert db.session.scalars(select(Guesses.wrong)).one() == FREE
    refused = select(func.count()).where(AuditEntry.action == Action.SIGN_IN_REFUSED)
    assert db.session.scalar(refused) == FREE
    wait(66)
    assert can_sign_in(client, "anna@example.org")


def test_the_right_password_starts_anew(client: PageClient, app: Flask) -> None:
    person("anna@example.org")
    for _ in range(3):
        for _ in range(FREE - 1):
            assert guess(client, "anna@example.org") == 422
        assert can_sign_in(another_browser(app), "anna@example.org")
    assert db.session.scalar(select(func.count()).select_from(Guesses)) == 0


def test_writing_the_address_in_another_way_gives_no_more_tries(client: PageClient) -> None:
    person("anna@example.org")
    ways = ["anna@example.org", "ANNA@example.org", " Anna@Example.ORG ", "anna@EXAMPLE.org", "aNNa@example.org"]
    assert [guess(client, email) for email in ways] == [422] * FREE
    assert guess(client, "annA@example.org") == 429


def test_other_addresses_are_not_held_up(client: PageClient) -> None:
    person("anna@example.org")
    for _ in range(FREE + 1):
        guess(client, "emma@example.org")
    assert can_sign_in(client, "anna@example.org")


def test_many_guesses_at_the_same_moment_do_not_slip_through(app: Flask) -> None:
    passed = []

    def try_once() -> None:
        with app.app_context():
            try:
                guessing.take_turn(Door.PASSWORD, ANNA, now=NOW)
                db.session.commit()
                passed.append(1)
            except TooManyGuesses:
                db.session.rollback()

    threads = [threading.Thread(target=try_once) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == FREE


def test_strangers_do_not_keep_the_owner_out_of_a_device_that_she_used_before(client: PageClient, app: Flask) -> None:
    person("anna@example.org")
    assert can_sign_in(client, "anna@example.org")
    client.submit("/sign-out", page="/account/profile")
    stranger, borrowed = another_browser(app), another_browser(app)
    for _ in range(FREE):
        guess(stranger, "anna@example.org")
    wait(-600)
    assert guess(stranger, "anna@example.org", PASSWORD) == 429
    assert guess(borrowed, "anna@example.org", PASSWORD) == 429
    assert can_sign_in(client, "anna@example.org")


def test_a_known_device_may_not_guess_for_ever_either(client: PageClient) -> None:
    person("anna@example.org")
    assert can_sign_in(client, "anna@example.org")
    client.submit("/sign-out", page="/account/profile")
    for _ in range(FREE):
        assert guess(client, "anna@example.org") == 422
    wait(-60)
    assert guess(client, "anna@example.org", PASSWORD) == 429


def test_a_device_known_to_one_person_is_a_stranger_to_another(client: PageClient, app: Flask) -> None:
    person("anna@example.org")
    person("bea@example.org")
    assert can_sign_in(client, "bea@example.org")
    client.submit("/sign-out", page="/account/profile")
    for _ in range(FREE):
        guess(another_browser(app), "anna@example.org")
    wait(-60)
    assert guess(client, "anna@example.org", PASSWORD) == 429


def test_who_waits_can_choose_a_new_password_and_sign_in_at_once(
    client: PageClient, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    person("anna@example.org")
    for _ in range(FREE):
        guess(client, "anna@example.org")
    wait(-600)
    client.submit("/password/forgotten", {"email": "anna@example.org"})
    run_jobs()
    client.get(link(newest(relay, "anna@example.org")))
    client.submit("/password/new", {"password": "eleven glaciers, one marmot"})
    assert can_sign_in(client, "anna@example.org", "eleven glaciers, one marmot")


def test_without_redis_the_count_goes_on_and_nobody_is_kept_out(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{free_port()}/0", "rate_limits": True})
    monkeypatch.setattr(limiter, "enabled", limiter.enabled)  # the app below switches it on for all
    without = create_app(nowhere)
    client = PageClient(without, without.response_class)
    person("anna@example.org")
    assert can_sign_in(client, "anna@example.org")
    client.submit("/sign-out", page="/account/profile")
    for _ in range(FREE):
        assert guess(client, "emma@example.org") == 422
    assert guess(client, "emma@example.org") == 429
    assert can_sign_in(client, "anna@example.org")


def test_doors_and_devices_are_counted_apart(app: Flask) -> None:
    for _ in range(FREE):
        guessing.take_turn(Door.PASSWORD, ANNA, now=NOW)
    guessing.take_turn(Door.SECOND_FACTOR, ANNA, now=NOW)
    guessing.take_turn(Door.PASSWORD, ANNA, device="hers", now=NOW)
    with pytest.raises(TooManyGuesses):
        guessing.take_turn(Door.PASSWORD, ANNA, now=NOW)


def test_whoever_took_over_a_device_cannot_guess_the_password_there(client: PageClient, app: Flask) -> None:
    person("anna@example.org")
    thief, new = client, "eleven glaciers, one marmot"
    assert can_sign_in(thief, "anna@example.org")
    db.session.execute(update(DeviceSession).values(proved_at=utc_now() - timedelta(hours=1)))
    change, proof = "/account/security/password", "/account/proof"
    for _ in range(FREE - 2):
        assert thief.submit(change, {"current_password": "a guess", "password": new}).status_code == 422
    for _ in range(2):
        assert thief.submit(proof, {"proof_way": "password", "current_password": "a guess"}).status_code == 422
    wait(-600)
    assert thief.submit(proof, {"proof_way": "password", "current_password": PASSWORD}).status_code == 429
    assert thief.submit(change, {"current_password": PASSWORD, "password": new}).status_code == 429
    owner = another_browser(app)
    assert can_sign_in(owner, "anna@example.org")
    assert owner.submit(change, {"current_password": PASSWORD, "password": new}).status_code == 303


def test_a_right_proof_starts_anew(client: PageClient) -> None:
    person("anna@example.org")
    assert can_sign_in(client, "anna@example.org")
    for _ in range(3):
        db.session.execute(update(DeviceSession).values(proved_at=utc_now() - timedelta(hours=1)))
        for guessed in ["a guess"] * (FREE - 1) + [PASSWORD]:
            answer = client.submit("/account/proof", {"proof_way": "password", "current_password": guessed})
        assert answer.status_code == 303
