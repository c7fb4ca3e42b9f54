"""The check-up, and what happened on an account."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.accounts.browsers import another_browser, can_sign_in
from tests.accounts.mailbox import link, newest, subjects
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay
from webapp import audit
from webapp.accounts.factors.models import Passkey, RecoveryCode
from webapp.accounts.models import Account
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.portal import activity
from webapp.subjects.models import Subject

ANNA = "anna@example.org"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605 Version/18.5 Mobile/15 Safari/604"
MADE_SAFE = "Your account was made safe: choose a new password"


@pytest.fixture
def anna(client: PageClient, sign_in: Callable[[Person], PageClient]) -> Person:
    anna = person(ANNA)
    sign_in(anna)
    return anna


def add_passkey(anna: Person, *, codes: int) -> None:
    key = {"credential_id": b"", "public_key": b"", "sign_count": 0, "transports": []}
    db.session.add(Passkey(subject_id=anna.id, name="Phone", added_at=utc_now(), **key))
    for mark in range(codes):
        db.session.add(RecoveryCode(subject_id=anna.id, mark=str(mark), code_hash="", made_at=utc_now()))
    db.session.commit()


def happen(anna: Person, action: Action, times: int = 1) -> None:
    for _ in range(times):
        audit.append(action, actor_id=anna.id, subject_id=anna.id, details=None, now=utc_now())
    db.session.commit()


def test_the_check_up_says_what_is_missing_and_where(client: PageClient, app: Flask, anna: Person) -> None:
    page = client.get("/account/check-up").text
    assert "One thing is worth your time" in page
    assert "Turn on a second factor" in page
    assert 'href="/account/security#second-factor"' in page
    assert can_sign_in(another_browser(app), ANNA)
    db.session.execute(update(Account).values(password_changed_at=utc_now() - timedelta(days=366)))
    page = client.get("/account/check-up").text
    assert "3 things are worth your time" in page
    assert page.index("Turn on a second factor") < page.index("Is your password still a good one?")
    for place in ("/account/devices", "/account/security/password", "/account/profile#profile-email"):
        assert f'href="{place}"' in page
        assert client.get(place).status_code == 200


def test_a_well_protected_account_is_told_so(client: PageClient, anna: Person) -> None:
    add_passkey(anna, codes=10)
    assert "Your account is well protected" in client.get("/account/check-up").text


@pytest.mark.parametrize(("left", "said"), [(0, "0 recovery codes are left"), (1, "1 recovery code is left")])
def test_few_recovery_codes_are_named(client: PageClient, anna: Person, left: int, said: str) -> None:
    add_passkey(anna, codes=left)
    page = client.get("/account/check-up").text
    assert said in page
    assert "One thing is worth your time" in page


def test_the_overview_and_the_security_page_lead_there(client: PageClient, anna: Person) -> None:
    for page in ("/account", "/account/security"):
        assert 'href="/account/check-up"' in client.get(page).text


def test_everything_that_can_happen_has_a_sentence() -> None:
    assert set(activity.SENTENCES) == set(Action)


def test_the_log_tells_what_happened_and_from_where(client: PageClient, app: Flask, anna: Person) -> None:
    phone = another_browser(app)
    phone.submit("/sign-in", {"email": ANNA, "password": PASSWORD}, headers={"User-Agent": SAFARI})
    page = client.get("/account/activity").text
    assert page.count("<strong>You signed in.") == 2
    assert "Safari on iPhone" in page
    assert "127.0.0.1" in page
    assert "By our staff" not in page


def test_what_staff_did_is_marked(client: PageClient, anna: Person) -> None:
    staff = person("staff@example.org")
    audit.append(Action.ROLE_CHANGED, actor_id=staff.id, subject_id=anna.id, details=None, now=utc_now())
    assert "By our staff" in client.get("/account/activity").text


def test_the_log_is_read_page_by_page(client: PageClient, app: Flask, anna: Person) -> None:
    happen(anna, Action.PASSWORD_KEPT)
    happen(anna, Action.LANGUAGE_CHANGED, times=activity.PAGE + 5)
    subject = db.session.get_one(Subject, anna.id)
    with app.test_request_context():
        first = activity.page(subject)
    assert (len(first.happenings), first.newer_than) == (activity.PAGE, None)
    with app.test_request_context():
        second = activity.page(subject, older_than=first.older_than)
    assert second.older_than is None
    assert len(second.happenings) == 7  # with the sign-in
    with app.test_request_context():
        back = activity.page(subject, newer_than=second.newer_than)
    assert [entry.id for entry in back.happenings] == [entry.id for entry in first.happenings]
    assert "You decided to keep" in client.get(f"/account/activity?older_than={first.older_than}").text


@pytest.mark.parametrize("place", ["x", "-1", "9" * 30, "1; DROP TABLE", ""])
def test_a_mistyped_place_shows_the_newest(client: PageClient, anna: Person, place: str) -> None:
    for name in ("older_than", "newer_than"):
        assert "You signed in." in client.get("/account/activity", query_string={name: place}).text


def test_nobody_reads_or_alarms_about_the_log_of_another(client: PageClient, app: Flask, anna: Person) -> None:
    bea = another_browser(app)
    person("bea@example.org")
    assert can_sign_in(bea, "bea@example.org")
    entry = db.session.scalars(
        select(AuditEntry.id).where(AuditEntry.subject_id == anna.id).order_by(AuditEntry.id)
    ).first()
    for url in (f"/account/activity/{entry}/not-me", f"/account/activity/{'9' * 30}/not-me"):
        assert bea.get(url).status_code == 404
        assert bea.submit(url, page="/account").status_code == 404
    assert client.get("/account").status_code == 200


def test_what_is_harmless_raises_no_alarm(client: PageClient, anna: Person) -> None:
    happen(anna, Action.LANGUAGE_CHANGED)
    entry = db.session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()
    assert client.get(f"/account/activity/{entry}/not-me").status_code == 404


def test_a_thief_who_changed_the_address_does_not_get_the_way_back(
    client: PageClient, app: Flask, anna: Person, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    thief = another_browser(app)
    assert can_sign_in(thief, ANNA)
    thief.submit("/account/profile/email", {"email": "thief@example.org"})
    run_jobs()
    assert thief.submit(link(newest(relay, "thief@example.org"))).status_code == 303
    signed_in = select(AuditEntry.id).where(AuditEntry.action == Action.SIGNED_IN).order_by(AuditEntry.id.desc())
    url = f"/account/activity/{db.session.scalars(signed_in).first()}/not-me"
    assert "This was not me" in client.get("/account/activity").text
    assert client.submit(url).location == "/account/secured"
    assert [browser.get("/account").status_code for browser in (client, thief)] == [303, 303]
    run_jobs()
    assert MADE_SAFE in subjects(relay, ANNA)
    assert MADE_SAFE not in subjects(relay, "thief@example.org")
