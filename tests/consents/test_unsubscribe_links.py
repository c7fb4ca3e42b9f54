"""The token in the link at the foot of every campaign email."""

from uuid import UUID, uuid4

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.pages import statements
from webapp import links
from webapp.clock import utc_now
from webapp.consents.unsubscribe_links import UnsubscribeToken, read_token, token_for

SUBJECT, TOPIC, CAMPAIGN = uuid4(), uuid4(), uuid4()


@pytest.mark.parametrize("campaign_id", [CAMPAIGN, None])
def test_a_token_names_reader_topic_and_campaign(app: Flask, campaign_id: object) -> None:
    token = token_for(SUBJECT, topic_id=TOPIC, campaign_id=CAMPAIGN if campaign_id else None)
    assert read_token(token) == UnsubscribeToken(SUBJECT, TOPIC, CAMPAIGN if campaign_id else None)


def test_the_same_email_always_has_the_same_link(app: Flask) -> None:
    tokens = {token_for(SUBJECT, topic_id=TOPIC, campaign_id=CAMPAIGN) for _ in range(3)}
    assert len(tokens) == 1


def test_links_outlive_a_change_of_keys(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_for(SUBJECT, topic_id=TOPIC, campaign_id=CAMPAIGN)
    rotated = app.extensions["settings"]
    newer = rotated.model_copy(update={"secret_keys": [SecretStr("n" * 40), *rotated.secret_keys]})
    monkeypatch.setitem(app.extensions, "settings", newer)
    assert read_token(token).subject_id == SUBJECT
    assert token_for(SUBJECT, topic_id=TOPIC, campaign_id=CAMPAIGN) != token


def test_a_token_for_another_purpose_is_refused(app: Flask) -> None:
    data = {"s": SUBJECT.hex, "t": TOPIC.hex}
    for purpose in links.Purpose:
        if purpose is not links.Purpose.UNSUBSCRIBE:
            with pytest.raises(links.InvalidLink):
                read_token(links.sign(purpose, now=utc_now(), **data))


@pytest.mark.parametrize("campaign_id", [CAMPAIGN, None])
def test_the_long_tokens_of_earlier_emails_are_read_for_ever(app: Flask, campaign_id: UUID | None) -> None:
    campaign = {"c": campaign_id.hex} if campaign_id else {}
    token = links.sign(links.Purpose.UNSUBSCRIBE, now=utc_now(), s=SUBJECT.hex, t=TOPIC.hex, **campaign)
    assert read_token(token) == UnsubscribeToken(SUBJECT, TOPIC, campaign_id)


@pytest.mark.parametrize("position", [0, 40, 70, -2])
def test_a_token_that_was_changed_is_refused(app: Flask, position: int) -> None:
    token = token_for(SUBJECT, topic_id=TOPIC, campaign_id=CAMPAIGN)
    characters = list(token)
    characters[position] = "A" if token[position] != "A" else "B"
    for wrong in ("".join(characters), token[:-5], f"{token}.{token}"):
        with pytest.raises(links.InvalidLink):
            read_token(wrong)


def test_a_link_for_each_of_a_million_readers_asks_no_database(app: Flask) -> None:
    before = len(statements)
    token_for(SUBJECT, topic_id=TOPIC, campaign_id=CAMPAIGN)
    assert len(statements) == before
