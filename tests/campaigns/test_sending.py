"""A campaign on its way, through a real queue and a real SMTP server."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.people import Person, person, subscribe, topic
from tests.relay import TestRelay
from webapp import queue
from webapp.access import Role
from webapp.campaigns import claims, departures, sending, statistics
from webapp.campaigns.models import Campaign, CampaignState, Deferral, Delivery
from webapp.campaigns.rendering import Compiled, Manuscript, Text, compile_text
from webapp.campaigns.statistics import Failure, Ledger
from webapp.clock import utc_now
from webapp.consents import subscriptions
from webapp.consents.models import Method, Suppression, SuppressionReason
from webapp.db import db
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]


@pytest.fixture
def marketer(app: Flask) -> Subject:
    who = person("mara@example.org", role=Role.MARKETER, given_name="Mara", family_name="Keller")
    return db.session.get_one(Subject, who.id)


@pytest.fixture
def news(app: Flask) -> UUID:
    return topic("news", "Product news")


def readers(topic_id: UUID, count: int) -> list[Person]:
    people = [person(f"reader{number}@example.org", given_name=f"Reader {number}") for number in range(count)]
    for who in people:
        subscribe(who, topic_id)
    return people


def draft(
    topic_id: UUID, *, subject: str = "News for {{ given_name }}", body: str = "Hello **{{ given_name }}**!"
) -> Campaign:
    campaign = Campaign(topic_id=topic_id, subject=subject, body=body, changed_at=utc_now())
    db.session.add(campaign)
    db.session.commit()
    return campaign


def states(campaign: Campaign) -> dict[str, int]:
    rows = select(Delivery.state, func.count()).where(Delivery.campaign_id == campaign.id).group_by(Delivery.state)
    return {state.value: number for state, number in db.session.execute(rows).all()}


def start(campaign: Campaign, marketer: Subject) -> None:
    sending.start(campaign, actor=marketer, now=utc_now())
    db.session.commit()


def test_everyone_with_consent_for_the_topic_gets_it_once(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    people = readers(news, 70)
    outsider = person("outsider@example.org")
    campaign = draft(news)
    start(campaign, marketer)
    run_jobs()
    assert sorted(mail.to for mail in relay.received) == sorted(who.email for who in people)
    assert outsider.email not in {mail.to for mail in relay.received}
    assert campaign.state is CampaignState.SENT
    assert statistics.figures(campaign) == statistics.Figures(recipients=70, sent=70)


def test_each_gets_the_words_for_them_and_each_variant_is_compiled_once(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = readers(news, 6)
    variants: list[Text] = []

    def compile_and_note(text: Text, manuscript: Manuscript, language: str) -> Compiled:
        variants.append(text)
        return compile_text(text, manuscript, language)

    monkeypatch.setattr("webapp.campaigns.letters.compile_text", compile_and_note)
    condition = '{% if given_name in ["Reader 1", "Reader 4"] %}'
    start(
        draft(news, subject=f"{condition}Two{{% else %}}Four{{% endif %}}", body=f"Hi{condition} again{{% endif %}}!"),
        marketer,
    )
    run_jobs()
    greeted = {mail.to: (mail.subject, "Hi again!" in mail.text) for mail in relay.received}
    assert greeted == {who.email: ("Two", True) if who in (people[1], people[4]) else ("Four", False) for who in people}
    assert sorted(variants) == [("Four", "Hi!"), ("Two", "Hi again!")]


def test_each_email_is_personal_and_says_how_to_unsubscribe(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    readers(news, 1)
    start(draft(news), marketer)
    run_jobs()
    [mail] = relay.received
    assert mail.subject == "News for Reader 0"
    assert "<strong>Reader 0</strong>" in mail.html
    assert "Hello Reader 0!" in mail.text
    link = str(mail.email["List-Unsubscribe"]).strip("<>")
    assert link.startswith("http://localhost/unsubscribe/")
    assert mail.email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.html
    assert link in mail.text
    assert "you subscribed to “Product news”" in mail.text
    assert f"<{link}>".encode() in mail.raw, "a link broken into pieces is a link that no mail program reads"


@pytest.mark.parametrize("reason", SuppressionReason)
def test_a_suppressed_address_is_not_mailed(
    reason: SuppressionReason, marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    [reader] = readers(news, 1)
    hashed = db.session.get_one(Subject, reader.id).address_hash
    db.session.add(Suppression(address_hash=hashed, reason=reason, at=utc_now()))
    campaign = draft(news)
    start(campaign, marketer)
    run_jobs()
    assert relay.received == []


def test_an_unconfirmed_address_is_not_mailed(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    subscribe(person("unconfirmed@example.org", confirmed=False), news)
    start(draft(news), marketer)
    run_jobs()
    assert relay.received == []


def test_a_withdrawal_after_the_snapshot_stops_the_email(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    first, second = readers(news, 2)
    campaign = draft(news)
    start(campaign, marketer)

    def second_withdraws(address: str) -> str:
        relay.at_recipient = lambda address: "250 OK"
        return "450 come back later"

    relay.at_recipient = lambda address: "450 later"
    run_jobs()  # both are deferred: the snapshot is written, nothing is sent
    relay.at_recipient = lambda address: "250 OK"
    leaving = db.session.get_one(Subject, second.id)
    subscriptions.withdraw(
        leaving,
        news,
        method=Method.ACCOUNT,
        wording="Unsubscribe",
        language="en",
        now=utc_now(),
        campaign_id=campaign.id,
    )
    make_due(campaign)
    run_jobs()
    assert [mail.to for mail in relay.received] == [first.email]
    assert states(campaign) == {"sent": 1, "suppressed": 1}
    departures.count()
    assert statistics.figures(campaign).unsubscribed == 1


def make_due(campaign: Campaign) -> None:
    """As if the pause before the next try were over."""
    for row in db.session.scalars(select(Deferral).where(Deferral.campaign_id == campaign.id)):
        row.due_at = utc_now()
    for entry in db.session.scalars(select(queue.OutboxEntry)):
        entry.due_at = utc_now()
    db.session.commit()
    queue.sweep(now=utc_now())


def test_a_refusal_is_kept_with_the_relays_words_and_the_others_go_out(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    readers(news, 3)
    relay.at_recipient = lambda address: "550 5.1.1 no such mailbox" if address.startswith("reader1@") else "250 OK"
    campaign = draft(news)
    start(campaign, marketer)
    run_jobs()
    assert states(campaign) == {"sent": 2, "failed": 1}
    assert statistics.ledger(campaign).replies == [("550 5.1.1 no such mailbox", ["r•••@example.org"])]


def test_what_servers_said_most_often_comes_first() -> None:
    said = [Failure("a•••@example.org", "552"), Failure("b•••@example.org", "550"), Failure("c•••@example.org", "550")]
    replies = Ledger(kept=True, failures=said).replies
    assert replies == [("550", ["b•••@example.org", "c•••@example.org"]), ("552", ["a•••@example.org"])]


def test_a_stopped_campaign_sends_no_more(marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs) -> None:
    readers(news, 2)
    campaign = draft(news)
    start(campaign, marketer)
    sending.stop(campaign, actor=marketer, now=utc_now())
    run_jobs()
    assert relay.received == []
    assert campaign.state is CampaignState.STOPPED


def test_a_campaign_starts_once(marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs) -> None:
    readers(news, 1)
    campaign = draft(news)
    start(campaign, marketer)
    with pytest.raises(sending.NotADraft):
        sending.start(campaign, actor=marketer, now=utc_now())
    run_jobs()
    assert len(relay.received) == 1


def test_only_readers_of_the_chosen_language_get_it(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    subscribe(person("english@example.org", language="en"), news)
    subscribe(person("deutsch@example.org", language="de"), news)
    campaign = draft(news)
    campaign.language = "de"
    start(campaign, marketer)
    run_jobs()
    assert [mail.to for mail in relay.received] == ["deutsch@example.org"]


def claim(campaign: Campaign, *, size: int) -> None:
    """What waits to be tried again is in the hands of a worker without a heartbeat."""
    make_due(campaign)
    assert campaign.snapshot_month is not None
    send = claims.Send(campaign.id, campaign.topic_id, campaign.snapshot_month)
    taken = claims.take(send, worker=UUID(int=1), size=size, now=utc_now())
    assert taken is not None
    db.session.commit()


def test_what_a_dead_worker_had_started_is_uncertain_and_the_rest_is_sent(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    readers(news, 5)
    campaign = draft(news)
    relay.at_recipient = lambda address: "450 later"
    start(campaign, marketer)
    run_jobs()
    claim(campaign, size=1)
    relay.at_recipient = lambda address: "250 OK"
    claims.recover(now=utc_now())
    make_due(campaign)
    run_jobs()
    assert states(campaign) == {"sent": 4, "uncertain": 1}
    assert statistics.figures(campaign) == statistics.Figures(recipients=5, sent=4, uncertain=1)
    assert campaign.state is CampaignState.SENT


def test_a_deleted_campaign_does_not_hold_up_the_recovery_of_another(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    readers(news, 2)
    relay.at_recipient = lambda address: "450 later"
    deleted, other = draft(news), draft(news)
    for campaign in (deleted, other):
        start(campaign, marketer)
    run_jobs()
    for campaign in (deleted, other):
        claim(campaign, size=2)
    db.session.delete(deleted)
    db.session.commit()
    claims.recover(now=utc_now())
    assert statistics.figures(other).uncertain == 2


def test_the_relay_down_delays_and_loses_nothing(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    readers(news, 3)
    campaign = draft(news)
    relay.stop()
    try:
        start(campaign, marketer)
        run_jobs()
        assert states(campaign) == {"pending": 3}
        assert campaign.state is CampaignState.SENDING
    finally:
        relay.start()
    make_due(campaign)
    run_jobs()
    assert states(campaign) == {"sent": 3}
