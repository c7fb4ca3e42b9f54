"""Which language pages and emails speak."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.pages import PageClient
from tests.people import Person, person
from webapp.db import db
from webapp.language import file_size, speaking
from webapp.subjects.models import Subject


def test_a_visitor_chooses_and_comes_back_to_the_page(client: PageClient) -> None:
    response = client.submit("/language", {"language": "fr", "next": "/sign-in"}, page="/sign-in")
    assert response.location == "/sign-in"
    assert 'lang="fr"' in client.get("/sign-in").text


def test_a_person_is_also_written_to_in_that_language(
    client: PageClient, sign_in: Callable[[Person], PageClient]
) -> None:
    sign_in(person())
    client.submit("/language", {"language": "it"}, page="/account/profile")
    assert db.session.scalars(select(Subject.language)).one() == "it"
    client.submit("/account/profile/language", {"language": "de"})
    assert db.session.scalars(select(Subject.language)).one() == "de"
    assert 'lang="de"' in client.get("/account/profile").text


@pytest.mark.parametrize("language", ["", "xx", "de\0", "../de", "DE"])
def test_only_offered_languages_can_be_chosen(
    client: PageClient, sign_in: Callable[[Person], PageClient], language: str
) -> None:
    sign_in(person())
    assert client.submit("/language", {"language": language}, page="/account/profile").status_code == 400
    assert client.submit("/account/profile/language", {"language": language}).status_code == 422
    assert db.session.scalars(select(Subject.language)).one() == "en"


def test_with_htmx_the_whole_page_changes(client: PageClient, sign_in: Callable[[Person], PageClient]) -> None:
    sign_in(person())
    response = client.submit("/account/profile/language", {"language": "de"}, headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == "/account/profile"


@pytest.mark.parametrize(
    ("language", "size", "said"),
    [
        ("en", 999, "999 byte"),
        ("en", 48_120, "48.1 kB"),
        ("de", 1_234_567, "1,2 MB"),
        ("fr", 1_234_567, "1,2\u202fMo"),
        ("it", 3_000_000_000_000_000, "3.000 TB"),
    ],
)
def test_the_size_of_a_file_is_said_in_the_words_of_the_language(
    app: Flask, language: str, size: int, said: str
) -> None:
    with app.test_request_context(), speaking(language):
        assert file_size(size) == said
