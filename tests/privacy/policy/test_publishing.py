"""It takes two people to publish a policy, whichever way somebody comes; and nothing changes what is published."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from tests.pages import PageClient
from tests.people import Person, person
from tests.privacy.policy.writers import LANGUAGES, TEXT, proposed, published, reader, subject, writer, written
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.accounts.models import Account
from webapp.audit import AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy import manifest
from webapp.privacy.policy import drafts, obstacles, publishing, versions
from webapp.privacy.policy.drafts import ChangedMeanwhile, NoDraft
from webapp.privacy.policy.models import PolicyState, PolicyVersion
from webapp.privacy.policy.publishing import Incomplete, NotProposed, NotTheSecondPerson, OtherManifest, TooEarly

pytestmark = pytest.mark.usefixtures("addressed")
PUBLICATION = "/staff/policy/publication"
MORE = f"{TEXT}\nMore.\n"


def browser(app: Flask, who: Person) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return signed_in(client, who)


def publish_form(client: PageClient) -> dict[str, str]:
    page = client.get(PUBLICATION).text
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) for name in ("content", "csrf_token")}
    return {name: value[1] for name, value in found.items() if value} | {"valid_from": str(versions.today(utc_now()))}


def publish(by: Person, *, days: int = 0) -> PolicyVersion:
    now = utc_now()
    version = drafts.hold()
    day = versions.today(now) + timedelta(days=days)
    return publishing.publish(content=publishing.content_of(version), valid_from=day, by=subject(by), now=now)


def said(app: Flask, draft: PolicyVersion) -> list[str]:
    with app.test_request_context():
        return [str(obstacle) for obstacle in obstacles.of(draft)]


def save(client: PageClient, language: str, text: str, news: str = "New.") -> Any:
    address = f"/staff/policy/draft/{language}"
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(address).text)
    assert seen
    return client.submit(address, {"text": text, "news": news, "seen": seen[1]})


class TestTwoPeople:
    def test_one_writes_and_proposes_and_another_one_publishes(self, app: Flask) -> None:
        olga, pia = browser(app, writer()), browser(app, reader())
        olga.submit("/staff/policy/draft", page="/staff/policy")
        for language in LANGUAGES:
            assert save(olga, language, TEXT).status_code == 303
        content = re.search(r'name="content" value="(\w+)"', olga.get("/staff/policy").text)
        assert content
        olga.submit("/staff/policy/proposal", {"content": content[1]}, page="/staff/policy")
        assert "You had no part in it" in pia.get("/staff/policy").text
        assert pia.post(PUBLICATION, data=publish_form(pia)).status_code == 303
        version = db.session.get_one(PolicyVersion, 1)
        assert version.state is PolicyState.PUBLISHED
        assert len({version.proposed_by, version.approved_by}) == 2
        assert (version.manifest_number, version.manifest_hash) == (manifest.number(), manifest.current().hash)
        assert set(version.inventories) == set(LANGUAGES)
        actions = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]
        assert actions[-2:] == ["policy_proposed", "policy_published"]

    @pytest.mark.parametrize("part", ["writer", "proposer"])
    def test_who_had_a_part_in_it_cannot_publish_it_by_the_domain(self, app: Flask, part: str) -> None:
        olga, pia = writer(), reader()
        draft = written(olga)
        publishing.propose(content=publishing.content_of(draft), by=subject(pia), now=utc_now())
        with pytest.raises(NotTheSecondPerson):
            publish(olga if part == "writer" else pia)

    def test_a_direct_post_does_not_publish(self, app: Flask) -> None:
        olga = writer()
        version = proposed(olga)
        alone = browser(app, olga)
        assert "You cannot publish this version" in alone.get(PUBLICATION).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', alone.get("/staff/policy").text)
        assert token
        day = str(versions.today(utc_now()))
        data = {"csrf_token": token[1], "content": publishing.content_of(version), "valid_from": day}
        assert alone.post(PUBLICATION, data=data).status_code == 409
        assert db.session.get_one(PolicyVersion, 1).state is PolicyState.PROPOSED

    def test_two_tabs_of_one_person_do_not_publish(self, app: Flask) -> None:
        """One shows a proposal that she may publish; in the other she writes on it, and it is proposed again."""
        olga, pia = writer(), reader()
        proposed(olga)
        reading, writing = browser(app, pia), browser(app, pia)
        form = publish_form(reading)
        assert save(writing, "en", TEXT.replace("brown", "golden")).status_code == 303
        draft = drafts.hold()
        publishing.propose(content=publishing.content_of(draft), by=subject(olga), now=utc_now())
        db.session.commit()
        answer = reading.post(PUBLICATION, data=form)
        assert answer.status_code == 409
        assert db.session.get_one(PolicyVersion, 1).state is PolicyState.PROPOSED

    def test_a_text_cannot_be_swapped_between_reading_and_publishing(self, app: Flask) -> None:
        olga, pia = writer(), reader()
        proposed(olga)
        reading = browser(app, pia)
        form = publish_form(reading)
        draft = drafts.hold()
        drafts.change("de", MORE, "Neu.", seen=drafts.mark(draft, "de"), by=subject(olga), now=utc_now())
        publishing.propose(content=publishing.content_of(draft), by=subject(olga), now=utc_now())
        db.session.commit()
        answer = reading.post(PUBLICATION, data=form)
        assert answer.status_code == 409
        assert "The proposal was changed since you opened this page" in answer.text
        assert db.session.get_one(PolicyVersion, 1).state is PolicyState.PROPOSED

    def test_every_edit_takes_the_proposal_back(self, app: Flask) -> None:
        olga = writer()
        proposed(olga)
        save(browser(app, olga), "it", MORE)
        draft = drafts.hold()
        assert draft.state is PolicyState.DRAFT
        assert draft.proposed_by is None
        assert draft.inventories == {}
        with pytest.raises(NotProposed):
            publish(reader())

    @pytest.mark.parametrize("role", [Role.CUSTOMER, Role.MARKETER, Role.SUPPORT])
    def test_only_who_looks_after_policies_publishes(self, app: Flask, role: Role) -> None:
        proposed(writer())
        other = person("other@example.org", role=role)
        assert browser(app, other).get("/staff/policy").status_code == 403
        with pytest.raises(NotTheSecondPerson):
            publish(other)

    def test_it_needs_a_fresh_proof(self, app: Flask) -> None:
        proposed(writer())
        pia = browser(app, reader())
        db.session.execute(text("UPDATE device_sessions SET proved_at = now() - interval '1 day'"))
        assert pia.get(PUBLICATION).status_code == 303


class TestDatabase:
    """What the program would never do, typed in by hand."""

    PUBLISH = (
        "UPDATE policy_versions SET state = 'published', approved_by = :by, published_at = now(), valid_from = now()"
    )

    def run(self, statement: str, **values: object) -> None:
        try:
            db.session.execute(text(statement), values)
        finally:
            db.session.rollback()

    def test_it_refuses_the_proposer(self, app: Flask) -> None:
        olga, pia = writer(), reader()
        draft = written(olga)
        publishing.propose(content=publishing.content_of(draft), by=subject(pia), now=utc_now())
        db.session.commit()
        with pytest.raises(DBAPIError, match="second person"):
            self.run(self.PUBLISH, by=pia.id)

    def test_it_refuses_who_wrote_on_it(self, app: Flask) -> None:
        olga, pia = writer(), reader()
        draft = written(olga)
        publishing.propose(content=publishing.content_of(draft), by=subject(pia), now=utc_now())
        db.session.commit()
        with pytest.raises(DBAPIError, match="second person"):
            self.run(self.PUBLISH, by=olga.id)
        with pytest.raises(DBAPIError, match="stays known"):
            self.run("UPDATE policy_versions SET editors = ARRAY[CAST(:by AS uuid)], edited_by = :by", by=pia.id)

    def test_it_refuses_somebody_who_does_not_look_after_policies(self, app: Flask) -> None:
        proposed(writer())
        for stranger in (person().id, "00000000-0000-0000-0000-000000000000"):
            with pytest.raises(DBAPIError, match="only a privacy officer"):
                self.run(self.PUBLISH, by=stranger)

    def test_it_refuses_a_draft_and_another_text_than_the_proposed(self, app: Flask) -> None:
        olga, pia = writer(), reader()
        written(olga)
        with pytest.raises(DBAPIError, match="only what was proposed"):
            self.run(
                f"{self.PUBLISH}, proposed_by = :olga, proposed_at = now(), manifest_hash = 'x'",
                by=pia.id,
                olga=olga.id,
            )
        proposed(olga)
        for change in ("texts = '{}'", "changes = '{}'", "inventories = '{}'", "manifest_hash = 'other'"):
            with pytest.raises(DBAPIError, match=r"proposal back|only what was proposed"):
                self.run(f"{self.PUBLISH}, {change}", by=pia.id)

    def test_it_refuses_a_version_that_is_born_published(self, app: Flask) -> None:
        published(writer(), reader())
        with pytest.raises(DBAPIError, match="begins as a draft"):
            self.run(
                "INSERT INTO policy_versions (number, state, texts, changes, editors, edited_by, edited_at) "
                "SELECT 2, 'published', texts, changes, editors, edited_by, edited_at FROM policy_versions"
            )

    def test_it_keeps_what_is_published(self, app: Flask) -> None:
        published(writer(), reader())
        for statement in (
            "UPDATE policy_versions SET texts = '{}'",
            "UPDATE policy_versions SET state = 'draft'",
            "UPDATE policy_versions SET valid_from = valid_from - 1",
            "DELETE FROM policy_versions",
        ):
            with pytest.raises(DBAPIError, match="stays as it is"):
                self.run(statement)


class TestReadiness:
    def test_a_language_that_is_missing_is_named(self, app: Flask) -> None:
        olga = writer()
        draft = written(olga)
        drafts.change("fr", "  ", "Neuf.", seen=drafts.mark(draft, "fr"), by=subject(olga), now=utc_now())
        assert said(app, draft) == ["Français: there is no text yet."]
        with pytest.raises(Incomplete):
            publishing.propose(content=publishing.content_of(draft), by=subject(olga), now=utc_now())

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (TEXT + "\n{{ secret_key }}", "There is no placeholder {{ secret_key }}."),
            (TEXT + "\n{{", "Two braces stand alone"),
            (TEXT + "\n}}", "Two braces stand alone"),
            (TEXT.replace("{{ purposes }}", ""), "{{ purposes }} is missing"),
            (TEXT.replace("{{ purposes }}", "Here: {{ purposes }}"), "{{ purposes }} is missing"),
            (TEXT + "\n{{ purposes }}\n", "{{ purposes }} stands there more than once"),
            (TEXT + "\n{{ company_name.__class__ }}", "There is no placeholder"),
        ],
    )
    def test_what_is_wrong_with_a_text_is_said(self, app: Flask, text: str, words: str) -> None:
        found = said(app, written(writer(), text))
        assert len(found) == len(LANGUAGES)
        assert all(words in obstacle for obstacle in found)

    def test_a_setting_that_it_needs_is_named(self, app: Flask, configure: Callable[..., None]) -> None:
        configure(privacy_contact=" ")
        assert said(app, written(writer())) == ["The setting PRIVACY_CONTACT is empty, and the policy has to say it."]

    def test_what_is_new_has_to_be_said_from_the_second_version_on(self, app: Flask) -> None:
        olga = writer()
        published(olga, reader())
        assert len(said(app, written(olga, MORE, ""))) == len(LANGUAGES)

    def test_the_same_again_is_no_new_version(self, app: Flask) -> None:
        olga = writer()
        published(olga, reader())
        assert said(app, written(olga)) == ["It says the same as version 1."]

    def test_a_proposal_of_a_text_that_was_changed_meanwhile_is_refused(self, app: Flask) -> None:
        olga = writer()
        before = publishing.content_of(written(olga))
        draft = drafts.hold()
        drafts.change("en", MORE, "New.", seen=drafts.mark(draft, "en"), by=subject(olga), now=utc_now())
        with pytest.raises(ChangedMeanwhile):
            publishing.propose(content=before, by=subject(olga), now=utc_now())


class TestManifest:
    def test_a_proposal_for_another_data_map_is_not_published(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proposed(writer())
        monkeypatch.setattr(manifest, "current", lambda: manifest.Manifest({}))
        with pytest.raises(OtherManifest):
            publish(reader())

    def test_staff_are_warned_when_the_published_policy_belongs_to_another_one(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        olga = writer()
        published(olga, reader())
        client = browser(app, olga)
        warning = "does not fit our data any more"
        assert warning not in client.get("/staff/policy").text
        monkeypatch.setattr(manifest, "current", lambda: manifest.Manifest({}))
        assert warning in client.get("/staff/policy").text


class TestDay:
    def test_it_holds_from_today_at_the_earliest(self, app: Flask) -> None:
        proposed(writer())
        pia = reader()
        with pytest.raises(TooEarly):
            publish(pia, days=-1)
        client = browser(app, pia)
        form = publish_form(client) | {"valid_from": "2020-01-01"}
        assert client.post(PUBLICATION, data=form).status_code == 422

    def test_it_does_not_begin_before_the_one_that_it_follows(self, app: Flask) -> None:
        olga, pia = writer(), reader()
        published(olga, pia, valid_from=versions.today(utc_now()) + timedelta(days=9))
        proposed(olga, MORE)
        with pytest.raises(TooEarly):
            publish(pia, days=8)
        assert publish(pia, days=9).number == 2


class TestWriting:
    def test_two_who_start_at_once_write_on_the_same_draft(self, app: Flask) -> None:
        for who in (writer(), reader()):
            drafts.start(by=subject(who), now=utc_now())
        assert db.session.query(PolicyVersion).count() == 1

    def test_what_somebody_else_saved_meanwhile_is_not_overwritten(self, app: Flask) -> None:
        olga, pia = writer(), reader()
        written(olga)
        client = browser(app, pia)
        seen = re.search(r'name="seen" value="([^"]*)"', client.get("/staff/policy/draft/en").text)
        assert seen
        save(browser(app, olga), "en", "Hers.")
        mine = {"text": "Mine.", "news": "", "seen": seen[1]}
        answer = client.submit("/staff/policy/draft/en", mine)
        assert answer.status_code == 422
        assert "Somebody else changed this text" in answer.text
        assert drafts.hold().texts["en"] == "Hers."
        assert pia.id not in drafts.hold().editors
        replaces = re.search(r'name="replaces" value="([^"]*)"', answer.text)
        assert replaces
        assert client.submit("/staff/policy/draft/en", mine | {"replaces": replaces[1]}).status_code == 303
        assert drafts.hold().texts["en"] == "Mine."

    def test_the_preview_shows_what_is_typed_and_saves_nothing(self, app: Flask) -> None:
        olga = writer()
        written(olga)
        client = browser(app, olga)
        address = "/staff/policy/draft/en/preview"
        answer = client.submit(address, {"text": "## Wax\n\n<script>x</script>"}, page="/staff/policy/draft/en")
        assert "Wax" in answer.text
        assert "<script>x" not in answer.text
        assert "{{ purposes }} is missing" in answer.text
        assert drafts.hold().texts["en"] == TEXT

    def test_a_draft_that_is_gone_leads_back(self, app: Flask) -> None:
        olga = writer()
        written(olga)
        client = browser(app, olga)
        client.submit("/staff/policy/deletion")
        assert versions.in_the_making() is None
        for address in ("draft/en", "draft/en/reading", "deletion", "publication"):
            assert client.get(f"/staff/policy/{address}").status_code == 303, address
        assert client.get("/staff/policy/draft/xx").status_code == 404
        with pytest.raises(NoDraft):
            drafts.hold()

    @pytest.mark.parametrize("text", ["x" * 20_001, "\0" * 5 + "fine"])
    def test_a_text_that_cannot_be_kept_is_refused_or_made_fit(self, app: Flask, text: str) -> None:
        olga = writer()
        written(olga)
        assert save(browser(app, olga), "en", text).status_code == (422 if len(text) > 20_000 else 303)

    def test_who_lost_the_role_cannot_publish(self, app: Flask) -> None:
        proposed(writer())
        pia = reader()
        db.session.execute(update(Account).where(Account.subject_id == pia.id).values(role=Role.SUPPORT))
        db.session.commit()
        with pytest.raises(NotTheSecondPerson):
            publish(pia)
