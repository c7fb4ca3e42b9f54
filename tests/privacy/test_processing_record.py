"""The record of processing activities has what GDPR Art. 30(1) and FADP Art. 12 ask for."""

import csv
from collections.abc import Callable
from io import StringIO

import pytest

from tests.pages import PageClient
from tests.people import Person, person
from webapp.access import Role
from webapp.language import speaking
from webapp.privacy import inventory
from webapp.privacy.data_map.retention import WHILE_CUSTOMER
from webapp.privacy.data_map.vocabulary import Purpose

SignIn = Callable[[Person], PageClient]
PAGE = "/staff/processing-record"
EMPTY_WITHOUT_DATA = {"Data", "Details", "Persons concerned", "Where from"}


def officer(sign_in: SignIn) -> PageClient:
    return sign_in(person(role=Role.PRIVACY_OFFICER))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def test_the_page_names_all_nine_purposes_with_basis_time_and_recipients(sign_in: SignIn) -> None:
    page = officer(sign_in).get(PAGE).text
    assert page.count('id="purpose-') == len(Purpose)
    for entry in purposes():
        assert entry.title[1:] in page
        assert entry.bases[0][1:] in page


def test_the_csv_is_complete_in_each_line(sign_in: SignIn, configure: Callable[..., None]) -> None:
    configure(company_address="Dorfstrasse 1, 3920 Zermatt", privacy_contact="privacy@alpenglow.example")
    response = officer(sign_in).get(f"{PAGE}.csv")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    lines = rows(response.text)
    assert {line["Purpose"] for line in lines} == {entry.title for entry in purposes()}
    for line in lines:
        assert line["Address"] == "Dorfstrasse 1, 3920 Zermatt"
        assert all(line[name] for name in line if name not in EMPTY_WITHOUT_DATA), line


def test_an_address_that_is_a_formula_stays_text(sign_in: SignIn, configure: Callable[..., None]) -> None:
    configure(company_address="=HYPERLINK(1)", data_transfers="@SUM(1)")
    line = rows(officer(sign_in).get(f"{PAGE}.csv").text)[0]
    assert line["Address"] == "'=HYPERLINK(1)"
    assert line["Transfers to other countries"] == "'@SUM(1)"


def test_staff_read_which_settings_the_law_still_asks_for(sign_in: SignIn, configure: Callable[..., None]) -> None:
    configure(company_address="", privacy_contact="")
    client = officer(sign_in)
    assert "COMPANY_ADDRESS, PRIVACY_CONTACT" in client.get(PAGE).text
    configure(company_address="Zermatt", privacy_contact="privacy@alpenglow.example")
    assert "PRIVACY_CONTACT" not in client.get(PAGE).text


def test_security_measures_are_those_that_are_on(sign_in: SignIn, configure: Callable[..., None]) -> None:
    client = officer(sign_in)
    assert "from named networks only" not in client.get(PAGE).text
    configure(data_transfers="United States, by standard contractual clauses")
    assert "United States, by standard contractual clauses" in client.get(PAGE).text


def test_what_is_held_stands_once_with_its_time_and_the_law_behind_it(sign_in: SignIn) -> None:
    page = officer(sign_in).get(f"{PAGE}/data").text
    assert page.count("Browser and device, Network address, Signed in") == 1
    assert "until 1 year after signing out" in page
    assert WHILE_CUSTOMER.reference in page


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/data", f"{PAGE}.csv"])
def test_it_is_for_staff(sign_in: SignIn, address: str) -> None:
    assert sign_in(person(role=Role.MARKETER)).get(address).status_code == 403


def purposes() -> list[inventory.PurposeEntry]:
    with speaking("en"):
        return inventory.purposes()
