"""A wording that somebody agreed to never changes: other words are a new version."""

import hashlib
import json

import pytest

from webapp.config import Settings
from webapp.consents import wordings
from webapp.consents.models import ConsentPurpose, Topic
from webapp.consents.wordings import Wording

# What each version said, for ever. A new version gets a line of its own; no line is ever changed.
PRINTS = {
    "topic switch/1": "cc37d38b27b12074",
    "topic box/1": "2ae90a1cd83eb5d3",
    "unsubscribe button/1": "411a67658a2a08c7",
    "stop button/1": "2f3504e17a7ff4ac",
    "one click/1": "06ec53f4267f84e9",
    "complaint/1": "157b5fc1521e23bb",
    "erasure/1": "401853360a63c6c7",
    "privacy signal/1": "3007a76f369b1fd9",
    "usage/1": "72a840bbfd0318b2",
    "nearby/1": "26c3e94944afa5e4",
}


def test_no_version_changes_its_words() -> None:
    assert {wording.version: print_of(wording) for wording in wordings.REGISTER} == PRINTS


@pytest.mark.parametrize("wording", wordings.REGISTER, ids=lambda wording: wording.version)
def test_each_wording_is_there_in_every_language(wording: Wording, settings: Settings) -> None:
    for_all = wording.texts.keys() == {wordings.FALLBACK}
    assert for_all or wording.texts.keys() == set(settings.languages)


def test_a_wording_says_the_same_number_of_things_in_every_language() -> None:
    for wording in wordings.REGISTER:
        assert len({text.count("\n") for text in wording.texts.values()}) == 1, wording.version


def test_what_is_shown_carries_its_version() -> None:
    topic = Topic(titles={"en": "News {now}", "de": "Neues"}, descriptions={"en": "Monthly", "de": "Monatlich"})
    assert wordings.topic_switch(topic, "en") == wordings.Shown("News {now} – Monthly", "topic switch/1")
    box = wordings.Shown("Ja, senden Sie mir «Neues» per E-Mail. Monatlich", "topic box/1")
    assert wordings.topic_box(topic, "de") == box
    assert wordings.unsubscribe_button(None, "en").text == "Stop all marketing emails"


def test_every_kind_of_tracking_has_words() -> None:
    assert set(wordings.TRACKING) == set(ConsentPurpose) - {ConsentPurpose.TOPIC}


def print_of(wording: Wording) -> str:
    return hashlib.sha256(json.dumps(wording.texts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
