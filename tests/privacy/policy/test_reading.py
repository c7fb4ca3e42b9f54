"""What everybody may read: the version that holds, earlier ones, and what is different."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.accounts.mailbox import link, newest
from tests.pages import PageClient
from tests.people import Person, person
from tests.privacy.policy.writers import TEXT, published, reader, subject, writer
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy import inventory
from webapp.privacy.policy import drafts, versions
from webapp.privacy.policy.document import compose
from webapp.privacy.policy.facts import facts
from webapp.privacy.policy.models import PolicyShowing, Way

pytestmark = pytest.mark.usefixtures("addressed")


def shown(who: Person) -> set[tuple[int, str]]:
    rows = db.session.scalars(select(PolicyShowing).where(PolicyShowing.subject_id == who.id)).all()
    return {(row.version, str(row.how)) for row in rows}


def test_before_the_first_version_the_page_says_so(client: PageClient) -> None:
    assert "It is being written" in client.get("/privacy-policy").text
    assert "It is being written" in client.get("/privacy-policy/versions").text
    assert client.get("/privacy-policy/1").status_code == 404
    assert client.get("/privacy-policy/99999999999999").status_code == 404


def test_the_page_says_what_was_written_and_what_the_data_map_says(client: PageClient) -> None:
    published(writer(), reader())
    page = client.get("/privacy-policy").text
    assert "We at Alpenglow Hosting keep bees." in page
    assert "Gäuggelistrasse 1, 7000 Chur" in page
    for entry in inventory.snapshot("en")["categories"]:
        assert entry["title"] in page
        assert all(holding["title"] in page for holding in entry["holdings"])
    assert "GDPR Art. 6(1)(b)" in page
    assert 'href="#section-honey"' in page
    assert 'id="section-honey"' in page


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_the_text_that_comes_with_the_software_can_be_published(language: str, client: PageClient) -> None:
    text = drafts.shipped(language)
    olga = writer()
    drafts.start(by=subject(olga), now=utc_now())
    draft = drafts.hold()
    assert draft.texts[language] == text
    document = compose(text, inventory.snapshot(language) | {"facts": facts()})
    assert len(document.contents) == 12
    assert [part.generated for section in document.sections for part in section.parts if part.generated] == [
        "controller",
        "what_we_hold",
        "purposes",
        "recipients",
    ]


def test_the_shipped_texts_say_the_same_in_every_language() -> None:
    """The same sections, paragraphs, entries of lists and links."""
    shapes = {
        tuple(re.findall(r"^(## |- |\{\{|$)|\]\(([^)]+)\)", drafts.shipped(code), flags=re.M))
        for code in ("en", "de", "fr", "it")
    }
    assert len(shapes) == 1


def test_a_language_that_the_version_does_not_have_gets_another_one(client: PageClient) -> None:
    published(writer(), reader())
    assert 'lang="de"' in client.get("/privacy-policy", headers={"Accept-Language": "de"}).text


def test_a_version_to_come_is_announced_and_does_not_hold_yet(client: PageClient) -> None:
    olga, pia = writer(), reader()
    published(olga, pia)
    tomorrow = versions.today(utc_now()) + timedelta(days=1)
    published(olga, pia, TEXT.replace("brown", "golden"), valid_from=tomorrow)
    page = client.get("/privacy-policy").text
    assert "sweet and brown" in page
    assert "A new version holds from" in page
    assert "does not hold yet" in client.get("/privacy-policy/2").text
    held = versions.in_force(now=utc_now() + timedelta(days=1))
    assert held
    assert held.number == 2


def test_an_earlier_version_stays_readable_and_says_what_it_is(client: PageClient) -> None:
    olga, pia = writer(), reader()
    published(olga, pia)
    published(olga, pia, TEXT.replace("brown", "golden"))
    assert "This is an earlier version" in client.get("/privacy-policy/1").text
    assert "sweet and golden" in client.get("/privacy-policy").text
    listed = client.get("/privacy-policy/versions").text
    assert listed.index("Version 2") < listed.index("Version 1")


def test_what_is_different_is_marked_word_by_word_and_for_ears(client: PageClient) -> None:
    olga, pia = writer(), reader()
    published(olga, pia)
    published(olga, pia, TEXT.replace("brown", "golden") + "\nA new paragraph.\n")
    page = client.get("/privacy-policy/1/changes/2").text
    assert re.search(r"It is sweet and <del>.*removed:.*brown.*</del><ins>.*added:.*golden", page)
    assert re.search(r"<ins>.*A new paragraph\.", page)
    assert "keep bees" not in page
    assert "The honey is new." in page
    assert client.get("/privacy-policy/2/changes/1").status_code == 303
    assert client.get("/privacy-policy/1/changes/3").status_code == 404


def test_what_the_data_map_said_is_compared_too(client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    olga, pia = writer(), reader()
    published(olga, pia)
    real = inventory.snapshot("en")
    real["purposes"][0]["explanation"] = "Because bees need flowers."
    monkeypatch.setattr(inventory, "snapshot", lambda language: real)
    published(olga, pia, TEXT + "\nMore.\n")
    page = client.get("/privacy-policy/1/changes/2").text
    assert re.search(r"<ins>[^>]*>added: </span>Because bees need flowers", page)


def test_a_published_version_does_not_follow_the_settings(client: PageClient, configure: Callable[..., None]) -> None:
    published(writer(), reader())
    configure(company_address="Elsewhere 2")
    assert "Elsewhere" not in re.sub(r"(?s)<footer.*", "", client.get("/privacy-policy").text)


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "[press](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "![pixel](https://evil.example/p.gif)",
        '## <b onclick="x()">Title</b>',
        "[a](data:text/html,<script>alert(1)</script>)",
    ],
)
def test_script_in_a_text_is_inert(evil: str, client: PageClient) -> None:
    published(writer(), reader(), f"{evil}\n\n{TEXT}", news=evil)
    for address in ("/privacy-policy", "/privacy-policy/versions"):
        page = client.get(address).text
        article = page[page.index("<main") : page.index("</main>")]
        assert "<script" not in article
        assert not re.search(r"<[^>]+\son\w+=", article)
        assert 'href="javascript' not in article
        assert 'href="data:' not in article
        assert "<img" not in article


def test_html_in_a_text_is_shown_as_the_characters_it_is_made_of(client: PageClient) -> None:
    published(writer(), reader(), f"<b>Bees</b>\n\n{TEXT}")
    assert "&lt;b&gt;Bees&lt;/b&gt;" in client.get("/privacy-policy").text


class TestShowing:
    def test_who_reads_it_while_signed_in_is_on_record_once(self, client: PageClient) -> None:
        published(writer(), reader())
        anna = person()
        signed_in(client, anna)
        client.head("/privacy-policy")
        assert shown(anna) == set()
        client.get("/privacy-policy")
        first = db.session.scalars(select(PolicyShowing.at).where(PolicyShowing.subject_id == anna.id)).one()
        client.get("/privacy-policy")
        assert db.session.scalars(select(PolicyShowing.at).where(PolicyShowing.subject_id == anna.id)).one() == first
        assert shown(anna) == {(1, Way.PAGE)}

    def test_a_stranger_leaves_no_trace(self, client: PageClient) -> None:
        published(writer(), reader())
        client.get("/privacy-policy")
        assert not db.session.scalar(select(PolicyShowing.version))

    def test_the_account_says_so_until_it_was_looked_at(self, client: PageClient) -> None:
        olga, pia = writer(), reader()
        published(olga, pia)
        published(olga, pia, TEXT + "\nMore.\n")
        anna = person()
        signed_in(client, anna)
        page = client.get("/account").text
        assert "Our privacy policy changed on" in page
        assert "/privacy-policy/1/changes/2" in page
        assert shown(anna) == {(2, Way.BANNER)}
        assert "Our privacy policy changed on" in client.get("/account").text
        client.get("/privacy-policy/1/changes/2")
        assert "Our privacy policy changed on" not in client.get("/account").text
        assert shown(anna) == {(2, Way.BANNER), (2, Way.PAGE)}

    def test_who_signs_up_was_shown_the_version_that_held_then(
        self, client: PageClient, run_jobs: Callable[[], None], relay: TestRelay
    ) -> None:
        published(writer(), reader())
        assert 'href="/privacy-policy"' in client.get("/sign-up").text
        entries = {"email": "nina@example.org", "password": "a meadow full of marmots"}
        client.submit("/sign-up", entries | {"given_name": "Nina", "family_name": "Caduff"})
        run_jobs()
        client.submit(link(newest(relay, "nina@example.org")))
        rows = db.session.scalars(select(PolicyShowing).where(PolicyShowing.how == Way.SIGN_UP)).all()
        assert [row.version for row in rows] == [1]
