"""A marketer writes a campaign: drafts, their preview, and what is refused."""

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.pages import PageClient
from tests.people import Person, person, subscribe, topic
from tests.relay import TestRelay
from webapp.access import Role
from webapp.campaigns.models import Campaign, CampaignState
from webapp.db import db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def topic_id(app: Flask) -> UUID:
    return topic()


@pytest.fixture
def marketer(sign_in: Callable[[Person], PageClient], topic_id: UUID) -> PageClient:
    return sign_in(person("mia@candor.example", role=Role.MARKETER, given_name="Mia", family_name="Moser"))


@pytest.fixture
def draft(marketer: PageClient, topic_id: UUID) -> str:
    """The address of a draft, without what comes after its id."""
    response = marketer.submit("/marketing/campaigns/new", {"subject": "Spring is here", "topic": str(topic_id)})
    assert response.status_code == 303
    return response.location.removesuffix("/edit")


def stored() -> Campaign:
    db.session.expire_all()
    return db.session.scalars(select(Campaign)).one()


def version(response: TestResponse) -> str:
    found = re.search(r'name="version" value="([^"]+)"', response.text)
    assert found
    return unescape(found[1])


def wording(**changes: str) -> dict[str, str]:
    """A whole form as the editor posts it."""
    topic_id = str(stored().topic_id)
    return {"topic": topic_id, "language": "all", "subject": "Spring is here", "body": "The *huts* open."} | changes


def save(marketer: PageClient, draft: str, *, htmx: bool = True, **changes: str) -> TestResponse:
    page = marketer.get(f"{draft}/edit")
    data = wording(version=version(page)) | changes
    return marketer.submit(f"{draft}/edit", data, headers=HTMX if htmx else {})


def test_a_customer_may_not_write_campaigns(sign_in: Callable[[Person], PageClient]) -> None:
    customer = sign_in(person())
    for address in ("/marketing", "/marketing/campaigns", "/marketing/campaigns/new"):
        assert customer.get(address).status_code == 403


@pytest.mark.parametrize("address", ["/marketing", "/marketing/campaigns", "/marketing/campaigns/new"])
def test_a_visitor_is_asked_to_sign_in(client: PageClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 303
    assert "/sign-in" in response.location


def test_marketing_begins_with_the_campaigns(marketer: PageClient) -> None:
    assert marketer.get("/marketing").location == "/marketing/campaigns"


def test_who_has_no_campaigns_is_invited_to_write_one(marketer: PageClient) -> None:
    assert "Write your first campaign" in marketer.get("/marketing/campaigns").text


def test_a_draft_begins_with_a_subject_and_a_topic(marketer: PageClient, draft: str, topic_id: UUID) -> None:
    assert (stored().subject, stored().topic_id, stored().state) == ("Spring is here", topic_id, CampaignState.DRAFT)
    page = marketer.get(f"{draft}/edit").text
    assert "Spring is here" in page
    assert "{{ given_name }}" in page


def test_a_draft_needs_a_subject(marketer: PageClient, topic_id: UUID) -> None:
    response = marketer.submit("/marketing/campaigns/new", {"subject": " ", "topic": str(topic_id)})
    assert response.status_code == 422
    assert "Please write a subject" in response.text


def test_without_a_topic_nothing_can_be_written(sign_in: Callable[[Person], PageClient]) -> None:
    marketer = sign_in(person("mia@candor.example", role=Role.MARKETER))
    assert "There is no topic to write about yet" in marketer.get("/marketing/campaigns/new").text


def test_saving_with_scripts_answers_only_the_outcome(marketer: PageClient, draft: str) -> None:
    response = save(marketer, draft, subject="Summer is here", body="Hello {{ given_name }}")
    assert response.status_code == 200
    assert "Saved." in response.text
    assert "<html" not in response.text
    assert (stored().subject, stored().body) == ("Summer is here", "Hello {{ given_name }}")


def test_saving_without_scripts_comes_back_to_the_editor(marketer: PageClient, draft: str) -> None:
    response = save(marketer, draft, htmx=False, subject="Summer is here")
    assert response.status_code == 303
    assert "Saved." in marketer.get(response.location).text
    assert stored().subject == "Summer is here"


def test_one_can_save_again_and_again_on_the_same_page(marketer: PageClient, draft: str) -> None:
    first = save(marketer, draft, subject="One")
    second = save(marketer, draft, subject="Two", version=version(first))
    assert second.status_code == 200
    assert stored().subject == "Two"


def test_saving_the_same_twice_is_no_conflict(marketer: PageClient, draft: str) -> None:
    seen = version(marketer.get(f"{draft}/edit"))
    for _ in range(2):
        assert save(marketer, draft, subject="Twice", version=seen).status_code == 200


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("subject", "", "Please write a subject"),
        ("subject", "x" * 151, "The subject is too long"),
        ("subject", "Dear {{ nickname }}", "There is no variable {{ nickname }}. You can use {{ given_name }}, "),
        ("body", "Dear\n{{ password_hash }}", "Line 2: There is no variable {{ password_hash }}."),
        ("body", "{% for x in y %}", "Line 1: {% for x in y %} cannot be used"),
        ("subject", "{% if nickname %}Hi{% endif %}", "There is no variable {{ nickname }}"),
        ("subject", "{% if given_name %}Hi{% endif %}", "would get an empty subject"),
        ("subject", "{{ given_name }}", "would get an empty subject"),
        ("subject", "{% if given_name %}Hi", "{% if … %} has no {% endif %}."),
        ("body", "Dear {{ given_name", "Line 1: {{ stands alone"),
        ("body", "x" * 100_001, "The message is too long"),
        ("topic", "nonsense", "Topic"),
        ("topic", "7e1a9000-0000-4000-8000-000000000000", "Topic"),
        ("language", "xx", "Language of the readers"),
    ],
)
def test_what_cannot_be_sent_is_not_saved(
    marketer: PageClient, draft: str, field: str, text: str, message: str
) -> None:
    response = save(marketer, draft, htmx=True, **{field: text})
    assert response.status_code == 422
    assert message in unescape(response.text)
    assert (stored().subject, stored().body) == ("Spring is here", "")


