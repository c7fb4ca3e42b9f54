"""What follows from an email that came back, from the mailbox to who gets no more."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select

from tests.campaigns.test_sending import draft, start
from tests.mail import corpus, imap
from tests.mail.imap import TestMailbox
from tests.people import Person, person, subscribe, topic
from tests.relay import Received, TestRelay
from webapp import queue
from webapp.access import Role
from webapp.campaigns import departures, returns, statistics
from webapp.campaigns.models import Campaign
from webapp.clock import utc_now
from webapp.consents import subscriptions, suppressions
from webapp.consents.models import Consent, Method, SuppressionReason
from webapp.db import db
from webapp.mail import messages
from webapp.mail.bounces.models import ReturnedEmail
from webapp.mail.bounces.reading import read
from webapp.subjects import subjects
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]
SAMPLES = {sample.name: sample for sample in corpus.samples()}
DEAD = SAMPLES["hard_bounce/postfix_user_unknown"]
FULL = SAMPLES["soft_bounce/gmail_over_quota"]
SPAM = SAMPLES["complaint/arf_redacted"]
LEAVES = SAMPLES["unsubscribe/apple_mail_button"]
HUMAN = SAMPLES["unclear/a_person_answers"]


@pytest.fixture
def mailbox(configure: Callable[..., None]) -> Iterator[TestMailbox]:
    with imap.running() as mailbox:
        configure(bounce_address="bounces@mail.candor.example", bounce_mailbox=SecretStr(mailbox.url))
        yield mailbox


@pytest.fixture
def news(app: Flask) -> UUID:
    return topic("news", "Product news")


@pytest.fixture
def anna(news: UUID) -> Person:
    who = person("anna@reader.example")
    subscribe(who, news)
    return who


@pytest.fixture
def sent(mailbox: TestMailbox, anna: Person, news: UUID, relay: TestRelay, run_jobs: RunJobs) -> Received:
    """A campaign's email to Anna."""
    marketer = person("mara@example.org", role=Role.MARKETER)
    start(draft(news), db.session.get_one(Subject, marketer.id))
    run_jobs()
    [email] = relay.received
    relay.forget()
    return email


def answer(sample: corpus.Sample, email: Received) -> bytes:
    """As if it answered this email of ours."""
    _url, _, by_email = str(email.email["List-Unsubscribe"]).partition(", <mailto:")
    return sample.addressed(undelivered=email.sender, no_more=by_email.partition("?")[0])


def read_mailbox(run_jobs: RunJobs) -> None:
    queue.later(queue.Job.READ_RETURNS)
    run_jobs()


def came_back_often(who: Person, *, since: datetime) -> None:
    """Once a day. One more is enough."""
    for day in range(returns.SOFT_BOUNCES - 1):
        db.session.add(
            ReturnedEmail(
                subject_id=who.id,
                at=since + timedelta(days=day),
                kind="soft_bounce",
                delivery_id=-day,
                status="5.2.2",
                words="full",
            )
        )


def why_suppressed(who: Person) -> SuppressionReason | None:
    found = suppressions.of(db.session.get_one(Subject, who.id).address_hash)
    return found[0].reason if found else None


def figures() -> statistics.Figures:
    return statistics.figures(db.session.scalars(select(Campaign)).one())


def test_nothing_goes_to_a_mailbox_that_does_not_exist(
    mailbox: TestMailbox, anna: Person, sent: Received, run_jobs: RunJobs
) -> None:
    mailbox.receive(answer(DEAD, sent))
    read_mailbox(run_jobs)
    assert why_suppressed(anna) is SuppressionReason.HARD_BOUNCE
    assert (figures().sent, figures().bounced) == (1, 1)
    [noted] = db.session.scalars(select(ReturnedEmail))
    assert noted.status == "5.1.1"
    assert "User unknown in virtual mailbox table" in noted.words
    assert mailbox.inbox.stored == []


def test_it_counts_once_however_often_we_are_told(
    mailbox: TestMailbox, anna: Person, sent: Received, run_jobs: RunJobs
) -> None:
    for _ in range(3):
        mailbox.receive(answer(DEAD, sent))
    read_mailbox(run_jobs)
    mailbox.folders["INBOX"].validity = 2
    mailbox.receive(answer(DEAD, sent))
    read_mailbox(run_jobs)
    assert figures().bounced == 1
    assert mailbox.inbox.stored == []


def test_a_full_mailbox_is_given_time(anna: Person, sent: Received) -> None:
    now = utc_now()
    came_back_often(anna, since=now - timedelta(days=20))
    assert returns.take_in(read(answer(FULL, sent)), now=now - timedelta(days=15))
    assert why_suppressed(anna) is None, "five times, but all of it within a week"
    db.session.rollback()


def test_what_comes_back_for_weeks_gets_no_more(anna: Person, sent: Received) -> None:
    now = utc_now()
    came_back_often(anna, since=now - timedelta(days=20))
    assert returns.take_in(read(answer(FULL, sent)), now=now)
    assert why_suppressed(anna) is SuppressionReason.SOFT_BOUNCE
    assert figures().soft_bounced == 1


def test_who_complains_gets_no_more_at_once(
    mailbox: TestMailbox, anna: Person, sent: Received, run_jobs: RunJobs
) -> None:
    mailbox.receive(answer(SPAM, sent))
    read_mailbox(run_jobs)
    subject = db.session.get_one(Subject, anna.id)
    assert why_suppressed(anna) is SuppressionReason.COMPLAINT
    assert subscriptions.subscribed_topic_ids(subject) == set()
    assert (figures().complained, figures().unsubscribed) == (1, 0)
    [line] = db.session.scalars(select(Consent).where(Consent.subject_id == anna.id))
    assert (line.given, line.method) == (False, Method.COMPLAINT)


