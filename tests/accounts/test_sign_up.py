"""Signing up: the form, the email, the link, and everybody who tries to misuse them."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.accounts.browsers import another_browser, can_sign_in, csrf_token, token_in, without_secrets
from tests.accounts.mailbox import link, newest, subjects
from tests.pages import PageClient
from tests.people import PASSWORD, person, topic
from tests.relay import TestRelay
from tests.sweeping import swept
from webapp import links
from webapp.accounts import sign_ups
from webapp.accounts.models import Account, Profile, SignUp
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.consents.models import Consent, Method, Subscription
from webapp.db import db
from webapp.links import Purpose
from webapp.subjects import subjects as people
from webapp.subjects.models import Subject

ANNA = {"email": "anna@example.org", "password": PASSWORD, "given_name": "Anna", "family_name": "Keller"}
RunJobs = Callable[[], None]


def account_of(address: str) -> Account | None:
    subject = people.find(address)
    return db.session.get(Account, subject.id) if subject else None


def sign_up(client: PageClient, **changes: object) -> None:
    response = client.submit("/sign-up", ANNA | changes)
    assert response.status_code == 303, response.text
    assert response.location == "/sign-up/sent"


def test_a_customer_signs_up_confirms_and_signs_in(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    sign_up(client)
    assert not can_sign_in(client, ANNA["email"])
    run_jobs()
    address = link(newest(relay, "anna@example.org"))
    page = client.get(address)
    assert "Confirm my address" in page.text
    assert 'name="password"' not in page.text
    response = client.submit(address)
    assert response.location == "/sign-in"
    assert "Your email address is confirmed" in client.get("/sign-in").text
    assert client.get("/account/profile").location == "/sign-in?next=/account/profile"  # no link signs anyone in
    assert can_sign_in(client, ANNA["email"])


def test_what_was_entered_becomes_the_profile(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    details = {
        "organization": "Keller & Söhne",
        "tel": "044 668 18 00",
        "street_address": "Seestrasse 12",
        "postal_code": "CH-8002",
        "city": "Zürich",
        "country": "CH",
    }
    sign_up(client, **details)
    assert db.session.scalar(select(func.count(Profile.subject_id))) == 0
    run_jobs()
    client.submit(link(newest(relay, "anna@example.org")))
    profile = db.session.scalars(select(Profile)).one()
    assert (profile.phone, profile.postal_code, profile.full_name) == ("+41446681800", "8002", "Anna Keller")
    assert (profile.organization, profile.city, profile.country) == ("Keller & Söhne", "Zürich", "CH")


def test_a_ticked_topic_becomes_a_consent_when_the_address_is_confirmed(
    client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    news, offers = topic("news", "Product news"), topic("offers", "Offers")
    page = client.get("/sign-up").text
    assert "checked" not in page
    sign_up(client, topics=str(news))
    assert db.session.scalar(select(func.count()).select_from(Consent)) == 0
    run_jobs()
    client.submit(link(newest(relay, "anna@example.org")))
    consent = db.session.scalars(select(Consent)).one()
    assert (consent.topic_id, consent.given, consent.method) == (news, True, Method.SIGN_UP_FORM)
    assert consent.wording == "Yes, send me “Product news” by email. About Product news"
    assert consent.wording in page
    assert db.session.get(Subscription, (consent.subject_id, news))
    assert not db.session.get(Subscription, (consent.subject_id, offers))


def test_a_topic_that_was_deleted_meanwhile_is_left_out(
    client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    news = topic()
    sign_up(client, topics=str(news))
    run_jobs()
    db.session.execute(db.metadata.tables["topics"].delete())
    client.submit(link(newest(relay, "anna@example.org")))
    assert account_of("anna@example.org")
    assert db.session.scalar(select(func.count()).select_from(Consent)) == 0


def test_nobody_learns_whether_an_address_is_known(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    person("known@example.org")
    answers = [client.submit("/sign-up", ANNA | {"email": f"{who}@example.org"}) for who in ("known", "unknown")]
    assert len({(answer.status_code, answer.location) for answer in answers}) == 1
    pages = [client.get(answer.location) for answer in answers]
    assert len({(page.status_code, without_secrets(page.text)) for page in pages}) == 1
    run_jobs()
    assert subjects(relay, "known@example.org") == ["You have an account already"]
    assert subjects(relay, "unknown@example.org") == ["Confirm your email address"]


def test_the_owner_of_an_account_is_told_and_nothing_is_overwritten(
    client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    anna = person()
    sign_up(client, password="some other long password", given_name="Mallory")
    run_jobs()
    told = newest(relay, anna.email)
    assert "http://localhost/sign-in" in told.text
    assert "http://localhost/password/forgotten" in told.text
    assert "Hello Anna" in told.text
    assert db.session.get_one(Profile, anna.id).given_name == "Anna"
    assert not can_sign_in(client, ANNA["email"], "some other long password")
    assert can_sign_in(client, ANNA["email"])


def test_a_mailbox_is_not_flooded(client: PageClient, app: Flask, run_jobs: RunJobs, relay: TestRelay) -> None:
    person("known@example.org")
    for _ in range(3):
        sign_up(client, email="known@example.org")
    for _ in range(8):
        sign_up(another_browser(app))
    run_jobs()
    assert len(relay.to("known@example.org")) == 1
    assert len(relay.to("anna@example.org")) == sign_ups.MOST_EMAILS_AN_HOUR


def test_sending_the_form_twice_sends_one_email(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    sign_up(client)
    sign_up(client)
    run_jobs()
    client.submit(link(newest(relay, "anna@example.org")))
    assert len(relay.received) == 1
    assert can_sign_in(client, ANNA["email"])


def test_the_newest_entries_of_a_browser_count(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    sign_up(client, password="a first attempt, forgotten")
    sign_up(client)
    run_jobs()
    client.submit(link(newest(relay, "anna@example.org")))
    assert not can_sign_in(client, ANNA["email"], "a first attempt, forgotten")
    assert can_sign_in(client, ANNA["email"])


def test_who_signs_up_with_the_address_of_another_never_gets_in(
    client: PageClient, app: Flask, run_jobs: RunJobs, relay: TestRelay
) -> None:
    """Account pre-hijacking: the owner confirms in good faith what somebody else has prepared."""
    mallory = another_browser(app)
    sign_up(mallory, password="the password of Mallory")
    run_jobs()
    prepared = link(newest(relay, "anna@example.org"))
    assert 'name="password"' in client.get(prepared).text
    assert client.submit(prepared).status_code == 422
    assert client.submit(prepared, {"password": PASSWORD}).status_code == 422
    assert account_of("anna@example.org") is None
    sign_up(client)
    sign_up(mallory, password="the password of Mallory")
    run_jobs()
    own = next(link(email) for email in relay.to("anna@example.org") if link(email) != prepared)
    assert client.submit(own).status_code == 303
    assert client.submit(prepared).status_code == 303  # says that it is done already
    assert not can_sign_in(client, ANNA["email"], "the password of Mallory")
    assert can_sign_in(client, ANNA["email"])
    assert db.session.scalar(select(func.count()).select_from(SignUp)) == 0


def test_on_another_device_the_password_confirms(
    client: PageClient, app: Flask, run_jobs: RunJobs, relay: TestRelay
) -> None:
    sign_up(client)
    run_jobs()
    phone, address = another_browser(app), link(newest(relay, "anna@example.org"))
    assert phone.submit(address, {"password": PASSWORD}).location == "/sign-in"
    assert can_sign_in(phone, ANNA["email"])


def test_scanners_that_open_the_link_fifty_times_use_nothing_up(
    client: PageClient, app: Flask, run_jobs: RunJobs, relay: TestRelay
) -> None:
    sign_up(client)
    run_jobs()
    address, scanner = link(newest(relay, "anna@example.org")), another_browser(app)
    for _ in range(25):
        assert scanner.get(address).status_code == 200
        assert scanner.head(address).status_code == 200
    assert scanner.submit(address).status_code == 422  # one that presses buttons, too
    assert account_of("anna@example.org") is None
    assert client.submit(address).status_code == 303
    assert can_sign_in(client, ANNA["email"])


def test_pressing_the_button_twice_or_in_two_tabs_is_harmless(
    client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    sign_up(client)
    run_jobs()
    address = link(newest(relay, "anna@example.org"))
    token = csrf_token(client, address)
    answers = [client.post(address, data={"csrf_token": token}) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/sign-in")] * 2
    assert len(actions(Action.SIGN_UP_CONFIRMED)) == 1


def test_a_used_link_says_that_it_is_done(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    sign_up(client)
    run_jobs()
    address = link(newest(relay, "anna@example.org"))
    client.submit(address)
    page = client.get(address)
    assert page.status_code == 200
    assert "Your address is confirmed" in page.text


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t[:20], lambda t: "x" + t, lambda t: t + "AAAA", lambda t: "."]
)
def test_a_truncated_or_changed_link_says_so(
    client: PageClient, run_jobs: RunJobs, relay: TestRelay, spoil: Callable[[str], str]
) -> None:
    sign_up(client)
    run_jobs()
    token = link(newest(relay, "anna@example.org")).removeprefix("/confirm/")
    answer = client.get(f"/confirm/{spoil(token)}")
    assert answer.status_code == 404
    assert "This link does not work" in answer.text
    assert client.submit(f"/confirm/{spoil(token)}", page="/sign-up").status_code == 404
    assert account_of("anna@example.org") is None


def test_a_link_for_something_else_does_not_confirm(client: PageClient) -> None:
    sign_up(client)
    entered = db.session.scalars(select(SignUp)).one()
    ids = {"sign_up": str(entered.id), "subject": str(entered.subject_id)}
    token = links.sign(Purpose.RESET_PASSWORD, now=utc_now(), **ids)
    assert client.get(f"/confirm/{token}").status_code == 404


def test_an_expired_link_offers_a_new_one(client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    sign_up(client)
    entered = db.session.scalars(select(SignUp)).one()
    entered.link_sent_at = utc_now() - timedelta(days=4)
    old = sign_ups.link_token(entered, now=utc_now() - timedelta(days=3, seconds=1))
    page = client.get(f"/confirm/{old}")
    assert page.status_code == 410
    assert "This link is too old" in page.text
    assert client.submit(f"/confirm/{old}", page="/sign-up").status_code == 410
    assert client.submit(f"/confirm/{old}/renewal", page=f"/confirm/{old}").location == "/sign-up/sent"
    run_jobs()
    assert client.submit(link(newest(relay, "anna@example.org"))).status_code == 303
    assert can_sign_in(client, ANNA["email"])


def test_a_link_lives_three_days(client: PageClient) -> None:
    sign_up(client)
    entered = db.session.scalars(select(SignUp)).one()
    token = sign_ups.link_token(entered, now=utc_now() - timedelta(days=3) + timedelta(minutes=1))
    assert client.submit(f"/confirm/{token}").status_code == 303


def test_what_nobody_confirmed_is_forgotten(client: PageClient) -> None:
    sign_up(client)
    token = sign_ups.link_token(db.session.scalars(select(SignUp)).one(), now=utc_now())
    swept(utc_now() + timedelta(days=13), "sign_ups")
    assert client.get(f"/confirm/{token}").status_code == 200
    swept(utc_now() + timedelta(days=14), "sign_ups")
    answer = client.get(f"/confirm/{token}")
    assert answer.status_code == 410
    assert "Please sign up again" in answer.text


def test_a_person_we_know_without_an_account_keeps_their_details(
    client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    subject = people.find_or_create("anna@example.org", language="de")
    db.session.add(Profile(subject_id=subject.id, given_name="A.", family_name="K.", city="Chur", changed_at=utc_now()))
    sign_up(client)
    assert db.session.scalars(select(Profile.given_name)).one() == "A."
    assert db.session.scalars(select(Subject.language)).one() == "de"
    run_jobs()
    client.submit(link(newest(relay, "anna@example.org")))
    profile = db.session.scalars(select(Profile)).one()
    assert (profile.given_name, profile.city) == ("Anna", "Chur")
    assert db.session.scalars(select(Subject.language)).one() == "en"


@pytest.mark.parametrize("name", ["🦄🏔️", "فاطمة الزهراء", "שָׁלוֹם", "O’Brien-Smith", "Nguyễn Thị", "李"])
def test_names_of_every_script_are_welcome(client: PageClient, run_jobs: RunJobs, relay: TestRelay, name: str) -> None:
    sign_up(client, given_name=name)
    run_jobs()
    client.submit(link(newest(relay, "anna@example.org")))
    assert can_sign_in(client, ANNA["email"])
    assert name in client.get("/account/profile").text


NAMES = {
    "": "Enter your first name.",
    "   ": "Enter your first name.",
    "\u200b": "Please write something that can be read.",
    "Eve\r\nBcc: all@example.org": "Please leave out line breaks",
    "Eve\0": "Please leave out line breaks",
    "Eve\u202egnp.exe": "Please leave out line breaks",
    "E" * 101: "Please use no more than 100 characters.",
}


@pytest.mark.parametrize(("name", "answer"), NAMES.items())
def test_names_that_break_things_are_refused(client: PageClient, name: str, answer: str) -> None:
    response = client.submit("/sign-up", ANNA | {"given_name": name})
    assert response.status_code == 422
    assert answer in response.text
    assert db.session.scalar(select(func.count()).select_from(Subject)) == 0


BAD_INPUT = {
    "email": [
        "",
        "anna",
        "anna@",
        "anna@example",
        "a" * 300 + "@example.org",
        "anna@example.org\0",
        "a\r\nBcc: b@example.org",
    ],
    "password": [
        "",
        "short",
        "p" * 257,
        "a null \0 byte in a password",
        "annakeller and more",
        "my anna@example.org pass",
    ],
    "tel": ["12", "not a number", "+41 44 668 18 00 12345", "044 668 18 00 ext. 5", "0" * 50, "044\0"],
    "country": ["XX", "Switzerland", "\0"],
    "topics": ["1", str(UUID(int=1)), "\0"],
    "city": ["Chur\nBcc", "\0", "C" * 101, "Chur"],
    "organization": ["\0", "O" * 201],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in BAD_INPUT.items() for value in values]
)
def test_bad_input_is_refused_with_a_word_about_it(client: PageClient, field: str, value: str) -> None:
    response = client.submit("/sign-up", ANNA | {field: value})
    assert response.status_code == 422
    assert 'class="error"' in response.text
    assert db.session.scalar(select(func.count()).select_from(Subject)) == 0


def test_the_email_repeats_nothing_that_a_stranger_typed(
    client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    sign_up(client, given_name="You won! Visit evil.example", family_name="Bcc: all@example.org")
    run_jobs()
    received = newest(relay, "anna@example.org")
    assert "evil.example" not in received.raw.decode()
    assert received.email["Bcc"] is None


def test_links_in_emails_ignore_the_forwarded_host(app: Flask, run_jobs: RunJobs, relay: TestRelay) -> None:
    """A forged Host header gets no answer at all: see test_house.py."""
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    stranger = another_browser(app)
    page = stranger.get("/sign-up", headers=headers)
    assert "evil.example" not in page.text
    data = ANNA | {"csrf_token": token_in(page.text)}
    assert stranger.post("/sign-up", data=data, headers=headers).status_code == 303
    run_jobs()
    assert relay.received
    for received in relay.received:
        assert "evil.example" not in received.raw.decode()
        assert "http://localhost/confirm/" in received.text


def test_a_form_without_its_csrf_token_is_refused(client: PageClient, app: Flask) -> None:
    client.get("/sign-up")
    assert client.post("/sign-up", data=ANNA).status_code == 400
    assert client.post("/sign-up", data=ANNA | {"csrf_token": "forged"}).status_code == 400
    assert another_browser(app).post("/sign-up", data=ANNA).status_code == 400
    assert db.session.scalar(select(func.count()).select_from(Subject)) == 0


def test_who_is_signed_in_needs_no_second_account(client: PageClient) -> None:
    person()
    assert can_sign_in(client, ANNA["email"])
    assert client.get("/sign-up").location == "/account"


def actions(action: Action) -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))
