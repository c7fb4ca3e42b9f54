"""The link at the foot of every campaign email: it works with one click, signed out, and for ever."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from tests.pages import PageClient
from tests.people import Person, person, subscribe, topic
from webapp import links
from webapp.campaigns import departures, statistics
from webapp.campaigns.models import Campaign, CampaignCount
from webapp.clock import utc_now
from webapp.consents.models import Consent, Method, Subscription, Suppression, SuppressionReason, Topic
from webapp.consents.unsubscribe_links import token_for
from webapp.db import db
from webapp.subjects.models import Subject

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass(frozen=True)
class Email:
    """An email of a campaign about Product news, and its reader Anna."""

    reader: Person
    topic_id: UUID
    campaign_id: UUID
    token: str

    @property
    def url(self) -> str:
        return f"/unsubscribe/{self.token}"


@pytest.fixture
def email(app: Flask) -> Email:
    reader, topic_id = person(), topic()
    subscribe(reader, topic_id)
    campaign = Campaign(topic_id=topic_id, subject="Spring", body="Hello", changed_at=utc_now())
    db.session.add(campaign)
    db.session.commit()
    token = token_for(reader.id, topic_id=topic_id, campaign_id=campaign.id)
    return Email(reader, topic_id, campaign.id, token)


@pytest.fixture
def provider(app: Flask) -> FlaskClient:
    """A mail provider's server: it has no cookies and no CSRF token, and comes from another site."""
    return app.test_client(use_cookies=False)


def subscribed(email: Email) -> bool:
    db.session.expire_all()
    return bool(
        db.session.scalar(
            select(Subscription.subscribed).where(
                Subscription.subject_id == email.reader.id, Subscription.topic_id == email.topic_id
            )
        )
    )


def ledger() -> list[Consent]:
    return list(db.session.scalars(select(Consent).order_by(Consent.at)))


def test_the_page_shows_one_button_that_names_topic_and_masked_address(client: PageClient, email: Email) -> None:
    page = client.get(email.url)
    assert page.status_code == 200
    assert "Unsubscribe from “Product news”" in page.text
    assert "a•••@example.org" in page.text
    assert "anna@example.org" not in page.text
    assert page.text.count(f'action="{email.url}"') == 1


def test_scanners_that_open_the_link_50_times_change_nothing(client: PageClient, email: Email) -> None:
    for _ in range(25):
        assert client.get(email.url).status_code == 200
        assert client.head(email.url).status_code == 200
        assert client.get(f"/preferences/{email.token}").status_code == 200
    assert subscribed(email)
    assert ledger() == []


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_mail_provider_s_post_unsubscribes_without_cookie_or_redirect(
    provider: FlaskClient, email: Email, content_type: str
) -> None:
    response = provider.post(email.url, data=ONE_CLICK, content_type=content_type)
    assert response.status_code == 200
    assert "Location" not in response.headers
    assert "Set-Cookie" not in response.headers
    assert response.mimetype == "text/plain"
    assert not subscribed(email)
    [line] = ledger()
    assert (line.given, line.method, line.campaign_id) == (False, Method.ONE_CLICK, email.campaign_id)


def test_a_mail_provider_may_be_another_site(provider: FlaskClient, email: Email) -> None:
    headers = {"Origin": "https://mail.example", "Referer": "https://mail.example/", "Sec-Fetch-Site": "cross-site"}
    assert provider.post(email.url, data=ONE_CLICK, headers=headers).status_code == 200
    assert not subscribed(email)


def test_repeated_it_says_so_kindly_and_writes_nothing(provider: FlaskClient, email: Email) -> None:
    provider.post(email.url, data=ONE_CLICK)
    again = provider.post(email.url, data=ONE_CLICK)
    assert again.status_code == 200
    assert "already" in again.text
    assert len(ledger()) == 1
    assert "You are unsubscribed already" in provider.get(email.url).text


