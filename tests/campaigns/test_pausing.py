"""A campaign rests and goes on again: exact to the claim, because somebody wants it or because it goes wrong."""

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from tests.campaigns.test_pace import take, written_down
from tests.campaigns.test_sending import RunJobs, draft, readers, start
from tests.pages import PageClient
from tests.people import Person, person, topic
from tests.relay import TestRelay
from webapp.access import Role
from webapp.audit import AuditEntry
from webapp.campaigns import breaker, claims, compaction, pausing, sending, statistics
from webapp.campaigns.models import Campaign, CampaignCount, CampaignState, PauseReason
from webapp.campaigns.statistics import Figures
from webapp.clock import utc_now
from webapp.db import db
from webapp.subjects.models import Subject

SignIn = Callable[[Person], PageClient]


@pytest.fixture
def author(app: Flask) -> Person:
    return person("mia@candor.example", role=Role.MARKETER)


@pytest.fixture
def news(app: Flask) -> UUID:
    return topic()


@pytest.fixture
def campaign(news: UUID, author: Person) -> Campaign:
    """On its way to six readers."""
    readers(news, 6)
    campaign = draft(news)
    start(campaign, actor(author))
    return campaign


def actor(who: Person) -> Subject:
    return db.session.get_one(Subject, who.id)


def count(campaign: Campaign, **figures: int) -> None:
    for figure, delta in figures.items():
        db.session.add(CampaignCount(campaign_id=campaign.id, at=utc_now(), figure=figure, delta=delta))
    db.session.commit()


def test_somebody_pauses_it_and_lets_it_go_on(
    campaign: Campaign, author: Person, sign_in: SignIn, run_jobs: RunJobs, relay: TestRelay
) -> None:
    marketer, page = sign_in(author), f"/marketing/campaigns/{campaign.id}"
    assert marketer.submit(f"{page}/pause", page=page).location == page
    run_jobs()
    assert relay.received == []
    shown = marketer.get(page).text
    assert "Somebody paused it." in shown
    assert "every 1s" not in shown
    assert "nobody gets it twice" in marketer.get(f"{page}/resumption").text
    assert db.session.get_one(Campaign, campaign.id).state is CampaignState.PAUSED
    assert marketer.submit(f"{page}/resumption").location == page
    run_jobs()
    assert len(relay.received) == 6
    assert campaign.state is CampaignState.SENT
    assert marketer.get(f"{page}/resumption").location == page
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("campaign"))).all()
    assert sorted(actions) == ["campaign_paused", "campaign_resumed", "campaign_sent"]


def test_a_paused_campaign_can_be_stopped_but_not_deleted(
    campaign: Campaign, author: Person, sign_in: SignIn, run_jobs: RunJobs
) -> None:
    marketer, page = sign_in(author), f"/marketing/campaigns/{campaign.id}"
    marketer.submit(f"{page}/pause", page=page)
    assert marketer.submit(f"{page}/deletion", page=page).status_code == 409
    assert "Leave it paused" in marketer.get(f"{page}/stopping").text
    marketer.submit(f"{page}/stopping")
    db.session.expire_all()
    assert campaign.state is CampaignState.STOPPED
    assert marketer.submit(f"{page}/resumption", page=page).location == page
    db.session.expire_all()
    assert campaign.state is CampaignState.STOPPED


@pytest.mark.parametrize("ending", [pausing.pause, sending.stop])
def test_no_claim_begins_once_it_is_committed_that_it_rests(
    app: Flask, news: UUID, author: Person, ending: Callable[..., None]
) -> None:
    readers(news, 6)
    campaign = draft(news)
    written_down(campaign, actor(author))
    claims.hold(campaign.id, until=utc_now() - timedelta(hours=1))
    db.session.commit()
    ending(campaign, actor=actor(author), now=utc_now())
    taken: list[int] = []

    def claim_meanwhile() -> None:
        """It looks before the commit, when the campaign is still being sent, and waits for the lock."""
        with app.app_context():
            claimed = claims.take(send, worker=uuid4(), size=50, now=utc_now())
            taken.append(len(claimed.rows) if claimed else 0)
            db.session.commit()

    assert campaign.snapshot_month is not None
    send = claims.Send(campaign.id, campaign.topic_id, campaign.snapshot_month)
    worker = Thread(target=claim_meanwhile)
    worker.start()
    worker.join(0.3)
    assert worker.is_alive(), "it did not wait"
    db.session.commit()
    worker.join()
    assert taken == [0]


