"""Correcting contact details, row by row, with htmx and without."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.accounts.browsers import another_browser, can_sign_in
from tests.pages import PageClient
from tests.people import Person, person
from webapp.accounts.models import Profile
from webapp.audit import Action, AuditEntry
from webapp.db import db
from webapp.subjects import trail
from webapp.subjects.models import Subject

SignIn = Callable[[Person], PageClient]
HTMX = {"HX-Request": "true"}
ROWS = ["name", "organization", "phone", "address", "email", "language"]
ADDRESS = {"street_address": "Seestrasse 12", "postal_code": "8002", "city": "Zürich", "country": "CH"}


@pytest.fixture
def anna(client: PageClient, sign_in: SignIn) -> Person:
    anna = person()
    sign_in(anna)
    return anna


def save(client: PageClient, row: str, data: dict[str, str], *, status: int = 303) -> str:
    response = client.submit(f"/account/profile/{row}", data)
    assert response.status_code == status, response.text
    return response.text


def profile() -> Profile:
    return db.session.scalars(select(Profile)).one()


def test_every_contact_detail_is_shown(client: PageClient, anna: Person) -> None:
    save(client, "phone", {"tel": "079 123 45 67"})
    save(client, "address", ADDRESS)
    save(client, "organization", {"organization": "Keller & Söhne"})
    page = client.get("/account/profile").text
    for shown in (
        "Anna Keller",
        "Keller &amp; Söhne",
        "anna@example.org",
        "+41 79 123 45 67",
        "Seestrasse 12",
        "8002 Zürich",
    ):
        assert shown in page
    assert "Switzerland" in page


@pytest.mark.parametrize("row", ROWS)
def test_a_row_opens_in_place_with_htmx_and_as_a_page_without(client: PageClient, anna: Person, row: str) -> None:
    fragment = client.get(f"/account/profile/{row}", headers=HTMX)
    page = client.get(f"/account/profile/{row}")
    assert "<html" not in fragment.text
    assert fragment.text.count(f'id="profile-{row}"') == 1
    assert "<form" in fragment.text
    assert "<html" in page.text
    assert all(f'id="profile-{other}"' in page.text for other in ROWS)
    assert page.vary.as_set() >= {"hx-request"}


@pytest.mark.parametrize("row", ROWS)
def test_cancelling_closes_the_row(client: PageClient, anna: Person, row: str) -> None:
    fragment = client.get(f"/account/profile?row={row}", headers=HTMX)
    assert f'id="profile-{row}"' in fragment.text
    assert "<form" not in fragment.text
    assert f'href="/account/profile?row={row}"' in client.get(f"/account/profile/{row}").text
    assert "<html" in client.get(f"/account/profile?row={row}").text


@pytest.mark.parametrize("row", ["../security", "x", "", "Name"])
def test_a_row_that_is_none_is_ignored(client: PageClient, anna: Person, row: str) -> None:
    assert client.get("/account/profile", query_string={"row": row}).status_code == 200


def test_saving_says_so_calmly(client: PageClient, anna: Person) -> None:
    data = {"given_name": "Änne", "family_name": "Keller"}
    fragment = client.submit("/account/profile/name", data, headers=HTMX)
    assert fragment.status_code == 200
    assert "Änne Keller" in fragment.text
    assert 'hx-swap-oob="innerHTML"' in fragment.text
    assert "Saved." in fragment.text
    answer = client.submit("/account/profile/name", data)
    assert answer.location == "/account/profile#profile-name"
    assert "Saved." in client.get("/account/profile").text


def test_a_form_error_comes_back_in_place(client: PageClient, anna: Person) -> None:
    fragment = client.submit("/account/profile/name", {"given_name": "", "family_name": "K"}, headers=HTMX)
    assert fragment.status_code == 422
    assert "<html" not in fragment.text
    assert "Enter your first name." in fragment.text
    assert 'value="K"' in fragment.text
    assert profile().family_name == "Keller"


@pytest.mark.parametrize("name", ["🦄🏔️", "فاطمة الزهراء", "שָׁלוֹם", "N" * 100])
def test_names_of_every_script_are_kept(client: PageClient, anna: Person, name: str) -> None:
    save(client, "name", {"given_name": f"  {name} ", "family_name": "Keller"})
    assert profile().given_name == name
    assert f"<bdi>{name} Keller</bdi>" in client.get("/account/profile").text


@pytest.mark.parametrize("name", ["", "  ", "N" * 101, "Eve\r\nBcc: all@example.org", "Eve\0", "\u202eEve", "\u200d"])
def test_names_that_break_things_are_refused(client: PageClient, anna: Person, name: str) -> None:
    save(client, "name", {"given_name": "Anna", "family_name": name}, status=422)
    assert profile().family_name == "Keller"


def test_markup_in_a_name_is_shown_as_text(client: PageClient, anna: Person) -> None:
    save(client, "name", {"given_name": "<script>alert(1)</script>", "family_name": '"><img src=x>'})
    page = client.get("/account/profile").text
    assert "<script>alert" not in page
    assert "<img" not in page


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("044 668 18 00", "", "+41446681800"),
        ("(0)44 668.18.00", "", "+41446681800"),
        ("+49 30 901820", "", "+4930901820"),
        ("0049 30 901820", "", "+4930901820"),
        ("030 901820", "DE", "+4930901820"),
        ("06 6982", "IT", "+39066982"),
        ("", "", ""),
    ],
)
def test_phone_numbers_as_one_writes_them_at_home(
    client: PageClient, anna: Person, typed: str, country: str, kept: str
) -> None:
    save(client, "address", {"street_address": "", "postal_code": "", "city": "", "country": country})
    save(client, "phone", {"tel": typed})
    assert profile().phone == kept


@pytest.mark.parametrize("typed", ["12", "044 668", "phone", "+999 1234567", "079 123 45 67 ext. 8", "0" * 41, "044\0"])
def test_phone_numbers_that_are_none(client: PageClient, anna: Person, typed: str) -> None:
    save(client, "phone", {"tel": typed}, status=422)
    assert profile().phone == ""


def test_a_wrong_phone_number_is_answered_with_an_example(client: PageClient, anna: Person) -> None:
    assert "+41 21 234 56 78" in save(client, "phone", {"tel": "12"}, status=422)
    save(client, "address", {"street_address": "", "postal_code": "", "city": "", "country": "DE"})
    assert "+49 30 123456" in save(client, "phone", {"tel": "12"}, status=422)


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("CH", "8002"),
        ("CH", "CH-8002"),
        ("DE", "10115"),
        ("AT", "1010"),
        ("FR", "75001"),
        ("IT", "00184"),
        ("LI", "9490"),
        ("GB", "SW1A 1AA"),
        ("HK", ""),
    ],
)
def test_postal_codes_by_country(client: PageClient, anna: Person, country: str, code: str) -> None:
    save(client, "address", ADDRESS | {"country": country, "postal_code": code})
    assert profile().postal_code == code.removeprefix("CH-")


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("CH", "80022"),
        ("CH", "٨٠٠٢"),
        ("CH", ""),
        ("DE", "1011"),
        ("AT", "10101"),
        ("FR", "7500"),
        ("IT", "184"),
        ("LI", "8002"),
    ],
)
def test_postal_codes_of_another_country(client: PageClient, anna: Person, country: str, code: str) -> None:
    save(client, "address", ADDRESS | {"country": country, "postal_code": code}, status=422)
    assert profile().city == ""


@pytest.mark.parametrize("missing", ["street_address", "city", "country"])
def test_half_an_address_is_refused(client: PageClient, anna: Person, missing: str) -> None:
    save(client, "address", ADDRESS | {missing: ""}, status=422)


def test_an_address_can_be_removed(client: PageClient, anna: Person) -> None:
    save(client, "address", ADDRESS)
    save(client, "address", dict.fromkeys(ADDRESS, ""))
    assert (profile().street_address, profile().country) == ("", "")


def test_countries_have_names_in_the_readers_language(client: PageClient, anna: Person) -> None:
    client.submit("/language", {"language": "de"}, page="/account/profile")
    page = client.get("/account/profile/address").text
    assert '<option value="AT">Österreich</option>' in page
    assert page.index("Österreich") < page.index("Portugal")


def test_the_audit_log_says_which_details_changed_and_not_to_what(client: PageClient, anna: Person) -> None:
    save(client, "phone", {"tel": "044 668 18 00"})
    save(client, "phone", {"tel": "044 668 18 00"})
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == Action.PROFILE_CHANGED).order_by(AuditEntry.id)
    ).all()
    assert [trail.details_of(entry, db.session.get_one(Subject, anna.id)) for entry in entries] == [{"fields": "phone"}]


def test_people_see_and_change_their_own_details_only(client: PageClient, app: Flask, anna: Person) -> None:
    bea = person("bea@example.org", given_name="Bea")
    other = another_browser(app)
    assert can_sign_in(other, bea.email)
    save(other, "organization", {"organization": "Bea & Co."})
    assert db.session.get_one(Profile, anna.id).organization == ""
    assert "anna@example.org" not in other.get("/account/profile").text


def test_a_form_without_its_csrf_token_is_refused(client: PageClient, anna: Person) -> None:
    assert client.post("/account/profile/name", data={"given_name": "X", "family_name": "Y"}).status_code == 400
    assert profile().given_name == "Anna"


def test_visitors_are_asked_to_sign_in(client: PageClient) -> None:
    assert client.get("/account/profile/name").location == "/sign-in?next=/account/profile/name"
    fragment = client.get("/account/profile/name", headers=HTMX)
    assert fragment.headers["HX-Redirect"] == "/sign-in"


def test_two_tabs_save_one_after_the_other(client: PageClient, anna: Person) -> None:
    save(client, "name", {"given_name": "Anna", "family_name": "First"})
    save(client, "organization", {"organization": "Second"})
    assert (profile().family_name, profile().organization) == ("First", "Second")
    assert db.session.scalar(select(func.count()).select_from(Profile)) == 1
