"""Every email that somebody got, and why."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, update

from tests.pages import PageClient
from tests.people import Person, agree, person, subscribe, topic
from webapp import partitions
from webapp.accounts.models import Profile
from webapp.campaigns.models import Campaign, Delivery
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail.models import Message, State

PAGE = "/account/emails"
NOW = utc_now()
SignIn = Callable[[Person], PageClient]


@pytest.fixture
def anna(sign_in: SignIn) -> Person:
    anna = person()
    sign_in(anna)
    return anna


def message(to: Person, *, at: datetime = NOW, state: State = State.SENT, email: str = "privacy/export_ready") -> None:
    db.session.add(Message(subject_id=to.id, email=email, ids={}, due_at=at, state=state))
    db.session.commit()


def delivery(
    to: Person, topic_id: UUID, *, at: datetime = NOW, state: State = State.SENT, subject: str = "Spring is here"
) -> None:
    campaign = Campaign(topic_id=topic_id, subject=subject, body="", changed_at=at)
    db.session.add(campaign)
    partitions.ensure(Delivery, partitions.month_of(at))
    db.session.flush()
    db.session.add(
        Delivery(
            snapshot_month=partitions.month_of(at),
            campaign_id=campaign.id,
            subject_id=to.id,
            due_at=at,
            sent_at=at,
            state=state,
        )
    )
    db.session.commit()


def titles(page: str) -> list[str]:
    return re.findall(r"<strong><bdi>(.*?)</bdi></strong> ", page)


def test_only_for_people_who_are_signed_in(client: PageClient) -> None:
    assert client.get(PAGE).status_code == 303


def test_who_got_none_is_told_so(client: PageClient, anna: Person) -> None:
    assert "No emails yet" in client.get(PAGE).text


def test_service_emails_and_campaigns_stand_together_newest_first(client: PageClient, anna: Person) -> None:
    news = topic()
    message(anna, at=NOW - timedelta(hours=2))
    delivery(anna, news, at=NOW - timedelta(hours=1), subject="Spring")
    message(anna, at=NOW)
    assert [title == "Spring" for title in titles(client.get(PAGE).text)] == [False, True, False]


def test_other_people_s_emails_are_not_shown(client: PageClient, anna: Person) -> None:
    bruno = person("bruno@example.org")
    message(bruno)
    delivery(bruno, topic())
    assert "No emails yet" in client.get(PAGE).text


def test_a_campaign_names_the_day_on_which_the_person_agreed(client: PageClient, anna: Person) -> None:
    news = topic()
    agree(anna.id, news, at=datetime.fromisoformat("2024-03-01T10:00Z"))
    agree(anna.id, news, at=datetime.fromisoformat("2025-04-01T10:00Z"))
    agree(anna.id, news, at=datetime.fromisoformat("2025-04-15T10:00Z"), given=False)
    agree(anna.id, uuid4(), at=datetime.fromisoformat("2025-05-01T10:00Z"))
    delivery(anna, news, at=datetime.fromisoformat("2025-06-01T10:00Z"))
    assert "You subscribed to “Product news” on 1 Apr 2025." in client.get(PAGE).text


def test_a_yes_that_came_later_is_not_the_reason(client: PageClient, anna: Person) -> None:
    news = topic()
    subscribe(anna, news)
    delivery(anna, news, at=NOW - timedelta(days=1))
    agree(anna.id, news, at=NOW)
    assert "You were subscribed to “Product news”." in client.get(PAGE).text


def test_the_subject_line_is_the_reader_s(client: PageClient, anna: Person) -> None:
    delivery(anna, topic(), subject="Hello {{ given_name }} of {{ organization | your company }}")
    assert titles(client.get(PAGE).text) == ["Hello Anna of your company"]
    db.session.execute(update(Profile).values(given_name="<i>", organization="Keller"))
    db.session.commit()
    assert titles(client.get(PAGE).text) == ["Hello &lt;i&gt; of Keller"]


def test_emails_of_a_deleted_campaign_stay_on_the_list(client: PageClient, anna: Person) -> None:
    delivery(anna, topic())
    db.session.execute(delete(Campaign))
    db.session.commit()
    assert "A campaign that was deleted since" in client.get(PAGE).text


def test_emails_of_a_kind_that_is_no_longer_sent_stay_on_the_list(client: PageClient, anna: Person) -> None:
    message(anna, email="accounts/carrier_pigeon")
    assert "A message about your account" in client.get(PAGE).text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.PENDING, "On its way"),
        (State.FAILED, "Not delivered"),
        (State.UNCERTAIN, "Probably sent"),
        (State.SUPPRESSED, "Held back"),
    ],
)
def test_every_state_but_sent_has_plain_words(client: PageClient, anna: Person, state: State, words: str) -> None:
    message(anna, state=state)
    delivery(anna, topic(), state=state)
    assert client.get(PAGE).text.count(f">{words}<") == 2


def test_pages_hold_20_and_lead_on_and_back(client: PageClient, anna: Person) -> None:
    for minute in range(45):
        message(anna, at=NOW - timedelta(minutes=minute // 3))  # several at the same moment
    pages = [client.get(PAGE).text]
    while url := linked(pages[-1], "next"):
        pages.append(client.get(url).text)
    assert [len(times(page)) for page in pages] == [20, 20, 5]
    everything = [time for page in pages for time in times(page)]
    assert everything == sorted(everything, reverse=True)
    back = client.get(linked(pages[2], "prev")).text
    assert times(back) == times(pages[1])
    first = client.get(linked(back, "prev")).text
    assert times(first) == times(pages[0])
    assert not linked(first, "prev")


@pytest.mark.parametrize(
    "place", ["", "x", "2025-01-01", "2025-01-01_", "_1", "2025-13-01_1", "2025-01-01_%00", "2025_'"]
)
def test_a_mistyped_place_shows_the_newest(client: PageClient, anna: Person, place: str) -> None:
    message(anna)
    for name in ("older_than", "newer_than"):
        response = client.get(f"{PAGE}?{name}={place}")
        assert response.status_code == 200
        assert len(titles(response.text)) == 1


def times(page: str) -> list[str]:
    return re.findall(r'datetime="([^"]+)"', page)


def linked(page: str, rel: str) -> str:
    link = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return link[1].replace("&amp;", "&") if link else ""
