"""Each yes and no, for the person to read and to take along."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.accounts.mailbox import link, newest
from tests.pages import PageClient
from tests.people import Person, person
from tests.relay import TestRelay
from webapp.clock import utc_now
from webapp.consents import history
from webapp.consents.models import Consent, Method
from webapp.consents.unsubscribe_links import token_for
from webapp.db import db
from webapp.subjects import subjects

PAGE = "/account/preferences/history"
NOW = utc_now()
SignIn = Callable[[Person], PageClient]


@pytest.fixture
def anna(sign_in: SignIn) -> Person:
    anna = person()
    sign_in(anna)
    return anna


def add_line(
    subject_id: UUID, title: str, *, minutes: int = 0, method: Method = Method.ACCOUNT, evidence: str = ""
) -> UUID:
    new = Consent(
        subject_id=subject_id,
        topic_title=title,
        given=True,
        method=method,
        wording=f"Yes, {title}",
        wording_version="topic box/1",
        language="en",
        network="203.0.113.7",
        evidence=evidence,
        at=NOW + timedelta(minutes=minutes),
    )
    db.session.add(new)
    db.session.commit()
    return new.id


def shown(page: str) -> list[str]:
    return [part.split("</bdi>")[0] for part in page.split("<main")[1].split("<strong><bdi>")[1:]]


def test_only_for_people_who_are_signed_in(client: PageClient) -> None:
    assert {client.get(f"{PAGE}{kind}").status_code for kind in ("", ".csv", ".json")} == {303}


def test_a_line_tells_what_when_how_by_which_words_and_from_where(client: PageClient, anna: Person) -> None:
    add_line(anna.id, "News", method=Method.IMPORT, evidence="trade fair 2024, card 17")
    page = client.get(PAGE).text
    for said in ("News", "taken over from an earlier list", "Yes, News", "topic box/1", "203.0.113.7", "card 17"):
        assert said in page


def test_nobody_reads_the_lines_of_others(client: PageClient, anna: Person) -> None:
    other = add_line(person("bruno@example.org").id, "His topic")
    for kind in ("", ".csv", ".json", f"?older_than={other}", f"?newer_than={other}"):
        assert "His topic" not in client.get(PAGE + kind).text


def test_without_lines_the_page_says_so(client: PageClient, anna: Person) -> None:
    assert "Nothing here yet" in client.get(PAGE).text


def test_one_can_page_back_and_forth_also_through_lines_of_the_same_moment(client: PageClient, anna: Person) -> None:
    for number in range(45):
        add_line(anna.id, f"Topic {number}", minutes=number // 30)
    pages, url = [], PAGE
    while True:
        page = client.get(url).text
        pages.append(shown(page))
        if "older_than=" not in page:
            break
        url = f"{PAGE}?older_than={page.split('older_than=')[1][:36]}"
    assert [len(lines) for lines in pages] == [20, 20, 5]
    assert {title for lines in pages for title in lines} == {f"Topic {number}" for number in range(45)}
    back = f"{PAGE}?newer_than={page.split('newer_than=')[1][:36]}"
    assert shown(client.get(back).text) == pages[1]


@pytest.mark.parametrize("place", ["older_than=mistyped", f"older_than={UUID(int=1)}", "newer_than=", "newer_than=%00"])
def test_an_address_that_was_mistyped_shows_the_newest(client: PageClient, anna: Person, place: str) -> None:
    add_line(anna.id, "News")
    assert shown(client.get(f"{PAGE}?{place}").text) == ["News"]


def test_the_download_for_programs_holds_everything(client: PageClient, anna: Person) -> None:
    for number in range(25):
        add_line(anna.id, f"Topic {number}", minutes=number)
    response = client.get(f"{PAGE}.json")
    assert "attachment" in response.headers["Content-Disposition"]
    lines = response.get_json()
    assert [held["about"] for held in lines] == [f"Topic {number}" for number in reversed(range(25))]
    assert lines[0] == {
        "at": (NOW + timedelta(minutes=24)).isoformat(),
        "purpose": "topic",
        "about": "Topic 24",
        "given": True,
        "method": "account",
        "wording": "Yes, Topic 24",
        "wording_version": "topic box/1",
        "language": "en",
        "network": "203.0.113.7",
        "evidence": "",
    }


def test_no_spreadsheet_takes_the_download_for_formulas(client: PageClient, anna: Person) -> None:
    add_line(anna.id, '=HYPERLINK("http://evil.example")', evidence="+1+1")
    response = client.get(f"{PAGE}.csv")
    assert response.mimetype == "text/csv"
    [_header, row] = csv.reader(StringIO(response.get_data(as_text=True)))
    assert row[1:4] == ['\'=HYPERLINK("http://evil.example")', "Yes", "in your account"]
    assert row[-1] == "'+1+1"


def test_who_has_no_account_gets_a_link_by_email_that_shows_it_for_a_day(
    client: PageClient, app: Flask, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    nora = subjects.find_or_create("nora@example.org", language="en")
    add_line(nora.id, "News")
    preferences = f"/preferences/{token_for(nora.id, topic_id=uuid4(), campaign_id=None)}"
    assert "Yes, News" not in client.get(preferences).text
    for _time in range(3):
        client.submit(f"{preferences}/history", page=preferences)
    run_jobs()
    assert len(relay.to("nora@example.org")) == 1
    address = link(newest(relay, "nora@example.org"))
    assert "Yes, News" in client.get(address).text
    assert client.get(f"{address}/json").get_json()[0]["about"] == "News"
    assert client.get(f"{address}/csv").mimetype == "text/csv"


@pytest.mark.parametrize("kind", ["", "/csv", "/json"])
def test_the_link_ends_after_a_day_and_shows_nothing_of_people_who_are_gone(
    client: PageClient, app: Flask, kind: str
) -> None:
    nora = subjects.find_or_create("nora@example.org", language="en")
    add_line(nora.id, "News")
    old, new = (history.link_token(nora, now=utc_now() - timedelta(hours=hours)) for hours in (25, 23))
    assert client.get(f"/consents/{new}{kind}").status_code == 200
    assert client.get(f"/consents/{old}{kind}").status_code == 410
    db.session.delete(nora)
    db.session.commit()
    assert client.get(f"/consents/{new}{kind}").status_code == 410
    assert client.get(f"/consents/cut-short{kind}").status_code == 404