def test_what_a_worker_holds_is_shown_while_it_goes_out(news: UUID, author: Person, sign_in: SignIn) -> None:
    readers(news, 6)
    campaign = draft(news)
    marketer = sign_in(author)
    written_down(campaign, actor(author))
    claims.hold(campaign.id, until=utc_now() - timedelta(hours=1))
    claimed = take(size=2)
    assert claimed
    pausing.pause(campaign, actor=actor(author), now=utc_now())
    db.session.commit()
    page = marketer.get(f"/marketing/campaigns/{campaign.id}").text
    assert "2 emails that are just being handed over still go out" in page
    assert "every 1s" in page


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        (Figures(sent=100, failed=100), None),
        (Figures(sent=899, failed=101), None),
        (Figures(sent=600, failed=151), PauseReason.REFUSALS),
        (Figures(sent=1_000, bounced=50), None),
        (Figures(sent=1_000, bounced=51), PauseReason.BOUNCES),
        (Figures(sent=1_000, complained=3), None),
        (Figures(sent=1_000, complained=4), PauseReason.COMPLAINTS),
        (Figures(sent=10, complained=1), None),
        (Figures(sent=10, complained=2), PauseReason.COMPLAINTS),
        (Figures(failed=101), PauseReason.REFUSALS),
    ],
)
def test_how_much_is_too_much(app: Flask, figures: Figures, reason: PauseReason | None) -> None:
    assert breaker.judge(figures) is reason


def test_a_campaign_that_goes_wrong_is_paused_and_whoever_started_it_is_told(
    campaign: Campaign, author: Person, sign_in: SignIn, run_jobs: RunJobs, relay: TestRelay
) -> None:
    count(campaign, recipients=1_000, sent=600, complained=9)
    run_jobs()
    assert state_of(campaign) is CampaignState.PAUSED
    [told] = relay.received
    assert (told.to, told.subject) == (author.email, "Your campaign is paused: please have a look")
    assert "reported it as spam" in told.text
    marketer, page = sign_in(author), f"/marketing/campaigns/{campaign.id}"
    assert "It was paused by itself: too many of its readers" in marketer.get(page).text
    assert "It was paused by itself: too many of its readers" in marketer.get(f"{page}/resumption").text
    marketer.submit(f"{page}/resumption")
    run_jobs()
    assert state_of(campaign) is CampaignState.SENT, "what was accepted is not counted again"
    assert sum(mail.to.startswith("reader") for mail in relay.received) == 6


def test_a_pace_is_set_with_how_long_it_takes(news: UUID, author: Person, sign_in: SignIn) -> None:
    readers(news, 6)
    campaign, marketer = draft(news), sign_in(author)
    page = f"/marketing/campaigns/{campaign.id}"
    form = {
        "topic": str(news),
        "language": "all",
        "subject": "Hello",
        "body": "Hi",
        "version": _version(marketer, page),
    }
    refused = marketer.submit(f"{page}/edit", {**form, "pace": "0"})
    assert refused.status_code == 422
    assert "Please enter a number from 1 to" in refused.text
    marketer.submit(f"{page}/edit", {**form, "pace": "2"})
    db.session.expire_all()
    assert campaign.pace == 2
    assert "about 3 minutes at this pace" in marketer.get(f"{page}/edit").text
    assert "at most 2 emails a minute" in marketer.get(f"{page}/sending").text


def _version(marketer: PageClient, page: str) -> str:
    found = re.search(r'name="version" value="([^"]+)"', marketer.get(f"{page}/edit").text)
    assert found
    return found[1]


def test_counts_are_folded_and_no_figure_changes(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    began = utc_now() - timedelta(minutes=20)
    for second in range(600):
        at = began + timedelta(seconds=second)
        db.session.add(CampaignCount(campaign_id=campaign.id, at=at, figure="sent", delta=second % 7))
    count(campaign, sent=5, failed=2)
    seen = statistics.figures(campaign), statistics.histories(campaign, ("sent", "failed"))
    compaction.compact(now=utc_now())
    assert rows(campaign) == 602, "few enough"
    monkeypatch.setattr(compaction, "MANY", 100)
    compaction.compact(now=utc_now())
    assert rows(campaign) < 150
    assert (statistics.figures(campaign), statistics.histories(campaign, ("sent", "failed"))) == seen


def rows(campaign: Campaign) -> int:
    return len(db.session.scalars(select(CampaignCount.id).where(CampaignCount.campaign_id == campaign.id)).all())


def state_of(campaign: Campaign) -> CampaignState:
    return campaign.state
