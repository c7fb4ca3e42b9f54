"""The page about cookies, the choice about data on use, and browsers that say no for their person."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import another_browser
from tests.pages import PageClient
from tests.people import Person, person, topic
from tests.signed_in import signed_in
from webapp.clock import utc_now
from webapp.consents import choices, tracking
from webapp.consents.models import Consent, ConsentPurpose, Method, TrackingChoice
from webapp.consents.unsubscribe_links import token_for
from webapp.db import db
from webapp.portal.cookies import WORDS
from webapp.privacy.data_map.places import COOKIES
from webapp.subjects.models import Subject

PREFERENCES, COOKIE_PAGE = "/account/preferences", "/cookies"
SWITCH = "/account/preferences/tracking/usage"
SIGNAL = {"Sec-GPC": "1"}
USAGE = ConsentPurpose.USAGE
SignIn = Callable[[Person], PageClient]


@pytest.fixture
def anna(sign_in: SignIn) -> Person:
    anna = person()
    sign_in(anna)
    return anna


def allows(who: Person) -> set[ConsentPurpose]:
    db.session.expire_all()
    return {kind for _subject, kind in tracking.allowed([who.id])}


def ledger() -> list[tuple[ConsentPurpose, bool, Method]]:
    lines = db.session.scalars(select(Consent).order_by(Consent.at, Consent.purpose.desc()))
    return [(line.purpose, line.given, line.method) for line in lines]


def test_every_cookie_of_the_data_map_is_explained() -> None:
    assert set(WORDS) == {name for name in COOKIES if not name.startswith("__Host-")}


def test_a_visitor_reads_which_cookies_there_are_and_has_nothing_to_switch_off(client: PageClient) -> None:
    page = client.get(COOKIE_PAGE).text
    for name in WORDS:
        assert name in page
    assert "You are not signed in" in page
    assert 'role="switch"' not in page


def test_a_visitor_whose_browser_says_no_is_told_so(client: PageClient) -> None:
    assert "Your browser says no for you" in client.get(COOKIE_PAGE, headers=SIGNAL).text


@pytest.mark.parametrize(
    ("url", "page", "method"),
    [(SWITCH, PREFERENCES, Method.ACCOUNT), (f"{SWITCH}/cookies", COOKIE_PAGE, Method.COOKIES_PAGE)],
)
def test_a_switch_works_without_javascript_in_the_account_and_beside_the_cookies(
    client: PageClient, anna: Person, url: str, page: str, method: Method
) -> None:
    assert client.submit(url, {"on": "1"}, page=page).location == f"{page}#tracking"
    assert allows(anna) == {USAGE}
    assert "Allowed: Improve the services by how I use them" in client.get(page).text
    client.submit(url, {"on": "0"}, page=page)
    assert allows(anna) == set()
    assert ledger() == [(USAGE, True, method), (USAGE, False, method)]


def test_a_switch_answers_htmx_with_both_switches(client: PageClient, anna: Person) -> None:
    response = client.submit(SWITCH, {"on": "1"}, page=PREFERENCES, headers={"HX-Request": "true"})
    assert response.text.lstrip().startswith('<div id="tracking"')
    assert response.text.count('role="switch"') == 2
    assert "<html" not in response.text


def test_what_is_said_about_use_is_not_taken_for_something_about_topics(client: PageClient, anna: Person) -> None:
    topic()
    client.submit(SWITCH, {"on": "1"}, page=PREFERENCES)
    client.submit(SWITCH, {"on": "0"}, page=PREFERENCES)
    [about_topic] = choices.of_subject(db.session.get_one(Subject, anna.id)).topics
    assert about_topic.last is None


@pytest.mark.parametrize("on", ["", "2", "yes"])
def test_a_switch_is_on_or_off(client: PageClient, anna: Person, on: str) -> None:
    assert client.submit(SWITCH, {"on": on}, page=PREFERENCES).status_code == 400


def test_there_are_no_other_kinds(client: PageClient, anna: Person) -> None:
    assert client.submit("/account/preferences/tracking/topic", {"on": "1"}, page=PREFERENCES).status_code == 404


def test_the_link_in_an_email_changes_it_too(client: PageClient, app: Flask) -> None:
    who = person()
    preferences = f"/preferences/{token_for(who.id, topic_id=topic(), campaign_id=None)}"
    assert "in your account" not in client.get(preferences).text
    client.submit(f"{preferences}/tracking/nearby", {"on": "1"}, page=preferences)
    assert allows(who) == {ConsentPurpose.NEARBY}
    client.submit(f"{preferences}/tracking/nearby", {"on": "0"}, page=preferences)
    assert allows(who) == set()


def test_a_browser_that_says_no_is_heeded_from_the_first_page_on(client: PageClient, anna: Person) -> None:
    client.submit(SWITCH, {"on": "1"}, page=PREFERENCES)
    page = client.get(PREFERENCES, headers=SIGNAL, follow_redirects=True).text
    assert allows(anna) == set()
    assert "by the privacy signal of your browser" in page
    assert "Your browser says no for you" in page
    assert ledger()[1:] == [(kind, False, Method.PRIVACY_SIGNAL) for kind in (USAGE, ConsentPurpose.NEARBY)]


def test_a_signal_that_comes_and_goes_leaves_two_lines_and_turns_nothing_on(client: PageClient, anna: Person) -> None:
    for _time in range(5):
        client.get("/account", headers=SIGNAL)
        client.get("/account")
    assert len(ledger()) == 2
    assert allows(anna) == set()


def test_what_is_allowed_in_view_of_the_signal_holds_at_the_next_sign_in(
    client: PageClient, anna: Person, app: Flask
) -> None:
    client.submit(SWITCH, {"on": "1"}, page=PREFERENCES, headers=SIGNAL)
    signed_in(another_browser(app), anna).get("/account", headers=SIGNAL)
    assert allows(anna) == {USAGE}


def test_what_was_allowed_elsewhere_ends_at_the_next_sign_in_with_the_signal(
    client: PageClient, anna: Person, app: Flask
) -> None:
    client.get("/account", headers=SIGNAL)
    chosen = db.session.get_one(TrackingChoice, (anna.id, USAGE))
    chosen.allowed, chosen.changed_at = True, utc_now()
    db.session.commit()
    client.get("/account", headers=SIGNAL)
    assert allows(anna) == {USAGE}  # this sign-in was heeded before that yes
    signed_in(another_browser(app), anna).get("/account", headers=SIGNAL)
    assert allows(anna) == set()


@pytest.mark.parametrize("value", ["", "0", "true", "1, 1", "1;a"])
def test_only_the_one_value_of_the_standard_counts(client: PageClient, anna: Person, value: str) -> None:
    client.submit(SWITCH, {"on": "1"}, page=PREFERENCES)
    client.get("/account", headers={"Sec-GPC": value})
    assert allows(anna) == {USAGE}


def test_our_support_of_the_signal_can_be_read_by_programs(client: PageClient) -> None:
    response = client.get("/.well-known/gpc.json")
    assert response.mimetype == "application/json"
    assert response.get_json() == {"gpc": True, "lastUpdate": "2026-11-23"}


def test_only_necessary_cookies_are_set_before_and_after_every_choice(client: PageClient, sign_in: SignIn) -> None:
    """Whatever is chosen, it is in our ledger and not in the browser."""

    def names() -> set[str]:
        return {cookie.key for cookie in (client._cookies or {}).values()}

    client.get(COOKIE_PAGE, headers=SIGNAL)
    assert names() <= {"session"}
    sign_in(person())
    before = names()
    for on in ("1", "0"):
        client.submit(SWITCH, {"on": on}, page=PREFERENCES)
        client.submit(f"{SWITCH}/cookies", {"on": on}, page=COOKIE_PAGE, headers=SIGNAL)
    assert names() == before <= {"session", "device"}


def test_our_scripts_keep_nothing_in_the_stores_of_a_browser() -> None:
    scripts = Path("webapp/static/js").glob("*.js")
    for store in ("localStorage", "sessionStorage", "indexedDB", "document.cookie"):
        assert not [script.name for script in scripts if store in script.read_text()], store
