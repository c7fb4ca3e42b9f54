"""Every kind of email, in every language: complete, in that language, and the same in text as in HTML."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from flask import Flask
from markupsafe import Markup

from webapp.config import Settings
from webapp.language import speaking
from webapp.mail.catalogue import catalogue
from webapp.mail.rendering import EMAILS, Rendered, render

LANGUAGES = ["en", "de", "fr", "it"]
FOLDERS = sorted(str(path.parent.relative_to(EMAILS)) for path in EMAILS.rglob("subject.txt"))
# What the templates say something about, by the name of the variable.
VALUES = {
    "name": "Ursina & Söhne",
    "url": "http://localhost/link",
    "reset_url": "http://localhost/reset",
    "sign_in_url": "http://localhost/sign-in",
    "again_url": "http://localhost/again",
    "security_url": "http://localhost/security",
    "new_email": "ursina@caduff.example",
    "old_email": "u.caduff@example.org",
    "email": "u.caduff@example.org",
    "stop_url": "http://localhost/stop",
    "not_me_url": "http://localhost/not-me",
    "due_at": datetime(2026, 3, 7, 5, 6, tzinfo=UTC),
    "device": "Firefox on Linux",
    "network": "192.0.2.7",
    "inviter": "Olga Ivanova",
    "role": "Support",
    "works_here": True,
    "what": "An authenticator app was added",
    "day": date(2025, 3, 4),
    "when": datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
    "until": datetime(2026, 3, 11, 5, 6, tzinfo=UTC),
    "size": 1_234_567,
    "is_first": False,
    "valid_from": date(2026, 4, 1),
    "changes_url": "http://localhost/changes",
    "figure": "Longest wait for a copy",
    "value": "31 days",
    "limit": "30 days",
    "heading": "The river",
    "code": "042137",
    "minutes": 15,
    "whom": "Hosting Engadin",
    "requests": [("Copy of data", datetime(2026, 3, 9, 5, 6, tzinfo=UTC), 4)],
    "due_soon": 3,
    "why": "We need the records of your phone provider first.",
    "agreed": False,
    "kept": datetime(2025, 3, 5, 5, 6, tzinfo=UTC),
    "totals": {"deleted": 1_234, "kept": 12, "later": 3},
    "number": 3,
    "campaign": "Our river",
    "so_far": "1,234",
    "in_all": "5,678",
    "body_html": Markup("<p>Water cools every server.</p>"),
    "body_text": "Water cools every server.",
}
WRITTEN_BY_MARKETERS = "campaigns/campaign"  # the frame of what they write, and of `campaigns/test`
MARKETING = {"unsubscribe_url": "http://localhost/unsubscribe", "preferences_url": "http://localhost/preferences"}
SERVICE = {"unsubscribe_url": None, "preferences_url": None}


def test_every_email_has_a_folder_and_every_folder_is_an_email() -> None:
    assert set(FOLDERS) - {WRITTEN_BY_MARKETERS} == set(catalogue) - {"campaigns/test"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("email", FOLDERS)
def test_it_renders(app: Flask, settings: Settings, email: str, language: str) -> None:
    reason = reason_for(email, language)
    rendered = rendering(email, language)
    words = " ".join(rendered.text.split())
    assert rendered.subject
    assert reason in words
    assert settings.company_name in words
    assert not re.search(r"<\w+|&\w+;|[{%]", rendered.text)
    assert f'lang="{language}"' in rendered.html
    assert reason in unescape(rendered.html)
    assert addresses(rendered.html) == addresses(rendered.text)


@pytest.mark.parametrize("email", FOLDERS)
def test_no_language_borrows_the_words_of_another(app: Flask, email: str) -> None:
    texts = {rendering(email, language).text for language in LANGUAGES}
    assert len(texts) == len(LANGUAGES)


def rendering(email: str, language: str) -> Rendered:
    variables = VALUES | (MARKETING if email == WRITTEN_BY_MARKETERS else SERVICE)
    return render(email, variables | {"reason": reason_for(email, language)}, language=language)


def reason_for(email: str, language: str) -> str:
    with speaking(language):
        return "You subscribed." if email == WRITTEN_BY_MARKETERS else str(catalogue[email].reason)


def addresses(text: str) -> set[str]:
    return set(re.findall(r"http://localhost/[\w-]+", text))
