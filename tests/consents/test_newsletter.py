"""The newsletter for people without an account: the form, the email, the button, and everybody who misuses them."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.accounts.browsers import without_secrets
from tests.accounts.mailbox import link, newest
from tests.pages import PageClient
from tests.people import Person, person, topic
from tests.relay import TestRelay
from tests.sweeping import swept
from webapp import links
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.consents import newsletter, subscriptions
from webapp.consents.models import Consent, Method, NewsletterRequest, Subscription, Suppression, SuppressionReason
from webapp.db import db
from webapp.links import Purpose
from webapp.mail.models import Message
from webapp.subjects import subjects
from webapp.subjects.models import Subject

NORA = "nora@example.org"
RunJobs = Callable[[], None]
SignIn = Callable[[Person], PageClient]


@pytest.fixture
def news(app: Flask) -> UUID:
    return topic()


def ask(client: PageClient, *topics: UUID, email: str = NORA, language: str = "en") -> None:
    entries = {"email": email, "topics": [str(topic_id) for topic_id in topics], "language": language}
    response = client.submit("/newsletter", entries)
    assert response.status_code == 303, response.text
    assert response.location == "/newsletter/sent"


def ask_and_open(client: PageClient, run_jobs: RunJobs, relay: TestRelay, *topics: UUID) -> str:
    ask(client, *topics)
    run_jobs()
    return link(newest(relay, NORA))


def subscribed(address: str = NORA) -> set[UUID]:
    db.session.expire_all()
    subject = subjects.find(address)
    return subscriptions.subscribed_topic_ids(subject) if subject else set()


def later(delta: timedelta) -> None:
    """As if it had been asked for that long ago."""
    db.session.execute(update(NewsletterRequest).values(asked_at=NewsletterRequest.asked_at - delta))
    db.session.commit()


def suppress(address: str, reason: SuppressionReason) -> None:
    subject = subjects.find_or_create(address, language="en")
    db.session.add(Suppression(address_hash=subject.address_hash, reason=reason, at=utc_now()))
    db.session.commit()


def test_nothing_comes_before_the_mailbox_says_yes(
    client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay
) -> None:
    address = ask_and_open(client, run_jobs, relay, news)
    page = client.get(address)
    assert "Yes, send me the newsletter" in page.text
    assert "n•••@example.org" in page.text
    assert subscribed() == set()
    assert client.submit(address).location == address
    assert "Welcome to our newsletter" in client.get(address).text
    assert subscribed() == {news}


def test_the_ledger_tells_the_whole_way(client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay) -> None:
    client.submit(ask_and_open(client, run_jobs, relay, news))
    [line] = db.session.scalars(select(Consent))
    assert (line.method, line.given, line.topic_id, line.language) == (Method.NEWSLETTER, True, news, "en")
    assert line.wording == "Yes, send me “Product news” by email. About Product news"
    assert (line.wording_version, line.network) == ("topic box/1", "127.0.0.1")
    assert line.evidence.startswith("form 20")
    assert line.evidence.endswith(" 127.0.0.1")
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == [Action.NEWSLETTER_ASKED, Action.CONSENT_GIVEN]


def test_who_subscribed_changes_their_mind_without_an_account(
    client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay
) -> None:
    address = ask_and_open(client, run_jobs, relay, news)
    client.submit(address)
    preferences = client.get(address).text.split('href="/preferences/')[1].split('"')[0]
    client.submit(f"/preferences/{preferences}/topics/{news}", {"on": "0"}, page=f"/preferences/{preferences}")
    assert subscribed() == set()


def test_the_email_repeats_nothing_that_was_typed(
    client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay
) -> None:
    ask(client, news)
    run_jobs()
    assert "Product news" not in newest(relay, NORA).text


def test_it_speaks_the_language_that_was_chosen(
    client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay
) -> None:
    ask(client, news, language="fr")
    run_jobs()
    address = link(newest(relay, NORA))
    assert '<html lang="fr"' in client.get(address).text
    client.submit(address)
    found = subjects.find(NORA)
    assert found
    assert found.language == "fr"


def test_the_answer_is_the_same_whoever_has_the_address(client: PageClient, news: UUID) -> None:
    known = person()
    suppress("gone@example.org", SuppressionReason.HARD_BOUNCE)
    pages = set()
    for email in (known.email, "gone@example.org", NORA, NORA):
        ask(client, news, email=email)
        pages.add(without_secrets(client.get("/newsletter/sent").text))
    assert len(pages) == 1


def test_a_customer_keeps_what_they_had(client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay) -> None:
    person(NORA, given_name="Nora")
    client.submit(ask_and_open(client, run_jobs, relay, news))
    assert subscribed() == {news}
    assert len(db.session.scalars(select(Subject)).all()) == 1


def test_who_is_signed_in_chooses_in_the_account(client: PageClient, sign_in: SignIn) -> None:
    sign_in(person())
    assert client.get("/newsletter").location == "/account/preferences"


@pytest.mark.parametrize(
    "entries",
    [
        {"email": "no address"},
        {"email": ""},
        {"email": "a@example.org\r\nBcc: b@example.org"},
        {"topics": []},
        {"topics": [str(uuid4())]},
        {"topics": ["' OR 1=1"]},
        {"language": "xx"},
    ],
)
def test_what_cannot_be_used_is_explained_and_kept_in_the_form(
    client: PageClient, news: UUID, entries: dict[str, object]
) -> None:
    good = {"email": NORA, "topics": [str(news)], "language": "en"}
    response = client.submit("/newsletter", good | entries)
    assert response.status_code == 422
    assert "field--invalid" in response.text
    assert db.session.scalars(select(NewsletterRequest)).all() == []


def test_a_mailbox_is_not_flooded(client: PageClient, news: UUID) -> None:
    ask(client, news)
    ask(client, news)
    assert len(db.session.scalars(select(Message)).all()) == 1
    for _time in range(10):
        later(timedelta(minutes=2))
        ask(client, news)
    assert len(db.session.scalars(select(Message)).all()) == newsletter.MOST_EMAILS_AN_HOUR


def test_the_newer_request_leaves_the_older_link_alone(
    client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay
) -> None:
    """A stranger who types the same address cannot change what its owner is about to confirm."""
    address = ask_and_open(client, run_jobs, relay, news)
    later(timedelta(minutes=2))
    ask(client, topic("offers", "Offers"))
    client.submit(address)
    assert subscribed() == {news}


def test_pressing_twice_counts_once(client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay) -> None:
    address = ask_and_open(client, run_jobs, relay, news)
    client.submit(address)
    subject = subjects.find(NORA)
    assert subject
    subscriptions.stop_everything(subject, method=Method.ACCOUNT, wording="Stop", language="en", now=utc_now())
    db.session.commit()
    token = client.get("/newsletter/sent").text.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post(address, data={"csrf_token": token}).status_code == 303
    assert subscribed() == set()  # an old link does not undo what was decided since


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_from_last_week_leads_back_to_the_form(
    client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay, method: str
) -> None:
    ask(client, news)
    [request] = db.session.scalars(select(NewsletterRequest))
    old = links.sign(Purpose.CONFIRM_NEWSLETTER, now=utc_now() - timedelta(days=4), request=str(request.id))
    path = f"/newsletter/confirmation/{old}"
    if method == "post":
        client.submit(path, page="/newsletter")
    response = client.get(path)
    assert response.status_code == 410
    assert "This link is too old" in response.text
    assert subscribed() == set()


def test_a_link_that_was_cut_short_is_explained(client: PageClient, app: Flask) -> None:
    assert client.get("/newsletter/confirmation/cut-short").status_code == 404


@pytest.mark.parametrize("reason", SuppressionReason)
def test_the_mailbox_s_own_yes_ends_a_suppression(
    client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay, reason: SuppressionReason
) -> None:
    suppress(NORA, reason)
    address = ask_and_open(client, run_jobs, relay, news)
    assert db.session.scalars(select(Suppression.reason)).all() == [reason]
    client.submit(address)
    assert db.session.scalars(select(Suppression.reason)).all() == []


def test_a_yes_that_only_ends_a_suppression_is_written_down(
    client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay
) -> None:
    who = person(NORA)
    db.session.add(Subscription(subject_id=who.id, topic_id=news, subscribed=True, changed_at=utc_now()))
    suppress(NORA, SuppressionReason.COMPLAINT)
    client.submit(ask_and_open(client, run_jobs, relay, news))
    assert [line.method for line in db.session.scalars(select(Consent))] == [Method.NEWSLETTER]


def test_an_address_that_nobody_confirms_is_forgotten(client: PageClient, news: UUID, run_jobs: RunJobs) -> None:
    ask(client, news)
    run_jobs()
    swept(utc_now() + timedelta(days=13), "newsletter_requests")
    assert subjects.find(NORA)
    swept(utc_now() + timedelta(days=15), "newsletter_requests")
    assert subjects.find(NORA) is None


def test_who_is_known_for_another_reason_is_not_forgotten(
    client: PageClient, news: UUID, run_jobs: RunJobs, relay: TestRelay
) -> None:
    anna = person()
    ask(client, news, email=anna.email)
    client.submit(ask_and_open(client, run_jobs, relay, news))
    swept(utc_now() + timedelta(days=15), "newsletter_requests")
    db.session.commit()
    assert db.session.scalars(select(NewsletterRequest)).all() == []
    assert db.session.get(Subject, anna.id)
    assert subscribed() == {news}


def test_without_topics_the_page_says_so(client: PageClient, app: Flask) -> None:
    assert "There is no newsletter yet" in client.get("/newsletter").text


def test_no_box_is_ticked_beforehand(client: PageClient, news: UUID) -> None:
    page = client.get("/newsletter").text
    assert str(news) in page
    assert "checked" not in page
