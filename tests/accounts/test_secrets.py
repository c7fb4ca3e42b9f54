"""No secret is left lying about (P3): they are planted like canaries, and everything is searched for them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pyotp
import pytest
from flask import Flask
from sqlalchemy import text

from tests.accounts.browsers import another_browser, csrf_token
from tests.accounts.hiding_places import disguises, found, in_database, in_files, in_redis, recorded_log
from tests.accounts.mailbox import link, newest
from tests.accounts.test_second_factors import codes_in, proposal, shown_key
from tests.pages import PageClient
from tests.relay import TestRelay
from webapp.accounts import credentials, sign_ups
from webapp.config import Settings
from webapp.db import db

ANNA = "anna@example.org"
CHOSEN, MISTYPED, CHANGED, RESET = (
    f"canary {name} in a meadow" for name in ("chosen at first", "mistyped once", "changed later", "after the reset")
)
MISTYPED_CODE = "CANA-RYCO-DEXX"
DETAILS = {"email": ANNA, "password": CHOSEN, "given_name": "Anna", "family_name": "Keller"}


@dataclass
class Life:
    """What Anna does with her account. Every answer is kept, and every secret that was in use."""

    client: PageClient
    run_jobs: Callable[[], None]
    relay: TestRelay
    secrets: list[str] = field(default_factory=list)
    recovery_codes: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    on_the_way: dict[str, str] = field(default_factory=dict)

    def submit(self, url: str, data: dict[str, str], *, page: str | None = None) -> None:
        answer = self.client.submit(url, data, page=page or url)
        self.pages[f"answer {len(self.pages)} of {url}"] = answer.text + str(answer.headers)
        self.on_the_way |= {f"{place} after {url}": content for place, content in (in_database() | in_redis()).items()}

    def work(self) -> None:
        """Also gathers what the emails bring, which is for the mailbox alone."""
        self.run_jobs()
        for received in self.relay.received:
            self.secrets += re.findall(r"https?://\S+/([\w.-]{60,})", received.text)

    def live(self) -> None:
        self.submit("/sign-up", DETAILS)
        self.work()
        self.submit(link(newest(self.relay, ANNA)), {"password": CHOSEN})
        self.submit("/sign-in", {"email": ANNA, "password": MISTYPED})
        self.submit("/sign-in", {"email": ANNA, "password": CHOSEN})
        self._take_session()
        self.submit("/password/new/strength", {"password": CHANGED}, page="/account/profile")
        self.submit("/account/security/password", {"current_password": MISTYPED, "password": CHANGED})
        self.submit("/account/security/password", {"current_password": CHOSEN, "password": CHANGED})
        self._add_second_factor()
        self.submit("/account/data/exports", {}, page="/account/data")
        self.work()
        self.submit("/sign-out", {}, page="/account/profile")
        self.submit("/password/forgotten", {"email": ANNA})
        self.work()
        self.client.get(link(newest(self.relay, ANNA)))
        self.submit("/password/new", {"password": RESET})
        self.submit("/sign-in", {"email": ANNA, "password": RESET})
        self.submit("/sign-in/second-factor", {"code": MISTYPED_CODE})
        self.submit("/sign-in/second-factor", {"way": "recovery-code", "code": self.recovery_codes[0]})
        self._take_session()
        self.work()
        self.secrets += [CHOSEN, MISTYPED, CHANGED, RESET, MISTYPED_CODE]

    def _add_second_factor(self) -> None:
        url = "/account/security/authenticator"
        page = self.client.get(url).text
        key = shown_key(page)
        answer = self.client.submit(url, {"proposal": proposal(page), "code": pyotp.TOTP(key).now()})
        self.recovery_codes = list(codes_in(answer.text))
        assert len(self.recovery_codes) == 10
        bare = [code.replace("-", "") for code in self.recovery_codes]
        self.secrets += [key, *self.recovery_codes, *bare, *(code.lower() for code in bare)]

    def _take_session(self) -> None:
        with self.client.session_transaction() as session:
            self.secrets.append(session["_user_id"])


@pytest.fixture
def life(client: PageClient, run_jobs: Callable[[], None], relay: TestRelay) -> Life:
    return Life(client, run_jobs, relay)


def test_no_secret_lies_about(life: Life, settings: Settings) -> None:
    with recorded_log(settings) as log:
        life.live()
    assert len(life.secrets) >= 40
    assert {"table accounts", "table audit_entries", "table outbox", "table messages"} <= set(in_database())
    assert any("index.html" in place for place in in_files(settings))
    places = in_database() | in_redis() | in_files(settings) | life.on_the_way | {"log": "\n".join(log)}
    assert found(life.secrets, places) == []
    typed = [secret for secret in life.secrets if " " in secret]
    assert found(typed, life.pages) == []


@pytest.mark.parametrize("breaks", ["python", "database"])
def test_an_error_page_and_its_log_repeat_nothing(
    app: Flask, client: PageClient, settings: Settings, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        if breaks == "python":
            raise ValueError(breaks)
        db.session.execute(text("SELECT 1 / 0 WHERE :password <> ''"), {"password": CHOSEN})

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(sign_ups, "ask", broken)
    monkeypatch.setattr(credentials, "check", broken)
    browser = another_browser(app)
    with recorded_log(settings) as log:
        for url in ("/sign-up", "/sign-in"):
            token = csrf_token(browser, url)
            answer = browser.post(url, data=DETAILS | {"csrf_token": token})
            assert answer.status_code == 500
            assert found([CHOSEN], {"page": answer.text}) == []
    assert any("Traceback" in line for line in log)
    assert found([CHOSEN], {"log": "\n".join(log)}) == []


def test_a_canary_that_lies_about_is_found_in_every_disguise() -> None:
    places = {str(number): f"x{disguise}x" for number, disguise in enumerate(sorted(disguises(CHOSEN)))}
    assert len(found([CHOSEN], places)) == len(places) >= 5
    assert found([CHOSEN], {"elsewhere": "nothing"}) == []
