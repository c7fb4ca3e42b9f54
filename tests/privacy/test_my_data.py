"""My data: everything held about a person can be read there, nothing of others, no secret, however much it is."""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import text

from tests.pages import PageClient, statements
from tests.people import Person, person
from tests.plans import asked_of
from tests.privacy.canaries import fill
from tests.signed_in import signed_in
from webapp import partitions
from webapp.accounts.models import Account, KnownDevice
from webapp.audit import Action
from webapp.clock import utc_now
from webapp.db import db
from webapp.interactions.models import Interaction
from webapp.privacy import data_map, my_data
from webapp.subjects import trail
from webapp.subjects.models import Subject, SubjectKey

PAGE = "/account/data"
CATEGORIES = [str(category) for category in data_map.categories()]
LINKS = re.compile(r'href="(/account/data/(?!exports)[^"#]+)"')
MANY = 100_000


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


@pytest.fixture
def hers(client: PageClient, anna: Person) -> PageClient:
    return signed_in(client, anna)


def walk(hers: PageClient) -> str:
    """Every page of My data, as a person who follows all links sees them."""
    to_see, texts = [PAGE], dict[str, str]()
    while to_see:
        url = to_see.pop()
        answer = hers.get(url)
        assert answer.status_code == 200, url
        texts[url] = unescape(answer.text)
        to_see += [
            link for link in map(unescape, LINKS.findall(answer.text)) if link not in texts and link not in to_see
        ]
    return "".join(texts.values())


def test_everything_of_the_person_is_there_and_nothing_of_another_and_no_secret(hers: PageClient, anna: Person) -> None:
    own, foreign = fill(anna), fill(person("bert@example.org", given_name="Bert"))
    everything = walk(hers)
    assert {canary for canary in own.shown if canary not in everything} == set()
    assert {canary for canary in foreign.shown | foreign.withheld if canary in everything} == set()
    account, key = db.session.get_one(Account, anna.id), db.session.get_one(SubjectKey, anna.id)
    known = db.session.query(KnownDevice).filter_by(subject_id=anna.id)
    secrets = {*own.withheld, account.password_hash, str(anna.id)}
    own_key = trail.data_key(db.session.get_one(Subject, anna.id))
    for raw in (key.wrapped, own_key, *(device.fingerprint for device in known)):
        secrets |= {raw.hex(), b64encode(raw).decode(), urlsafe_b64encode(raw).decode(), repr(raw)}
    assert {secret for secret in secrets if secret in everything} == set()


def test_every_table_about_people_is_found_in_one_category(app: Flask) -> None:
    found = [my_data.category_of(table) for table in data_map.subject_tables()]
    assert set(found) <= set(data_map.categories())
    for table in data_map.subject_tables():
        assert my_data.table_named(table.name, within=my_data.category_of(table)) is table
        assert table.order is None or not table.model.__table__.columns[table.order.key].nullable, table.name


def test_the_overview_counts_and_says_since_when(hers: PageClient) -> None:
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", hers.get(PAGE).text))
    assert re.search(r"Contact details Your name[^.]+\. Since \d+ \w+ \d{4}\. 2 entries", page)
    assert re.search(r"Your requests .*? nothing", page)


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_category_opens_with_and_without_anything_in_it(hers: PageClient, anna: Person, category: str) -> None:
    assert hers.get(f"{PAGE}/{category}").status_code == 200
    fill(anna)
    page = hers.get(f"{PAGE}/{category}").text
    for said in ("Where from", "What for", "On what legal basis", "How long", "Who gets it"):
        assert said in page


def test_what_can_be_corrected_leads_there_and_the_rest_says_why_not(hers: PageClient) -> None:
    page = hers.get(f"{PAGE}/contact").text
    assert 'href="/account/profile"' in page
    assert "Correct this" in page
    assert "It records what happened, and so it stays as it is." in page


def test_secrets_are_named_with_the_reason(hers: PageClient) -> None:
    page = re.sub(r"<[^>]+>", "", hers.get(f"{PAGE}/access").text)
    assert re.search(r"Held, but not shown:.*Password.*A secret that protects you", page)


