"""A marketer sends what was written: looks once more, confirms, watches, stops, and tidies up afterwards."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.pages import PageClient
from tests.people import Person, person, subscribe, topic
from tests.relay import TestRelay
from webapp.access import Role
from webapp.audit import Action, AuditEntry
from webapp.campaigns import campaigns
from webapp.campaigns.campaigns import Wording
from webapp.campaigns.models import Campaign, CampaignCount, CampaignState, Claim, Delivery
from webapp.clock import utc_now
from webapp.db import db
from webapp.subjects.models import Subject

HTMX = {"HX-Request": "true"}


@pytest.fixture
def topic_id(app: Flask) -> UUID:
    return topic()


@pytest.fixture
def author(topic_id: UUID) -> Person:
    return person("mia@candor.example", role=Role.MARKETER, given_name="Mia", family_name="Moser")


@pytest.fixture
def marketer(sign_in: Callable[[Person], PageClient], author: Person) -> PageClient:
    return sign_in(author)


@pytest.fixture
def draft(author: Person, topic_id: UUID) -> str:
    """The address of a draft that could be sent."""
    return write(author, topic_id)


@pytest.fixture
def readers(topic_id: UUID) -> list[Person]:
    people = [person(f"reader{number}@example.org", given_name=f"Reader {number}") for number in range(3)]
    for reader in people:
        subscribe(reader, topic_id)
    return people


def write(author: Person, topic_id: UUID, subject: str = "Spring is here", body: str = "The *huts* open.") -> str:
    subject_row = db.session.get_one(Subject, author.id)
    wording = Wording(topic_id, None, subject, body)
    campaign = campaigns.create(wording, author=subject_row, now=utc_now())
    db.session.commit()
    return f"/marketing/campaigns/{campaign.id}"


def stored() -> Campaign:
    db.session.expire_all()
    return db.session.scalars(select(Campaign)).one()


def confirm(marketer: PageClient, draft: str) -> TestResponse:
    page = marketer.get(f"{draft}/sending")
    version = re.search(r'name="version" value="([^"]+)"', page.text)
    assert version
    return marketer.submit(f"{draft}/sending", {"version": unescape(version[1])})


def test_the_confirmation_says_what_will_happen(marketer: PageClient, draft: str, readers: list[Person]) -> None:
    page = marketer.get(f"{draft}/sending").text
    for fact in ("Send to 3 people", "Product news", "Spring is here", "r•••@example.org", "Nothing has been sent yet"):
        assert fact in page
    assert stored().state is CampaignState.DRAFT


def test_confirming_sends_it_to_everybody_once(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    response = confirm(marketer, draft)
    assert (response.status_code, response.location) == (303, draft)
    run_jobs()
    assert sorted(received.to for received in relay.received) == [reader.email for reader in readers]
    assert stored().state is CampaignState.SENT
    page = marketer.get(draft).text
    assert re.search(r"Sent</dt>\s*<dd class=\"stat__value\">3", page)
    assert "hx-trigger" not in page


def test_a_double_click_sends_it_once(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    version = campaigns.version_of(stored())
    for _ in range(2):
        response = marketer.submit(f"{draft}/sending", {"version": version}, page="/marketing/campaigns/new")
        assert (response.status_code, response.location) == (303, draft)
    assert "on its way already" in marketer.get(draft).text
    run_jobs()
    assert len(relay.received) == len(readers)


def test_a_second_tab_is_told_that_it_is_on_its_way(marketer: PageClient, draft: str, readers: list[Person]) -> None:
    confirm(marketer, draft)
    for address in ("sending", "edit"):
        assert marketer.get(f"{draft}/{address}").location == draft


def test_a_draft_that_changed_meanwhile_is_shown_again_instead_of_sent(
    marketer: PageClient, draft: str, readers: list[Person]
) -> None:
    seen = campaigns.version_of(stored())
    campaign = stored()
    campaign.subject, campaign.changed_at = "Something else", utc_now()
    db.session.commit()
    response = marketer.submit(f"{draft}/sending", {"version": seen})
    assert response.status_code == 422
    assert "The draft was changed since you opened this page" in response.text
    assert "Something else" in response.text
    assert stored().state is CampaignState.DRAFT


def test_what_nobody_would_get_cannot_be_sent(marketer: PageClient, draft: str) -> None:
    page = marketer.get(f"{draft}/sending").text
    assert "Nobody would get this campaign" in page
    assert "Send to" not in page
    version = campaigns.version_of(stored())
    response = marketer.submit(f"{draft}/sending", {"version": version}, page="/marketing/campaigns/new")
    assert response.status_code == 422
    assert stored().state is CampaignState.DRAFT


def test_an_empty_message_cannot_be_sent(
    marketer: PageClient, author: Person, topic_id: UUID, readers: list[Person]
) -> None:
    empty = write(author, topic_id, body=" \n")
    assert "The message is still empty" in marketer.get(f"{empty}/sending").text
    version = campaigns.version_of(stored())
    response = marketer.submit(f"{empty}/sending", {"version": version}, page="/marketing/campaigns/new")
    assert response.status_code == 422


def test_while_it_is_sent_the_page_asks_for_the_progress(
    marketer: PageClient, draft: str, readers: list[Person]
) -> None:
    confirm(marketer, draft)
    page = marketer.get(draft).text
    assert f'hx-get="{draft}/progress" hx-trigger="every 1s"' in page
    fragment = marketer.get(f"{draft}/progress", headers=HTMX)
    assert 'id="progress"' in fragment.text
    assert "HX-Refresh" not in fragment.headers
    assert marketer.get(f"{draft}/progress").location == draft


def test_at_the_end_the_progress_asks_for_the_whole_page(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None]
) -> None:
    confirm(marketer, draft)
    run_jobs()
    assert marketer.get(f"{draft}/progress", headers=HTMX).headers["HX-Refresh"] == "true"


def test_a_campaign_can_be_stopped_on_its_way(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    confirm(marketer, draft)
    assert "Stop it for good?" in marketer.get(f"{draft}/stopping").text
    assert stored().state is CampaignState.SENDING
    assert marketer.submit(f"{draft}/stopping").location == draft
    run_jobs()
    assert relay.received == []
    page = marketer.get(draft).text
    assert "Stopped" in page
    assert "every 1s" not in page


def test_stopping_what_has_ended_is_harmless(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None]
) -> None:
    confirm(marketer, draft)
    run_jobs()
    assert marketer.get(f"{draft}/stopping").location == draft
    assert marketer.submit(f"{draft}/stopping", page="/marketing/campaigns/new").location == draft
    assert stored().state is CampaignState.SENT


def test_refusals_are_shown_in_the_words_of_the_server(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    relay.at_recipient = lambda address: "550 no <such> person" if address.startswith("reader1") else "250 OK"
    confirm(marketer, draft)
    run_jobs()
    page = marketer.get(draft).text
    assert "550 no &lt;such&gt; person" in page
    assert "r•••@example.org" in page
    assert "reader1@example.org" not in page


def test_the_plots_have_no_gaps_and_no_empty_ends(marketer: PageClient, draft: str) -> None:
    campaign, began = stored(), datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    campaign.state, campaign.sending_since = CampaignState.SENT, began
    for at, figure, delta in (
        (began, "recipients", 70),
        (began, "sent", 70),
        (began + timedelta(days=2), "unsubscribed", 4),
        (began + timedelta(days=11), "unsubscribed", 1),
    ):
        db.session.add(CampaignCount(campaign_id=campaign.id, at=at, figure=figure, delta=delta))
    db.session.commit()
    sent, _, unsubscribed = marketer.get(draft).text.partition('id="unsubscribed-plot"')
    assert plotted(sent) == [("09:30:00", "70")]
    assert plotted(unsubscribed) == [(f"{day} Mar", {3: "4", 12: "1"}.get(day, "0")) for day in range(3, 13)]


def plotted(plot: str) -> list[tuple[str, str]]:
    return re.findall(r'<th scope="row">([^<]+)</th><td>(\d+)</td>', plot)


def test_what_is_uncertain_is_explained(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None]
) -> None:
    confirm(marketer, draft)
    run_jobs()
    assert "may or may not have arrived" not in marketer.get(draft).text
    db.session.add(CampaignCount(campaign_id=stored().id, at=utc_now(), figure="uncertain", delta=2))
    db.session.commit()
    assert "2 emails may or may not have arrived" in marketer.get(draft).text


def test_the_email_as_it_was_sent_stays_to_be_seen(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None]
) -> None:
    confirm(marketer, draft)
    run_jobs()
    assert f'src="{draft}/preview.html"' in marketer.get(draft).text
    assert f'src="{draft}/preview.txt"' in marketer.get(f"{draft}?part=txt").text
    assert "<em>huts</em>" in marketer.get(f"{draft}/preview.html").text


def test_a_sent_campaign_can_become_a_new_draft(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None]
) -> None:
    confirm(marketer, draft)
    run_jobs()
    response = marketer.submit(f"{draft}/copy", page=draft)
    assert response.status_code == 303
    page = marketer.get(response.location).text
    assert "The *huts* open." in page
    assert "Here is a new draft" in page


def test_a_campaign_on_its_way_cannot_be_deleted(marketer: PageClient, draft: str, readers: list[Person]) -> None:
    confirm(marketer, draft)
    assert "Stop it first" in marketer.get(f"{draft}/deletion").text
    assert marketer.submit(f"{draft}/deletion", page="/marketing/campaigns/new").status_code == 409
    assert stored().state is CampaignState.SENDING


def test_a_campaign_with_emails_in_a_workers_hands_cannot_be_deleted(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None]
) -> None:
    confirm(marketer, draft)
    run_jobs()
    sent = stored()
    held = {"campaign_id": sent.id, "snapshot_month": sent.snapshot_month, "delivery_ids": [1], "started": 1}
    db.session.add(Claim(worker=UUID(int=1), **held))
    db.session.commit()
    assert marketer.submit(f"{draft}/deletion").status_code == 409


def test_deleting_a_sent_campaign_keeps_its_ledger(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None]
) -> None:
    confirm(marketer, draft)
    run_jobs()
    assert "goes on working" in marketer.get(f"{draft}/deletion").text
    assert marketer.submit(f"{draft}/deletion").location == "/marketing/campaigns"
    assert marketer.get(draft).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == len(readers)


def test_what_marketers_do_is_in_the_audit_log(
    marketer: PageClient, draft: str, author: Person, readers: list[Person], run_jobs: Callable[[], None]
) -> None:
    confirm(marketer, draft)
    run_jobs()
    marketer.submit(f"{draft}/deletion")
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("campaign")).order_by(AuditEntry.id)
    )
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        (Action.CAMPAIGN_WRITTEN, author.id),
        (Action.CAMPAIGN_SENT, author.id),
        (Action.CAMPAIGN_DELETED, author.id),
    ]


def test_the_list_shows_how_each_campaign_did(
    marketer: PageClient, draft: str, readers: list[Person], run_jobs: Callable[[], None]
) -> None:
    confirm(marketer, draft)
    run_jobs()
    page = marketer.get("/marketing/campaigns").text
    assert "Spring is here" in page
    assert "3 of 3 sent" in page
    assert f'href="{draft}"' in page


def test_the_list_goes_on_page_by_page_newest_first(marketer: PageClient, author: Person, topic_id: UUID) -> None:
    for number in range(45):
        write(author, topic_id, subject=f"Letter {number:02}")

    def letters(page: TestResponse) -> list[str]:
        return re.findall(r"<bdi>(Letter \d\d)</bdi>", page.text)

    def follow(page: TestResponse, rel: str) -> TestResponse:
        link = re.search(rf'rel="{rel}" href="([^"]+)"', page.text)
        assert link
        return marketer.get(unescape(link[1]))

    first = marketer.get("/marketing/campaigns")
    second = follow(first, "next")
    third = follow(second, "next")
    assert letters(first) == [f"Letter {number:02}" for number in range(44, 24, -1)]
    assert letters(second) == [f"Letter {number:02}" for number in range(24, 4, -1)]
    assert letters(third) == [f"Letter {number:02}" for number in range(4, -1, -1)]
    assert 'rel="prev"' not in first.text
    assert 'rel="next"' not in third.text
    assert letters(follow(third, "prev")) == letters(second)
    assert letters(follow(second, "prev")) == letters(first)
    assert 'rel="prev"' not in follow(second, "prev").text


@pytest.mark.parametrize("place", ["", "nonsense", "2026-01-01_nonsense", "_", "2026-13-01_" + "0" * 32])
def test_a_mangled_place_in_the_list_is_not_found(marketer: PageClient, place: str) -> None:
    assert marketer.get(f"/marketing/campaigns?older_than={place}").status_code == 404


def test_beyond_the_end_of_the_list_is_its_beginning(marketer: PageClient) -> None:
    beyond = "2020-01-01T00:00:00+00:00_" + "0" * 32
    assert marketer.get("/marketing/campaigns", query_string={"older_than": beyond}).location == "/marketing/campaigns"
