"""Signed links do one thing, for as long as they may, for nobody who made them up."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from pydantic import SecretStr

from webapp import links
from webapp.config import Settings
from webapp.db import db
from webapp.links import Purpose

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
PASSING = [purpose for purpose in Purpose if purpose.lifetime]


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_gives_back_what_was_signed(app: Flask, purpose: Purpose) -> None:
    token = links.sign(purpose, now=NOW, export="7")
    assert links.read(purpose, token, now=NOW).data == {"export": "7"}


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_for_one_purpose_is_no_good_for_another(app: Flask, purpose: Purpose) -> None:
    token = links.sign(purpose, now=NOW)
    for other in set(Purpose) - {purpose}:
        with pytest.raises(links.InvalidLink):
            links.read(other, token, now=NOW)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_that_was_changed_anywhere_is_refused(app: Flask, purpose: Purpose) -> None:
    token = links.sign(purpose, now=NOW, subject="7")
    # The last character of base64 carries unused bits, so the one before it is where a change must show.
    for position in range(len(token) - 1):
        changed = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
        with pytest.raises(links.InvalidLink):
            links.read(purpose, changed, now=NOW)


@pytest.mark.parametrize("keep", [0, 1, 10, -1])
def test_a_link_that_was_cut_short_is_refused(app: Flask, keep: int) -> None:
    token = links.sign(Purpose.UNSUBSCRIBE, now=NOW, subject="7")
    with pytest.raises(links.InvalidLink):
        links.read(Purpose.UNSUBSCRIBE, token[:keep], now=NOW)


@pytest.mark.parametrize("junk", ["", ".", "..", "💌", "\0", "a" * 10_000, "a.b.c", "%00", "../../etc/passwd"])
def test_junk_is_refused(app: Flask, junk: str) -> None:
    with pytest.raises(links.InvalidLink):
        links.read(Purpose.UNSUBSCRIBE, junk, now=NOW)


@pytest.mark.parametrize("purpose", PASSING)
def test_a_link_works_to_its_last_second_and_not_beyond(app: Flask, purpose: Purpose) -> None:
    assert purpose.lifetime
    token = links.sign(purpose, now=NOW)
    links.read(purpose, token, now=NOW + purpose.lifetime)
    with pytest.raises(links.ExpiredLink):
        links.read(purpose, token, now=NOW + purpose.lifetime + timedelta(seconds=1))


def test_an_unsubscribe_link_is_always_the_same_and_works_for_ever(app: Flask) -> None:
    token = links.sign(Purpose.UNSUBSCRIBE, now=NOW, subject="7")
    assert token == links.sign(Purpose.UNSUBSCRIBE, now=NOW + timedelta(days=400), subject="7")
    assert links.read(Purpose.UNSUBSCRIBE, token, now=NOW + timedelta(days=36_500)).data == {"subject": "7"}


def test_a_single_use_link_is_used_once(app: Flask) -> None:
    link = links.read(Purpose.CONFIRM_SIGN_UP, links.sign(Purpose.CONFIRM_SIGN_UP, now=NOW), now=NOW)
    assert not links.was_used(link)
    links.use_once(link, now=NOW)
    db.session.commit()
    assert links.was_used(link)
    with pytest.raises(links.UsedLink):
        links.use_once(link, now=NOW)


def test_used_links_are_forgotten_once_they_have_expired_anyway(app: Flask) -> None:
    link = links.read(Purpose.CONFIRM_SIGN_UP, links.sign(Purpose.CONFIRM_SIGN_UP, now=NOW), now=NOW)
    links.use_once(link, now=NOW)
    links.forget_expired(now=NOW + timedelta(days=2))
    assert links.was_used(link)
    links.forget_expired(now=NOW + timedelta(days=4))
    db.session.expire_all()
    assert not links.was_used(link)


def test_a_new_key_signs_and_old_links_go_on_working(settings: Settings, configure: Callable[..., None]) -> None:
    old = links.sign(Purpose.UNSUBSCRIBE, now=NOW)
    configure(secret_keys=[SecretStr("a new key that is long enough, certainly"), *settings.secret_keys])
    links.read(Purpose.UNSUBSCRIBE, old, now=NOW)
    assert links.sign(Purpose.UNSUBSCRIBE, now=NOW) != old


def test_links_in_emails_come_from_the_settings_and_not_from_the_visitor(app: Flask) -> None:
    with app.test_request_context(base_url="http://evil.example"):
        assert links.absolute_url("portal.home") == "http://localhost/"
