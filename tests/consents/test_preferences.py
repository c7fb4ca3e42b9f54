"""Choosing email topics in the account: each switch saves at once."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.pages import PageClient
from tests.people import Person, person, topic
from webapp.clock import utc_now
from webapp.consents import subscriptions
from webapp.consents.models import Consent, Method, Subscription, Suppression, SuppressionReason, Topic
from webapp.db import db
from webapp.subjects.models import Subject

PAGE = "/account/preferences"
HTMX = {"HX-Request": "true"}
SignIn = Callable[[Person], PageClient]


@pytest.fixture
def anna(sign_in: SignIn) -> Person:
    anna = person()
    sign_in(anna)
    return anna


@pytest.fixture
def news(anna: Person) -> UUID:
    return topic()


def switch(client: PageClient, topic_id: UUID, on: str) -> None:
    response = client.submit(f"{PAGE}/topics/{topic_id}", {"on": on}, page=PAGE)
    assert response.status_code == 303
    assert response.headers["Location"] == PAGE


def subscribed(topic_id: UUID) -> bool:
    db.session.expire_all()
    return bool(db.session.scalar(select(Subscription.subscribed).where(Subscription.topic_id == topic_id)))


def test_only_for_people_who_are_signed_in(client: PageClient) -> None:
    assert client.get(PAGE).status_code == 303


def test_topics_are_off_until_somebody_asks_for_them(client: PageClient, news: UUID) -> None:
    page = client.get(PAGE)
    assert "Product news" in page.text
    assert 'aria-checked="true"' not in page.text


def test_a_switch_works_without_javascript(client: PageClient, news: UUID) -> None:
    switch(client, news, "1")
    assert subscribed(news)
    assert "You get emails about “Product news” from now on." in client.get(PAGE).text
    switch(client, news, "0")
    assert not subscribed(news)
    assert "You get no more emails about “Product news”." in client.get(PAGE).text


def test_a_switch_answers_htmx_with_every_topic_in_its_new_state(client: PageClient, news: UUID) -> None:
    response = client.submit(f"{PAGE}/topics/{news}", {"on": "1"}, page=PAGE, headers=HTMX)
    assert response.status_code == 200
    assert response.text.lstrip().startswith('<div id="choices"')
    assert 'aria-checked="true"' in response.text
    assert "<html" not in response.text
    assert "HX-Request" in response.headers["Vary"]


def test_the_page_says_since_when_and_how(client: PageClient, news: UUID) -> None:
    switch(client, news, "1")
    assert ", in your account" in client.get(PAGE).text
    [line] = db.session.scalars(select(Consent))
    assert (line.method, line.wording) == (Method.ACCOUNT, "Product news – About Product news")


def test_everything_goes_off_with_one_button(client: PageClient, news: UUID, anna: Person) -> None:
    switch(client, news, "1")
    response = client.submit(f"{PAGE}/everything-off", page=PAGE)
    assert response.status_code == 303
    page = client.get(PAGE)
    assert "All marketing emails are off" in page.text
    assert 'aria-checked="true"' not in page.text
    assert "everything-off" not in page.text
    assert not subscribed(news)


def test_the_page_says_since_when_everything_is_off(client: PageClient, news: UUID, anna: Person) -> None:
    switch(client, news, "1")
    subject = db.session.get_one(Subject, anna.id)
    method, now = Method.UNSUBSCRIBE_LINK, utc_now()
    subscriptions.stop_everything(subject, method=method, wording="Stop", language="en", now=now)
    db.session.commit()
    page = client.get(PAGE).text
    assert ", by a link in an email" in page
    assert ", in your account" not in page


def test_after_everything_off_a_topic_can_be_chosen_again(client: PageClient, news: UUID) -> None:
    client.submit(f"{PAGE}/everything-off", page=PAGE)
    switch(client, news, "1")
    assert "All marketing emails are off" not in client.get(PAGE).text


@pytest.mark.parametrize(
    ("reason", "words"),
    [(SuppressionReason.HARD_BOUNCE, "undeliverable"), (SuppressionReason.COMPLAINT, "reported as spam")],
)
def test_the_page_explains_why_nothing_arrives(
    client: PageClient, news: UUID, anna: Person, reason: SuppressionReason, words: str
) -> None:
    subject = db.session.get_one(Subject, anna.id)
    db.session.add(Suppression(address_hash=subject.address_hash, reason=reason, at=utc_now()))
    db.session.commit()
    assert words in client.get(PAGE).text


def test_a_forged_post_from_another_site_changes_nothing(client: PageClient, news: UUID) -> None:
    switch(client, news, "1")
    assert client.post(f"{PAGE}/topics/{news}", data={"on": "0"}).status_code == 400
    assert client.post(f"{PAGE}/everything-off").status_code == 400
    assert subscribed(news)


@pytest.mark.parametrize("on", ["", "2", "true"])
def test_a_switch_is_on_or_off(client: PageClient, news: UUID, on: str) -> None:
    assert client.submit(f"{PAGE}/topics/{news}", {"on": on}, page=PAGE).status_code == 400


def test_a_topic_that_does_not_exist_cannot_be_chosen(client: PageClient, news: UUID) -> None:
    assert client.submit(f"{PAGE}/topics/{uuid4()}", {"on": "1"}, page=PAGE).status_code == 404


def test_topics_speak_the_person_s_language(client: PageClient, sign_in: SignIn) -> None:
    db.session.add(Topic(slug="n", titles={"en": "News", "fr": "Nouvelles"}, descriptions={}, position=1))
    sign_in(person("luc@example.org", language="fr"))
    page = client.get(PAGE).text
    assert "Nouvelles" in page
    assert '<html lang="fr"' in page


def test_a_double_submit_counts_once(client: PageClient, news: UUID) -> None:
    switch(client, news, "1")
    switch(client, news, "1")
    assert len(db.session.scalars(select(Consent)).all()) == 1


def test_without_topics_the_page_says_so(client: PageClient, anna: Person) -> None:
    assert "There are no topics to choose from yet" in client.get(PAGE).text