def test_a_refused_text_is_shown_again_without_scripts(marketer: PageClient, draft: str) -> None:
    response = save(marketer, draft, htmx=False, body="Dear {{ nickname }}, welcome")
    assert response.status_code == 422
    assert "Dear {{ nickname }}, welcome" in response.text
    assert "There is no variable {{ nickname }}" in response.text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Spring\r\nBcc: everybody@example.org", "Spring Bcc: everybody@example.org"),
        ("Spring\nis\there", "Spring is here"),
        ("Spring\0is here", "Springis here"),
        ("🏔️ Spring", "🏔️ Spring"),
        ("האביב הגיע", "האביב הגיע"),
    ],
)
def test_a_subject_is_one_line_in_any_script(marketer: PageClient, draft: str, typed: str, kept: str) -> None:
    assert save(marketer, draft, subject=typed).status_code == 200
    assert stored().subject == kept


def test_the_longest_message_is_accepted_in_any_script(marketer: PageClient, draft: str) -> None:
    editor = marketer.get(f"{draft}/edit")
    assert 'enctype="multipart/form-data"' in editor.text  # percent-encoded it would be three times as long
    data = wording(version=version(editor), body="🏔" * 100_000)
    response = marketer.submit(
        f"{draft}/edit", data, headers=HTMX, content_type="multipart/form-data", page="/marketing/campaigns/new"
    )
    assert response.status_code == 200
    assert len(stored().body) == 100_000


def test_line_ends_are_stored_one_way(marketer: PageClient, draft: str) -> None:
    save(marketer, draft, body="One\r\ntwo\rthree\0")
    assert stored().body == "One\ntwo\nthree"


def test_of_two_people_editing_the_second_loses_nothing(marketer: PageClient, draft: str) -> None:
    seen_by_both = version(marketer.get(f"{draft}/edit"))
    save(marketer, draft, body="The first version", version=seen_by_both)
    response = save(marketer, draft, htmx=False, body="The second version", version=seen_by_both)
    assert response.status_code == 422
    assert "Somebody else changed this draft" in response.text
    assert "The second version" in response.text
    assert stored().body == "The first version"