class TestPages:
    @pytest.fixture
    def busy(self, anna: Person) -> Person:
        """So many entries that it takes three pages, four of them at the same moment."""
        subject, now = db.session.get_one(Subject, anna.id), utc_now()
        for number in range(2 * my_data.PAGE + 5):
            trail.record(Action.PROFILE_CHANGED, subject, now=now, fields=f"field-{number}.")
        db.session.commit()
        return anna

    def test_older_and_newer_lead_through_all_rows_once(self, hers: PageClient, busy: Person) -> None:
        url, down, pages = f"{PAGE}/history/audit_entries", list[list[str]](), 0
        while url:
            page = hers.get(url).text
            down.append(re.findall(r"field-\d+\.", page))
            older, newer = self.way(page, "next"), self.way(page, "prev")
            assert (newer is None) == (pages == 0)
            url, pages = older or "", pages + 1
        assert [field for page in down for field in page] == [f"field-{n}." for n in reversed(range(45))]
        assert newer
        assert re.findall(r"field-\d+\.", hers.get(newer).text) == down[1]

    def test_a_place_that_was_mistyped_or_is_another_persons_shows_the_newest(
        self, client: PageClient, hers: PageClient, busy: Person
    ) -> None:
        first = hers.get(f"{PAGE}/history/audit_entries").text
        place = self.way(first, "next")
        assert place
        signed_in(client, other := person("bert@example.org"))
        assert "field-" not in client.get(place).text
        assert other.id != busy.id
        for nonsense in ("x", "%00", "é", "A" * 4000, place.partition("=")[2][:-4]):
            assert client.get(f"{PAGE}/history/audit_entries?older_than={nonsense}").status_code == 200

    def way(self, page: str, rel: str) -> str | None:
        found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
        return unescape(found[1]) if found else None


@pytest.mark.parametrize(
    "path", ["/nothing", "/contact/nothing", "/contact/outbox", "/contact/audit_entries", "/CONTACT", "/contact/../x"]
)
def test_what_is_not_there_is_not_found(hers: PageClient, path: str) -> None:
    assert hers.get(PAGE + path).status_code == 404


@pytest.mark.deep
def test_a_hundred_thousand_rows_cost_no_more_than_ten(hers: PageClient, anna: Person) -> None:
    """As many queries, and none of them reads the table: the plan says so."""
    pages = (PAGE, f"{PAGE}/interaction", f"{PAGE}/interaction/interactions")
    others = person("bert@example.org")
    interact(others, MANY // 5)
    interact(anna, 10)
    few = [queries(hers, page) for page in pages]
    interact(anna, MANY)
    db.session.execute(text("ANALYZE interactions"))
    db.session.commit()
    assert [queries(hers, page) for page in pages] == few
    assert "more than 1,000 entries" in hers.get(f"{PAGE}/interaction").text
    for plan in plans(lambda: hers.get(f"{PAGE}/interaction")) + plans(lambda: hers.get(pages[2])):
        assert not re.search(r"Seq Scan on interactions|Sort.*rows=\d{6}", plan), plan


def interact(who: Person, times: int) -> None:
    partitions.ensure_between(Interaction, utc_now(), utc_now())
    db.session.execute(
        text(
            "INSERT INTO interactions (observed_at, id, subject_id, app, key_id, received_at, device) "
            "SELECT now() - n * interval '1 microsecond', gen_random_uuid(), :who, 'app', :who, now(), '{}' "
            "FROM generate_series(1, :times) AS n"
        ),
        {"who": who.id, "times": times},
    )
    db.session.commit()


def queries(hers: PageClient, page: str) -> int:
    hers.get(page)  # so that it is not the first of a minute, which notes when the person was last seen
    hers.get(page)
    return len(statements)


def plans(act: Callable[[], object]) -> list[str]:
    with asked_of(db.engine) as statements:
        act()
    asked = [one for one in statements if "interactions" in one[0]]
    assert asked
    connection = db.session.connection()
    return [
        "\n".join(line for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
        for statement, parameters in asked
    ]
