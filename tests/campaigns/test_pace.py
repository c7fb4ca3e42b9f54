"""How fast emails go: in all, for each campaign and to each domain; and that nobody waits for somebody else."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from jobs.job import commit_each
from tests.campaigns.test_sending import RunJobs, draft, make_due, readers, start, states
from tests.people import person, subscribe, topic
from tests.relay import TestRelay
from webapp.access import Role
from webapp.campaigns import claims, forecast, pace, sending, statistics
from webapp.campaigns.claims import Claimed
from webapp.campaigns.models import Campaign, CampaignState, Deferral, Destination
from webapp.campaigns.turns import underway
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail.smtp.relay import Relay
from webapp.mail.smtp.replies import asks_for_patience
from webapp.subjects.models import Subject

SLOW = "421 4.7.28 Our system has detected an unusual rate of mail from you"
NOW = utc_now()
SECOND = timedelta(seconds=1)


@pytest.fixture
def marketer(app: Flask) -> Subject:
    return db.session.get_one(Subject, person("mara@example.org", role=Role.MARKETER).id)


@pytest.fixture
def news(app: Flask) -> UUID:
    return topic()


def people(news: UUID, *addresses: str) -> None:
    for address in addresses:
        subscribe(person(address), news)


def written_down(campaign: Campaign, marketer: Subject) -> None:
    """On its way, and its audience is known. Nothing went out yet."""
    start(campaign, marketer)
    commit_each(sending._write_down_audience(campaign.id))


def take(at: float = 0, *, size: int = 50, campaign: Campaign | None = None) -> Claimed | None:
    """What a worker is given so many seconds from now."""
    [send] = [send for send in underway() if campaign is None or send.campaign_id == campaign.id]
    claimed = claims.take(send, worker=uuid4(), size=size, now=NOW + at * SECOND)
    db.session.commit()
    return claimed


def emails(claimed: Claimed | None) -> Sequence[str]:
    return sorted(row.email for row in claimed.rows) if claimed else []


def open_from_now_on() -> None:
    for campaign_id in db.session.scalars(select(Campaign.id)):
        claims.hold(campaign_id, until=NOW)
    db.session.commit()


@pytest.mark.parametrize(("per_minute", "at_once"), [(180, 3), (60, 1), (6, 1)])
def test_a_campaign_goes_at_its_pace_whoever_sends_it(
    marketer: Subject, news: UUID, per_minute: int, at_once: int
) -> None:
    readers(news, 8)
    campaign = draft(news)
    campaign.pace = per_minute
    written_down(campaign, marketer)
    open_from_now_on()
    assert len(emails(take(0))) == at_once
    taken = at_once
    for tenth in range(1, 200):
        taken += len(emails(take(tenth / 10)))
        if taken >= 8:
            break
        allowed = at_once + (tenth / 10 + 1) * per_minute / 60
        assert taken <= allowed + 0.001
    assert taken >= min(8, int(19 * per_minute / 60))


def test_all_campaigns_together_keep_the_pace_of_the_installation(
    marketer: Subject, news: UUID, configure: Callable[..., None]
) -> None:
    configure(campaign_pace=2.0)
    readers(news, 8)
    first, second = draft(news), draft(news)
    for campaign in (first, second):
        written_down(campaign, marketer)
    open_from_now_on()
    taken = [len(emails(take(half / 2, campaign=campaign))) for half in range(10) for campaign in (first, second)]
    assert max(taken) == 2
    assert 8 <= sum(taken) <= 12


def test_a_domain_keeps_the_pace_of_all_domains_and_holds_up_no_other(
    marketer: Subject, news: UUID, configure: Callable[..., None]
) -> None:
    configure(domain_pace=1.0)
    people(news, *(f"reader{number}@big.example" for number in range(4)), "one@small.example")
    written_down(draft(news), marketer)
    open_from_now_on()
    one, other = emails(take(0))
    assert one == "one@small.example"
    assert other.endswith("@big.example"), "any one of its four: the snapshot has no order"
    taken = sum(len(emails(take(tenth / 10))) for tenth in range(1, 20))
    assert 1 <= taken <= 3


@pytest.mark.parametrize(
    ("reply", "is_asked"),
    [
        (SLOW, True),
        ("450 4.2.1 The user you are trying to contact is receiving mail too quickly", True),
        ("450 4.7.1 Try again later", True),
        ("421 Too many connections", True),
        ("451 Rate limit exceeded", True),
        ("450 mailbox busy", False),
        ("452 4.2.2 The mailbox is full", False),
        ("550 5.7.1 Too many of you", False),
        ("250 2.0.0 OK", False),
    ],
)
def test_what_servers_say_who_want_us_to_be_slower(reply: str, is_asked: bool) -> None:
    assert asks_for_patience(reply) is is_asked


def test_a_domain_that_asks_for_patience_rests_and_the_others_go_on(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MOST", 2)
    people(news, *(f"reader{number}@big.example" for number in range(6)), "one@small.example")
    relay.at_recipient = lambda address: "450 4.7.1 slow down" if address.endswith("@big.example") else "250 OK"
    campaign = draft(news)
    start(campaign, marketer)
    run_jobs()
    assert [mail.to for mail in relay.received] == ["one@small.example"]
    slowed = db.session.scalars(select(Destination)).one()
    assert (slowed.domain, slowed.pace, slowed.reply) == ("big.example", pace.FIRST, "450 4.7.1 slow down")
    assert slowed.next_at > utc_now() + 5 * SECOND
    assert states(campaign) == {"pending": 6, "sent": 1}
    asked_once = db.session.scalars(select(Deferral.domain)).all()
    assert set(asked_once) == {"", "big.example"}, "most were put aside without a try"


def test_a_domain_is_halved_once_for_many_answers_and_doubles_every_minute(app: Flask) -> None:
    db.session.add(Destination(domain="big.example", next_at=NOW, pace=8.0, slowed_at=NOW - 60 * SECOND, reply=SLOW))
    db.session.flush()

    def speed(at: float) -> float:
        return float(db.session.scalar(select(pace.of_domain(None)), {"at": NOW + at * SECOND}) or 0)

    assert speed(0) == pytest.approx(16)
    assert speed(60) == pytest.approx(32)
    assert speed(1e9) == pace.NOT_FELT
    db.session.execute(update(Destination).values(slowed_at=NOW, pace=8.0))
    assert speed(0) == 8


def test_what_waited_for_its_domain_goes_out_when_it_takes_more(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs
) -> None:
    people(news, *(f"reader{number}@big.example" for number in range(30)))
    relay.at_recipient = lambda address: SLOW
    campaign = draft(news)
    start(campaign, marketer)
    run_jobs()
    relay.at_recipient = lambda address: "250 OK"
    db.session.execute(update(Destination).values(next_at=utc_now(), slowed_at=utc_now() - timedelta(hours=1)))
    make_due(campaign)
    run_jobs()
    assert states(campaign) == {"sent": 30}
    assert campaign.state is CampaignState.SENT
    assert db.session.scalars(select(Deferral)).all() == []


def test_a_campaign_that_rests_holds_up_no_other(
    marketer: Subject, news: UUID, relay: TestRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers(news, 60)
    slow, quick = draft(news, subject="slow"), draft(news, subject="quick")
    slow.pace = 60
    for campaign in (slow, quick):
        start(campaign, marketer)
    with Relay() as connection:
        commit_each(sending.send_for_a_while(connection, worker=uuid4(), until=utc_now() + timedelta(milliseconds=900)))
    subjects = [mail.subject for mail in relay.received]
    assert subjects.count("quick") == 60
    assert 1 <= subjects.count("slow") <= 3


def test_two_campaigns_go_by_turns(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MOST", 2)
    readers(news, 3)
    for subject in ("first", "second"):
        start(draft(news, subject=subject), marketer)
    run_jobs()
    assert [mail.subject for mail in relay.received] == ["first", "first", "second", "second", "first", "second"]


def test_the_forecast_tells_how_long_it_takes_and_who_is_slow(
    marketer: Subject, news: UUID, relay: TestRelay, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MOST", 2)
    people(news, *(f"reader{number}@big.example" for number in range(6)))
    relay.at_recipient = lambda address: SLOW
    campaign = draft(news)
    campaign.pace = 6_000
    start(campaign, marketer)
    run_jobs()
    coming = forecast.of(campaign, statistics.figures(campaign), now=utc_now())
    assert coming
    assert (coming.per_minute, coming.held) == (6_000, 0)
    assert coming.takes == timedelta(minutes=6 / 6_000)
    [slow] = coming.slowed
    assert (slow.domain, slow.reply) == ("big.example", SLOW)
    assert 600 <= slow.per_minute < 620


def test_a_domain_of_which_nothing_is_felt_any_more_is_forgotten_and_nothing_waits_for_it(
    marketer: Subject, news: UUID
) -> None:
    long_ago = utc_now() - timedelta(hours=2)
    campaign = draft(news)
    written_down(campaign, marketer)
    db.session.add(Destination(domain="old.example", next_at=long_ago, pace=8.0, slowed_at=long_ago))
    db.session.add(Destination(domain="new.example", next_at=utc_now(), pace=8.0, slowed_at=utc_now()))
    for number, domain in enumerate(("old.example", "new.example")):
        db.session.add(Deferral(delivery_id=number, campaign_id=campaign.id, domain=domain, due_at=long_ago))
    db.session.flush()
    pace.tidy(now=utc_now())
    assert db.session.scalars(select(Destination.domain)).all() == ["new.example"]
    assert sorted(db.session.scalars(select(Deferral.domain))) == ["", "new.example"]