def test_the_second_may_replace_what_the_first_wrote(marketer: PageClient, draft: str) -> None:
    seen_by_both = version(marketer.get(f"{draft}/edit"))
    save(marketer, draft, body="The first version", version=seen_by_both)
    refused = save(marketer, draft, body="The second version", version=seen_by_both)
    replaces = re.search(r'name="replaces" value="([^"]+)"', refused.text)
    assert replaces
    save(marketer, draft, body="The second version", version=seen_by_both, replaces=unescape(replaces[1]))
    assert stored().body == "The second version"


def test_the_second_may_keep_their_text_as_a_new_draft(marketer: PageClient, draft: str) -> None:
    response = marketer.submit("/marketing/campaigns/new", wording(body="The second version", version="old"))
    assert response.status_code == 303
    assert db.session.scalars(select(Campaign.body).order_by(Campaign.created_at)).all() == ["", "The second version"]


def test_a_text_whose_draft_was_deleted_can_be_kept(marketer: PageClient, draft: str) -> None:
    data = wording(body="Hours of work")
    marketer.submit(f"{draft}/deletion")
    response = marketer.submit(f"{draft}/edit", data, page="/marketing/campaigns/new")
    assert response.status_code == 422
    assert "Somebody deleted this draft" in response.text
    assert "Hours of work" in response.text


def test_what_is_on_its_way_cannot_be_changed(marketer: PageClient, draft: str) -> None:
    seen = version(marketer.get(f"{draft}/edit"))
    stored().state = CampaignState.SENDING
    db.session.commit()
    data = wording(body="Too late", version=seen)
    response = marketer.submit(f"{draft}/edit", data, headers=HTMX, page="/marketing/campaigns/new")
    assert response.status_code == 422
    assert "on its way already" in response.text
    assert stored().body == ""
    assert marketer.get(f"{draft}/edit").location == draft


def test_the_preview_has_the_values_of_a_real_reader(marketer: PageClient, draft: str, topic_id: UUID) -> None:
    subscribe(person("beat@example.org", given_name="Béat <b>"), topic_id)
    save(marketer, draft, subject="Hello {{ given_name }}", body="Dear **{{ given_name }}**")
    html = marketer.get(f"{draft}/preview.html")
    assert "Béat &lt;b&gt;</strong>" in html.text
    assert "sandbox" in html.headers["Content-Security-Policy"]
    text = marketer.get(f"{draft}/preview.txt")
    assert text.mimetype == "text/plain"
    assert "Dear Béat <b>" in text.text
    page = marketer.get(f"{draft}/edit").text
    assert "b•••@example.org" in page
    assert "beat@example.org" not in page
    assert "Hello Béat &lt;b&gt;" in page


def test_while_nobody_would_get_it_the_preview_invents_a_reader(marketer: PageClient, draft: str) -> None:
    save(marketer, draft, body="Dear {{ given_name }}")
    assert "Dear Alex" in marketer.get(f"{draft}/preview.html").text
    assert "These readers are invented" in marketer.get(f"{draft}/edit").text


@pytest.mark.parametrize(
    ("reader", "greeting"),
    [
        ("", "Anna of nobody"),
        ("complete", "Alex of Example Ltd"),
        ("private", "Alex of nobody"),
        ("unknown", "you of nobody"),
    ],
)
def test_one_can_look_at_it_as_invented_readers_would(
    marketer: PageClient, draft: str, topic_id: UUID, reader: str, greeting: str
) -> None:
    subscribe(person(), topic_id)
    text = "{{ given_name | you }} of {% if organization %}{{ organization }}{% else %}nobody{% endif %}"
    data = wording(subject=text, body=text, reader=reader)
    assert greeting in marketer.submit(f"{draft}/preview.txt", data, page=f"{draft}/edit").text
    envelope = marketer.submit(f"{draft}/preview", data, page=f"{draft}/edit", headers=HTMX).text
    assert greeting in envelope
    assert reader == "" or f'value="{reader}" selected' in envelope


def test_before_sending_each_variant_can_be_seen(marketer: PageClient, draft: str, topic_id: UUID) -> None:
    subscribe(person(), topic_id)
    save(marketer, draft, body="The same for all")
    assert "?reader=" not in marketer.get(f"{draft}/sending").text
    save(marketer, draft, subject="{% if organization %}To companies{% else %}To people{% endif %}", body="Hello")
    page = marketer.get(f"{draft}/sending")
    assert "To people" in page.text
    assert f"{draft}/sending?reader=complete" in page.text
    other = marketer.get(f"{draft}/sending?reader=complete").text
    assert "To companies" in other
    assert f"{draft}/preview.html?reader=complete" in other