def test_the_page_s_button_goes_on_to_what_was_done(client: PageClient, email: Email) -> None:
    response = client.submit(email.url)
    assert response.status_code == 303
    done = client.get(response.headers["Location"])
    assert "You are unsubscribed" in done.text
    assert "already" not in done.text
    assert not subscribed(email)
    [line] = ledger()
    assert (line.method, line.wording) == (Method.UNSUBSCRIBE_LINK, "Unsubscribe from “Product news”")


def test_the_button_works_in_a_browser_without_cookies(provider: FlaskClient, email: Email) -> None:
    assert provider.post(email.url).status_code == 303
    assert not subscribed(email)


def test_in_two_tabs_the_second_says_it_was_done_already(client: PageClient, email: Email) -> None:
    for tab in ("done", "done already"):
        response = client.post(email.url, follow_redirects=True)
        assert ("already" in response.text) == (tab == "done already")
    assert len(ledger()) == 1


def test_a_mistake_is_undone_with_one_button(client: PageClient, email: Email) -> None:
    client.post(email.url)
    undo = f"/preferences/{email.token}/topics/{email.topic_id}"
    assert f'action="{undo}"' in client.get(email.url).text
    response = client.post(undo, data={"on": "1"}, follow_redirects=True)
    assert "You get emails about “Product news” from now on." in response.text
    assert subscribed(email)


def test_an_old_link_does_not_subscribe_anyone_again(client: PageClient, email: Email) -> None:
    client.post(email.url)
    client.get(email.url)
    client.get(f"/preferences/{email.token}")
    client.post(email.url)
    assert not subscribed(email)


def test_it_works_after_the_campaign_was_deleted(provider: FlaskClient, email: Email) -> None:
    db.session.execute(delete(Campaign))
    db.session.commit()
    assert "Product news" in provider.get(email.url).text
    assert provider.post(email.url, data=ONE_CLICK).status_code == 200
    assert not subscribed(email)


@pytest.fixture
def topic_deleted(email: Email) -> None:
    db.session.execute(delete(Campaign))
    db.session.execute(delete(Topic))
    db.session.commit()


@pytest.mark.usefixtures("topic_deleted")
def test_after_the_topic_was_deleted_all_marketing_goes_off(client: PageClient, email: Email) -> None:
    offers = topic("offers", "Offers")
    subscribe(email.reader, offers)
    assert "Stop all marketing emails?" in client.get(email.url).text
    done = client.post(email.url, follow_redirects=True)
    assert "You are unsubscribed" in done.text
    assert db.session.scalars(select(Suppression.reason)).all() == [SuppressionReason.EVERYTHING_OFF]
    assert not db.session.scalars(select(Subscription).where(Subscription.subscribed)).all()


@pytest.mark.usefixtures("topic_deleted")
def test_one_click_works_after_the_topic_was_deleted(provider: FlaskClient, email: Email) -> None:
    assert "Done" in provider.post(email.url, data=ONE_CLICK).text
    assert "already" in provider.post(email.url, data=ONE_CLICK).text
    assert "You are unsubscribed already" in provider.get(email.url).text


def test_it_is_kind_to_people_of_whom_nothing_is_held(provider: FlaskClient, email: Email) -> None:
    db.session.execute(delete(Subject))
    db.session.commit()
    assert provider.post(email.url, data=ONE_CLICK).status_code == 200
    for url in (email.url, f"/preferences/{email.token}"):
        assert "You are unsubscribed" in provider.get(url).text
    for path in (f"topics/{email.topic_id}", "everything-off"):
        assert provider.post(f"/preferences/{email.token}/{path}", data={"on": "1"}).status_code == 303


@pytest.mark.parametrize("damage", ["cut", "halved", "lengthened", "other case", "no dot", "not ASCII", "nothing left"])
@pytest.mark.parametrize("path", ["unsubscribe", "preferences"])
def test_a_damaged_link_changes_nothing_and_shows_a_way_forward(
    client: PageClient, email: Email, path: str, damage: str
) -> None:
    url = f"/{path}/{damaged(email.token, damage)}"
    response = client.get(url)
    assert response.status_code == 404
    assert "/sign-in?next=/account/preferences" in response.text
    for action in ("", f"/topics/{email.topic_id}", "/everything-off"):
        assert client.post(url + action, data=ONE_CLICK | {"on": "0"}).status_code in {404, 405}
    assert subscribed(email)


