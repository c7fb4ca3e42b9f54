"""The start page, the menus and the company's colour."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.pages import PageClient, statements
from tests.people import Person, person
from webapp.access import Role

SignIn = Callable[[Person], PageClient]


def test_visitors_are_invited_to_sign_in_or_up(client: PageClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Alpenglow Hosting" in page.text
    assert 'href="/sign-in"' in page.text
    assert 'href="/sign-up"' in page.text


def test_people_who_are_signed_in_are_offered_their_account(client: PageClient, sign_in: SignIn) -> None:
    sign_in(person())
    page = client.get("/")
    assert "Go to my account" in page.text
    assert 'href="/sign-up"' not in page.text


def test_the_start_page_asks_no_database(client: PageClient) -> None:
    client.get("/")
    assert statements == []


def test_the_company_s_colour_is_a_stylesheet_that_may_be_cached(client: PageClient) -> None:
    response = client.get("/brand.css")
    assert response.mimetype == "text/css"
    assert "--brand: #1f5eff" in response.text
    assert response.cache_control.public
    assert response.cache_control.max_age == 3600
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    ("role", "areas"),
    [
        (Role.CUSTOMER, {"/account"}),
        (Role.MARKETER, {"/account", "/marketing/campaigns"}),
        (Role.ADMINISTRATOR, {"/account", "/marketing/campaigns"}),
    ],
)
def test_the_menu_holds_the_areas_of_a_role(client: PageClient, sign_in: SignIn, role: Role, areas: set[str]) -> None:
    sign_in(person(role=role))
    page = client.get("/")
    for url in ("/account", "/marketing/campaigns"):
        assert (f'href="{url}"' in page.text) == (url in areas)


def test_the_menu_marks_the_page_one_is_on(client: PageClient, sign_in: SignIn) -> None:
    sign_in(person())
    assert '<a href="/account" aria-current="page">' in client.get("/account").text
    for url in ("/account/preferences", "/account/emails"):
        page = client.get(url).text
        assert '<a href="/account/preferences" aria-current="page">' in page


def test_no_link_in_menus_and_pages_is_dead(app: Flask, client: PageClient, sign_in: SignIn) -> None:
    sign_in(person(role=Role.ADMINISTRATOR))
    for page in ("/", "/account", "/account/preferences", "/account/emails", "/marketing/campaigns"):
        for url in local_links(client.get(page).text):
            assert client.get(url).status_code in {200, 303}, f"{page} leads to {url}"


def local_links(html: str) -> set[str]:
    return {url.partition("#")[0] for url in re.findall(r'href="(/[^"]*)"', html)} - {""}