def test_the_preview_cannot_unsubscribe_its_reader(marketer: PageClient, draft: str, topic_id: UUID) -> None:
    subscribe(person(), topic_id)
    for part in ("html", "txt"):
        assert "/unsubscribe/" not in marketer.get(f"{draft}/preview.{part}").text


def test_html_in_a_message_stays_text(marketer: PageClient, draft: str) -> None:
    save(marketer, draft, body="<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>")
    preview = marketer.get(f"{draft}/preview.html").text
    assert "<script" not in preview
    assert "javascript:" not in re.sub(r">[^<]*<", "><", preview)
    assert "&lt;script&gt;" in preview


def test_what_stands_in_the_form_can_be_previewed_unsaved(marketer: PageClient, draft: str) -> None:
    data = wording(body="Not **saved** yet")
    response = marketer.submit(f"{draft}/preview.html", data, page=f"{draft}/edit")
    assert "Not <strong>saved</strong> yet" in response.text
    assert stored().body == ""


def test_the_preview_names_an_unknown_variable(marketer: PageClient, draft: str) -> None:
    data = wording(body="Dear {{ nickname }}")
    response = marketer.submit(f"{draft}/preview.html", data, page=f"{draft}/edit")
    assert response.status_code == 422
    assert "There is no variable {{ nickname }}" in response.text


def test_the_number_of_people_follows_the_topic_and_the_language(
    marketer: PageClient, draft: str, topic_id: UUID
) -> None:
    other_topic = topic("offers", "Offers")
    for address, language in (("a@example.org", "en"), ("b@example.org", "de"), ("c@example.org", "de")):
        subscribe(person(address, language=language), topic_id)

    def people(**changes: str) -> str:
        data = wording(**changes)
        response = marketer.submit(f"{draft}/preview", data, page=f"{draft}/edit", headers=HTMX)
        assert 'id="envelope"' in response.text
        found = re.search(r"(\d+) (person|people)", response.text)
        assert found
        return found[0]

    assert people() == "3 people"
    assert people(language="de") == "2 people"
    assert people(language="en") == "1 person"
    assert people(topic=str(other_topic)) == "0 people"


def test_a_test_goes_to_oneself_with_what_was_just_written(
    marketer: PageClient, draft: str, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    response = save(marketer, draft, body="Dear {{ given_name }}", then="test")
    assert "a test is on its way to mia@candor.example" in response.text
    run_jobs()
    assert [received.to for received in relay.received] == ["mia@candor.example"]
    assert "Dear Mia" in relay.received[0].text
    assert stored().state is CampaignState.DRAFT


def test_the_send_button_saves_and_asks_for_confirmation(marketer: PageClient, draft: str) -> None:
    response = save(marketer, draft, htmx=False, body="Ready", then="sending")
    assert response.location == f"{draft}/sending"
    assert (stored().body, stored().state) == ("Ready", CampaignState.DRAFT)
    response = save(marketer, draft, body="Ready now", then="sending")
    assert response.headers["HX-Redirect"] == f"{draft}/sending"


def test_a_draft_can_be_deleted(marketer: PageClient, draft: str) -> None:
    assert "It was never sent" in marketer.get(f"{draft}/deletion").text
    assert marketer.submit(f"{draft}/deletion").location == "/marketing/campaigns"
    assert db.session.scalar(select(func.count()).select_from(Campaign)) == 0
    assert marketer.get(f"{draft}/edit").status_code == 404


def test_deleting_twice_is_harmless(marketer: PageClient, draft: str) -> None:
    marketer.submit(f"{draft}/deletion")
    assert marketer.submit(f"{draft}/deletion", page="/marketing/campaigns/new").status_code == 303


@pytest.mark.parametrize("address", ["", "/edit", "/sending", "/stopping", "/deletion", "/preview.html", "/progress"])
def test_a_campaign_that_is_not_there_is_not_found(marketer: PageClient, address: str) -> None:
    assert marketer.get(f"/marketing/campaigns/7e1a9000-0000-4000-8000-000000000000{address}").status_code == 404