def damaged(token: str, damage: str) -> str:
    return {
        "cut": token[:-1],
        "halved": token[: len(token) // 2],
        "lengthened": f"{token}x",
        "other case": token.swapcase(),
        "no dot": token.replace(".", ""),
        "not ASCII": f"é{token}",
        "nothing left": "-",
    }[damage]


@pytest.mark.parametrize("purpose", [purpose for purpose in links.Purpose if purpose is not links.Purpose.UNSUBSCRIBE])
def test_a_link_for_another_purpose_is_refused(client: PageClient, email: Email, purpose: links.Purpose) -> None:
    token = links.sign(purpose, now=utc_now(), s=email.reader.id.hex, t=email.topic_id.hex)
    assert client.post(f"/unsubscribe/{token}", data=ONE_CLICK).status_code == 404
    assert subscribed(email)


def test_the_page_speaks_the_reader_s_language(client: PageClient) -> None:
    reader = person("anna@example.org", language="de")
    news = Topic(slug="news", titles={"en": "News", "de": "Neuigkeiten"}, descriptions={}, position=1)
    db.session.add(news)
    db.session.commit()
    subscribe(reader, news.id)
    page = client.get(f"/unsubscribe/{token_for(reader.id, topic_id=news.id, campaign_id=None)}")
    assert '<html lang="de"' in page.text
    assert "Neuigkeiten" in page.text


def test_links_ask_nobody_to_sign_in_and_sign_nobody_in(client: PageClient, email: Email) -> None:
    client.post(email.url, follow_redirects=True)
    client.get(f"/preferences/{email.token}")
    assert client.get("/account/preferences").status_code == 303


def test_the_campaign_counts_who_left_because_of_it(client: PageClient, email: Email) -> None:
    client.post(email.url)
    client.post(email.url)
    for _ in range(2):
        departures.count()
        db.session.commit()
    assert statistics.figures(db.session.get_one(Campaign, email.campaign_id)).unsubscribed == 1


def test_a_campaign_that_was_deleted_counts_nobody(client: PageClient, email: Email) -> None:
    client.post(email.url)
    db.session.execute(delete(Campaign))
    departures.count()
    assert db.session.scalars(select(CampaignCount)).all() == []


def test_the_link_switches_other_topics_too(client: PageClient, email: Email) -> None:
    offers = topic("offers", "Offers")
    url = f"/preferences/{email.token}"
    response = client.submit(f"{url}/topics/{offers}", {"on": "1"}, page=url)
    assert response.status_code == 303
    assert "You get emails about “Offers” from now on." in client.get(response.headers["Location"]).text
    assert db.session.scalar(select(Subscription.subscribed).where(Subscription.topic_id == offers))


def test_the_link_stops_everything(client: PageClient, email: Email) -> None:
    url = f"/preferences/{email.token}"
    stopped = client.post(f"{url}/everything-off", headers={"HX-Request": "true"})
    assert stopped.status_code == 200
    assert "All marketing emails are off" in stopped.text
    assert stopped.text.lstrip().startswith('<div id="choices"')
    assert not subscribed(email)
    assert "You are unsubscribed already" in client.get(email.url).text


@pytest.mark.parametrize("on", ["", "2", "yes", "1; DROP TABLE"])
def test_a_switch_is_on_or_off(client: PageClient, email: Email, on: str) -> None:
    response = client.post(f"/preferences/{email.token}/topics/{email.topic_id}", data={"on": on})
    assert response.status_code == 400
    assert subscribed(email)


def test_a_topic_that_does_not_exist_cannot_be_switched(client: PageClient, email: Email) -> None:
    assert client.post(f"/preferences/{email.token}/topics/{uuid4()}", data={"on": "0"}).status_code == 404
    assert subscribed(email)


def test_the_page_is_kept_by_no_cache(client: PageClient, email: Email) -> None:
    assert client.get(email.url).cache_control.no_store
