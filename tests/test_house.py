"""What holds on every page: headers, error pages, languages, access, and whether the house works at all."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import cast
from uuid import UUID

import pytest
import redis
import structlog
from flask import Flask, request
from pydantic import ValidationError
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.test import TestResponse

from deploy.demo.services import free_port
from jobs.mail import check_relay
from tests.accounts.browsers import token_in
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay
from webapp import logs, queue
from webapp.access import EVERYBODY_SIGNED_IN, Role, may_use, public
from webapp.accounts.models import Account
from webapp.accounts.password_resets import link_token
from webapp.accounts.sessions import end_all
from webapp.app import create_app
from webapp.clock import utc_now
from webapp.config import Environment, Settings
from webapp.consents.unsubscribe_links import token_for
from webapp.db import db
from webapp.guard import limiter
from webapp.subjects.models import Subject

Limited = Callable[[str], PageClient]
Captured = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
SignIn = Callable[[Person], PageClient]
HTMX = {"HX-Request": "true"}


class TestHealth:
    def test_a_process_that_answers_is_healthy(self, client: PageClient) -> None:
        assert client.get("/healthz").status_code == 200

    def test_an_installation_with_everything_is_ready(self, client: PageClient, everything: None) -> None:
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json == dict.fromkeys(("database", "queue", "workers", "cron", "journal", "mail"), "ok")

    @pytest.mark.parametrize(
        ("kind", "part"), [("service", "workers"), ("campaigns", "workers"), ("privacy", "workers"), ("cron", "cron")]
    )
    def test_what_was_not_seen_lately_is_named(
        self, client: PageClient, everything: None, kind: str, part: str
    ) -> None:
        db.session.query(queue.Heartbeat).filter_by(kind=kind).update({"seen_at": utc_now() - queue.DEAD_AFTER})
        db.session.commit()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert [name for name, state in answer.get_json().items() if state != "ok"] == [part]

    def test_a_relay_that_does_not_answer_is_named(self, client: PageClient, app: Flask, relay: TestRelay) -> None:
        relay.stop()
        try:
            check_relay()
            assert client.get("/readyz").get_json()["mail"] != "ok"
        finally:
            relay.start()
        check_relay()
        assert client.get("/readyz").get_json()["mail"] == "ok"

    def test_a_queue_that_is_away_is_named(self, client: PageClient, app: Flask, everything: None) -> None:
        here = app.extensions["redis"]
        app.extensions["redis"] = redis.Redis(port=free_port(), retry=Retry(NoBackoff(), 0))
        try:
            answer = client.get("/readyz")
        finally:
            app.extensions["redis"] = here
        assert answer.status_code == 503
        assert answer.get_json()["queue"] == "unreachable"

    @pytest.fixture
    def everything(self, app: Flask) -> None:
        for number, kind in enumerate([*queue.Queue, "cron", "mail"]):
            queue.beat(UUID(int=number), kind, now=utc_now())
        db.session.commit()


class TestHeaders:
    def test_pages_cannot_be_framed_sniffed_or_scripted(self, client: PageClient) -> None:
        headers = client.get("/sign-in").headers
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]

    @pytest.mark.parametrize("method", ["GET", "OPTIONS"])
    def test_no_other_origin_is_let_in(self, client: PageClient, method: str) -> None:
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        headers = client.open("/sign-in", method=method, headers=asked).headers
        assert not [name for name, _value in headers if name.lower().startswith("access-control")]

    def test_no_two_pages_share_a_nonce(self, client: PageClient) -> None:
        policies = {client.get("/").headers["Content-Security-Policy"] for _ in range(3)}
        assert len(policies) == 3

    def test_private_pages_stay_out_of_caches(self, client: PageClient, sign_in: SignIn) -> None:
        sign_in(person())
        for path in ("/account", "/nowhere", "/confirm/cut-short"):
            assert "no-store" in client.get(path).headers["Cache-Control"]
        assert "no-store" not in client.get("/static/css/candor.css").headers["Cache-Control"]

    def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(self, client: PageClient) -> None:
        cookie = client.get("/sign-in").headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie

    def test_under_https_every_cookie_belongs_to_this_host_alone(
        self, app: Flask, client: PageClient, settings: Settings
    ) -> None:
        anna = db.session.get_one(Account, person().id)
        secure = create_app(settings.model_copy(update={"public_url": "https://candor.example"}))
        browser, base = secure.test_client(), "https://candor.example"
        reset = browser.get(f"/password/reset/{link_token(anna, now=utc_now())}", base_url=base)
        token = token_in(browser.get("/sign-in", base_url=base).text)
        entries = {"email": "anna@example.org", "password": PASSWORD, "csrf_token": token}
        headers = {"Referer": f"{base}/sign-in"}
        signed_in = browser.post("/sign-in", data=entries, base_url=base, headers=headers)
        cookies = [*reset.headers.getlist("Set-Cookie"), *signed_in.headers.getlist("Set-Cookie")]
        assert {cookie.partition("=")[0] for cookie in cookies} == {
            "__Host-session",
            "__Host-device",
            "__Host-password_reset",
        }
        for cookie in cookies:
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; ")), cookie

    def test_under_https_nothing_goes_over_http_and_no_subdomain_can_set_the_session_cookie(
        self, app: Flask, settings: Settings
    ) -> None:
        secure = create_app(settings.model_copy(update={"public_url": "https://candor.example"}))
        answer = secure.test_client().get("/sign-in", base_url="https://candor.example")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-session=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain=" not in cookie


class TestProxies:
    """Who asks is what limits count by and what people see in their list of devices."""

    @pytest.mark.parametrize(("trusted", "network"), [(0, "127.0.0.1"), (1, "203.0.113.7")])
    def test_a_forwarded_address_counts_only_from_a_proxy_of_ours(
        self, app: Flask, settings: Settings, trusted: int, network: str
    ) -> None:
        behind = create_app(settings.model_copy(update={"trusted_proxies": trusted}))
        behind.add_url_rule("/who", "who", public(lambda: str(request.remote_addr)))
        assert behind.test_client().get("/who", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.7"}).text == network


class TestAddress:
    """A name in the Host header that is not ours is turned away, so that nothing can be built from it."""

    FORGED = (
        "evil.example",
        "localhost.evil.example",
        "localhost:8000",
        "evil.example:80",
        "localhost@evil.example",
        "",
    )

    @pytest.mark.parametrize("host", FORGED)
    @pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/static/css/candor.css"])
    def test_a_forged_host_gets_nothing(self, client: PageClient, host: str, path: str) -> None:
        refused = client.get(path, headers={"Host": host})
        assert refused.status_code == 400
        assert "evil" not in refused.text

    @pytest.mark.parametrize("header", ["X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-URL", "X-Rewrite-URL"])
    def test_no_other_header_names_the_host_or_the_page(self, app: Flask, settings: Settings, header: str) -> None:
        behind = create_app(settings.model_copy(update={"trusted_proxies": 1}))
        answer = behind.test_client().get("/account", headers={header: "host=evil.example/staff"})
        assert answer.headers["Location"] == "/sign-in?next=/account"

    def test_monitors_may_call_a_server_by_its_number(self, client: PageClient) -> None:
        assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200


class TestSender:
    """What another website makes a browser send, even with the person's cookies, does nothing."""

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
    def test_a_form_of_another_website_does_nothing_even_with_a_token(
        self, client: PageClient, sign_in: SignIn, site: str
    ) -> None:
        sign_in(person())
        refused = client.submit("/sign-out", page="/account/profile", headers={"Sec-Fetch-Site": site})
        assert refused.status_code == 403
        assert "Sent from another website" in refused.text
        assert client.get("/account/profile").status_code == 200

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    def test_our_own_forms_work(self, client: PageClient, sign_in: SignIn, site: str) -> None:
        sign_in(person())
        assert client.submit("/sign-out", page="/account", headers={"Sec-Fetch-Site": site}).status_code == 303

    def test_a_link_on_another_website_may_lead_here(self, client: PageClient) -> None:
        assert client.get("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200

    def test_any_mail_program_may_unsubscribe(self, client: PageClient) -> None:
        token = token_for(UUID(int=1), topic_id=UUID(int=2), campaign_id=None)
        one_click = {"List-Unsubscribe": "One-Click"}
        answer = client.post(f"/unsubscribe/{token}", data=one_click, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 200


class TestErrors:
    def test_an_unknown_address_is_a_page_for_people_and_a_fragment_for_htmx(self, client: PageClient) -> None:
        page, fragment = client.get("/nowhere"), client.get("/nowhere", headers=HTMX)
        assert page.status_code == fragment.status_code == 404
        assert "<html" in page.text
        assert "<html" not in fragment.text
        assert 'role="alert"' in fragment.text

    def test_a_history_restore_gets_the_whole_page(self, client: PageClient) -> None:
        restored = client.get("/nowhere", headers=HTMX | {"HX-History-Restore-Request": "true"})
        assert "<html" in restored.text

    def test_a_form_without_its_token_changes_nothing_and_says_what_to_do(self, client: PageClient) -> None:
        refused = client.post("/sign-in", data={"email": "anna@example.org", "password": "x"})
        assert refused.status_code == 400
        assert "reload it and try again" in refused.text

    def test_too_large_a_body_is_refused_with_words(self, client: PageClient, settings: Settings) -> None:
        refused = client.post("/sign-in", data={"email": "x" * (settings.upload_limit_bytes + 1)})
        assert refused.status_code == 413
        assert "larger than we accept" in refused.text

    def test_too_many_tries_from_one_network_are_told_to_wait(
        self, limited: Limited, settings: Settings, app: Flask
    ) -> None:
        answers = guess(limited(settings.redis_url), times=60)
        assert answers[0].status_code == 422
        assert answers[-1].status_code == 429
        assert "Too many tries" in answers[-1].text

    def test_with_redis_away_people_still_sign_in_and_are_still_limited(self, limited: Limited, app: Flask) -> None:
        client = limited(f"redis://127.0.0.1:{free_port()}/0")
        anna = person()
        assert client.submit("/sign-in", {"email": anna.email, "password": anna.password}).status_code == 303
        assert guess(limited(f"redis://127.0.0.1:{free_port()}/0"), times=60)[-1].status_code == 429

    @pytest.fixture
    def limited(self, settings: Settings) -> Iterator[Limited]:
        """The app with limits on, which are off in all other tests."""

        def with_redis(url: str) -> PageClient:
            app = create_app(settings.model_copy(update={"rate_limits": True, "redis_url": url}))
            app.test_client_class = PageClient
            return cast(PageClient, app.test_client())

        yield with_redis
        limiter.enabled = False

    def test_a_bug_is_a_calm_page_without_a_stack(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        monkeypatch.setitem(app.view_functions, "portal.home", broken)
        for headers in ({}, HTMX):
            answer = app.test_client().get("/", headers=headers)
            assert answer.status_code == 500
            assert "ZeroDivisionError" not in answer.text
            assert "Something broke on our side" in answer.text


def guess(client: PageClient, *, times: int) -> list[TestResponse]:
    """Sign-ins without an address, which cost no password hash."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert token
    return [client.post("/sign-in", data={"csrf_token": token[1]}) for _ in range(times)]


def broken() -> str:
    return str(1 / 0)


broken.allowed = None  # type: ignore[attr-defined]  # public


class TestAccess:
    def test_visitors_are_led_to_sign_in_and_back(self, client: PageClient) -> None:
        led = client.get("/account/profile?x=1")
        assert led.status_code == 303
        assert led.headers["Location"] == "/sign-in?next=/account/profile?x%3D1"

    def test_htmx_is_told_to_load_the_sign_in_page(self, client: PageClient) -> None:
        led = client.get("/account/profile", headers=HTMX)
        assert led.headers["HX-Redirect"].startswith("/sign-in")

    @pytest.mark.parametrize("path", ["/account/profile", "/account/preferences?a=b"])
    def test_a_sign_in_that_ends_in_the_middle_of_a_page_leads_back_to_that_page(
        self, client: PageClient, sign_in: SignIn, path: str
    ) -> None:
        anna = person()
        sign_in(anna)
        end_all(db.session.get_one(Subject, anna.id), now=utc_now())
        led = client.get("/account/profile/name", headers=HTMX | {"HX-Current-URL": f"http://localhost{path}#name"})
        asked = client.get(led.headers["HX-Redirect"])
        assert "Please sign in to go on." in asked.text
        wanted = re.search(r'name="next" value="([^"]+)"', asked.text)
        assert wanted
        back = client.submit("/sign-in", {"email": anna.email, "password": anna.password, "next": wanted[1]})
        assert back.location == path

    @pytest.mark.parametrize("headers", [HTMX, {}])
    def test_a_form_sent_after_the_sign_in_ended_leads_back_to_its_page(
        self, client: PageClient, headers: dict[str, str]
    ) -> None:
        page = "http://localhost/account/profile"
        answer = client.post("/account/profile/name", headers=headers | {"Referer": page, "HX-Current-URL": page})
        led = answer.headers.get("HX-Redirect") or answer.location
        assert led == "/sign-in?next=/account/profile"

    @pytest.mark.parametrize(
        "elsewhere", ["http://evil.example/account", "http://localhost.evil.example/", "http://localhost@evil.example/"]
    )
    def test_a_page_elsewhere_is_not_led_back_to(self, client: PageClient, elsewhere: str) -> None:
        led = client.get("/account/profile", headers=HTMX | {"HX-Current-URL": elsewhere})
        assert led.headers["HX-Redirect"] == "/sign-in"

    def test_a_path_that_browsers_read_as_another_website_is_not_led_back_to(self, client: PageClient) -> None:
        led = client.get("/account/profile", headers=HTMX | {"HX-Current-URL": "http://localhost//evil.example"})
        assert "evil" not in client.get(led.headers["HX-Redirect"]).text

    @pytest.mark.parametrize(
        ("network", "opens"),
        [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("2001:db8::7", True), ("11.1.2.3", False), ("::1", False)],
    )
    def test_pages_for_work_open_only_from_the_networks_of_the_company(
        self,
        client: PageClient,
        app: Flask,
        sign_in: SignIn,
        monkeypatch: pytest.MonkeyPatch,
        network: str,
        opens: bool,
    ) -> None:
        given = app.extensions["settings"].model_dump() | {"staff_networks": "10.0.0.0/8, 2001:db8::/32"}
        monkeypatch.setitem(app.extensions, "settings", Settings.model_validate(given))
        sign_in(person(role=Role.MARKETER))
        here = {"REMOTE_ADDR": network}
        answer = client.get("/marketing/campaigns", environ_overrides=here)
        assert answer.status_code == (200 if opens else 403)
        assert ("Not from this network" in answer.text) is not opens
        assert client.get("/account", environ_overrides=here).status_code == 200

    @pytest.mark.parametrize("role", Role)
    def test_marketing_is_for_marketers_and_administrators(
        self, client: PageClient, sign_in: SignIn, role: Role
    ) -> None:
        sign_in(person(role=role))
        allowed = role in {Role.MARKETER, Role.ADMINISTRATOR}
        assert client.get("/marketing/campaigns").status_code == (200 if allowed else 403)

    def test_a_route_that_declares_nothing_is_closed_to_everybody(self) -> None:
        assert not may_use(lambda: "", Role.ADMINISTRATOR)
        assert not may_use(lambda: "", None)

    def test_everybody_includes_every_role(self) -> None:
        assert frozenset(Role) == EVERYBODY_SIGNED_IN


class TestLanguages:
    @pytest.mark.parametrize(
        ("asked", "spoken"),
        [("de-CH,de;q=0.9", "de"), ("fr", "fr"), ("it-IT", "it"), ("pt", "en"), ("*", "en"), ("<script>", "en")],
    )
    def test_a_visitor_is_spoken_to_as_the_browser_asks(self, client: PageClient, asked: str, spoken: str) -> None:
        assert f'<html lang="{spoken}"' in client.get("/", headers={"Accept-Language": asked}).text

    def test_a_choice_stays(self, client: PageClient) -> None:
        client.submit("/language", {"language": "it", "next": "/"}, page="/")
        assert '<html lang="it"' in client.get("/", headers={"Accept-Language": "de"}).text

    @pytest.mark.parametrize("language", ["xx", "", "en\r\nSet-Cookie: x=1", "../de"])
    def test_a_language_that_is_not_offered_is_refused(self, client: PageClient, language: str) -> None:
        answer = client.submit("/language", {"language": language, "next": "/"}, page="/")
        assert answer.status_code in {303, 400}
        assert '<html lang="en"' in client.get("/").text


class TestLogs:
    def test_a_line_is_json_and_has_no_address(self, settings: Settings, capsys: Captured) -> None:
        logs.configure(settings)
        structlog.get_logger("x").info("refused", reply="550 <anna@example.org> unknown")
        logging.getLogger("y").warning("mail to anna@example.org failed")
        lines = capsys.readouterr().err.splitlines()
        assert [json.loads(line)["level"] for line in lines] == ["info", "warning"]
        assert "anna" not in "".join(lines)

    def test_an_exception_is_told_without_its_addresses(self, settings: Settings, capsys: Captured) -> None:
        logs.configure(settings)
        try:
            raise ValueError("no such person: anna@example.org")
        except ValueError:
            logging.getLogger("y").exception("failed")
        [line] = capsys.readouterr().err.splitlines()
        assert "ValueError" in line
        assert "anna" not in line


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"demo_mail_folder": "/var/mail"},
            {"demo_authenticator_key": "A" * 32},
            {"public_url": "http://candor.example"},
            {"public_url": "https://candor.example/"},
            {"secret_keys": "short"},
            {"secret_keys": ""},
            {"encryption_keys": "YWJj"},
            {"permanent_key": "not base64!"},
            {"brand_colour": "red"},
            {"staff_networks": "10.0.0.1/8"},
            {"staff_networks": "our office"},
        ],
    )
    def test_production_refuses_settings_that_would_hurt(self, wrong: dict[str, str]) -> None:
        key = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
        right = {
            "environment": Environment.PRODUCTION,
            "database_url": "postgresql+psycopg://localhost/candor",
            "redis_url": "redis://localhost",
            "storage_url": "file:///srv/candor",
            "public_url": "https://candor.example",
            "secret_keys": "a" * 40,
            "encryption_keys": key,
            "permanent_key": key,
        }
        Settings.model_validate(right)
        with pytest.raises(ValidationError):
            Settings.model_validate(right | wrong)