@pytest.mark.parametrize("with_subject", [True, False])
def test_who_writes_to_unsubscribe_leaves_the_topic(
    with_subject: bool, mailbox: TestMailbox, anna: Person, sent: Received, news: UUID, run_jobs: RunJobs
) -> None:
    """Mail programs fill in the subject that our header asks for, or do not."""
    token = str(sent.email["List-Unsubscribe"]).partition("?subject=")[2].rstrip(">")
    raw = answer(LEAVES, sent)
    mailbox.receive(raw.replace(b"Subject: unsubscribe", f"Subject: {token}".encode()) if with_subject else raw)
    read_mailbox(run_jobs)
    assert subscriptions.subscribed_topic_ids(db.session.get_one(Subject, anna.id)) == set()
    assert why_suppressed(anna) is None
    departures.count()
    assert figures().unsubscribed == 1
    [line] = db.session.scalars(select(Consent).where(Consent.subject_id == anna.id))
    assert (line.method, line.topic_id) == (Method.EMAIL, news)


def test_nobody_can_take_somebody_else_off_the_list(mailbox: TestMailbox, anna: Person, sent: Received) -> None:
    local, _, domain = sent.sender.partition("@")
    last = "a" if local[10] != "a" else "b"
    forged = f"{local[:10]}{last}{local[11:]}@{domain}"
    for sample in (DEAD, SPAM):
        raw = sample.addressed(undelivered=forged, no_more=forged)
        assert not returns.take_in(read(raw), now=utc_now())
    assert why_suppressed(anna) is None


def test_it_says_nothing_about_the_address_that_somebody_has_now(anna: Person, sent: Received) -> None:
    subjects.change_address(db.session.get_one(Subject, anna.id), "anna@new.example")
    assert not returns.take_in(read(answer(DEAD, sent)), now=utc_now())
    assert why_suppressed(anna) is None


@pytest.mark.parametrize("folder", ["auto_reply", "challenge", "delayed", "delivered"])
def test_what_programs_answer_has_no_consequence(
    folder: str, mailbox: TestMailbox, anna: Person, sent: Received, run_jobs: RunJobs
) -> None:
    for file in sorted((Path(corpus.FOLDER) / folder).glob("*.eml")):
        mailbox.receive(answer(SAMPLES[f"{folder}/{file.stem}"], sent))
    read_mailbox(run_jobs)
    assert why_suppressed(anna) is None
    assert db.session.scalars(select(ReturnedEmail)).all() == []
    assert mailbox.inbox.stored == []


def test_what_nobody_understands_is_set_aside_for_people(
    mailbox: TestMailbox, sent: Received, run_jobs: RunJobs
) -> None:
    mailbox.receive(answer(HUMAN, sent))
    read_mailbox(run_jobs)
    assert mailbox.inbox.stored == []
    [kept] = mailbox.folders["Unclear"].stored
    assert b"does a snapshot include mail" in kept.raw
    queue.later(queue.Job.FORGET_UNCLEAR)
    run_jobs()
    assert len(mailbox.folders["Unclear"].stored) == (utc_now().date() - kept.arrived < timedelta(days=31))


def test_a_service_email_that_comes_back_keeps_marketing_away_too(
    mailbox: TestMailbox, anna: Person, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    messages.send(
        "campaigns/test", db.session.get_one(Subject, anna.id), now=utc_now(), campaign_id=str(draft(news).id)
    )
    run_jobs()
    [email] = relay.received
    assert email.sender.startswith("bounces+")
    mailbox.receive(DEAD.addressed(undelivered=email.sender, no_more="nobody"))
    read_mailbox(run_jobs)
    assert why_suppressed(anna) is SuppressionReason.HARD_BOUNCE


def test_a_refusal_while_sending_says_the_same(
    mailbox: TestMailbox, anna: Person, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    bela, carla = person("bela@reader.example"), person("carla@reader.example")
    for who in (bela, carla):
        subscribe(who, news)
    answers = {
        anna.email: "550 5.1.1 no such user",
        bela.email: "554 5.7.1 blocked using a list",
        carla.email: "250 OK",
    }
    relay.at_recipient = answers.__getitem__
    marketer = person("mara@example.org", role=Role.MARKETER)
    start(draft(news), db.session.get_one(Subject, marketer.id))
    run_jobs()
    assert [why_suppressed(who) for who in (anna, bela, carla)] == [SuppressionReason.HARD_BOUNCE, None, None]
    assert figures().failed == 2


def test_each_reason_ends_in_its_own_way(anna: Person) -> None:
    """Staff may lift a bounce; what the person wanted, or complained of, must not go with it."""
    subject = db.session.get_one(Subject, anna.id)
    suppressions.add([anna.id], SuppressionReason.HARD_BOUNCE, now=utc_now())
    suppressions.complained(subject, now=utc_now())
    assert suppressions.lift(subject.address_hash, by=subject, now=utc_now())
    left = [suppression.reason for suppression in suppressions.of(subject.address_hash)]
    assert left == [SuppressionReason.COMPLAINT, SuppressionReason.EVERYTHING_OFF]
    assert not suppressions.lift(subject.address_hash, by=subject, now=utc_now())
