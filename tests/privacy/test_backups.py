"""Backups: encrypted for somebody else, whole or not at all, and put back without undoing a no."""

import tarfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyrage
import pytest
from flask import Flask
from pyrage import x25519
from sqlalchemy import select

from jobs.journal import write_journal
from jobs.mail import send_messages
from jobs.privacy import delete_old_backups
from tests.pages import PageClient
from tests.people import Person, person, subscribe, topic
from tests.privacy.vaults import Vault, at, raw_restore
from tests.relay import TestRelay
from webapp import queue, storage
from webapp.access import Role
from webapp.accounts import sessions
from webapp.accounts.models import DeviceSession
from webapp.campaigns import sending
from webapp.campaigns.models import Campaign, CampaignState
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.consents import subscriptions, tracking
from webapp.consents.models import Consent, ConsentPurpose, Method, Subscription, Suppression, TrackingChoice
from webapp.db import db
from webapp.journal import restores
from webapp.journal.gate import Gate
from webapp.journal.models import Restore
from webapp.mail import messages
from webapp.privacy.backups import keeping
from webapp.queue import Job
from webapp.storage import Store
from webapp.subjects.models import Subject

SignIn = Callable[[Person], object]
HOW: dict[str, Any] = {"method": Method.ACCOUNT, "wording": "No", "language": "en"}


def some_life() -> tuple[Person, UUID]:
    """Anna, who gets the news and lets us record her use."""
    anna, news = person(), topic()
    subscribe(anna, news)
    tracking.choose(subject(anna), ConsentPurpose.USAGE, allowed=True, now=utc_now(), **HOW)
    db.session.commit()
    write_journal()
    return anna, news


def subject(who: Person) -> Subject:
    return db.session.get_one(Subject, who.id)


class TestBackup:
    def test_it_holds_the_database_and_every_file_and_opens_with_the_key_only(self, vault: Vault) -> None:
        some_life()
        key = uuid4()
        storage.put(Store.EXPORTS, key, BytesIO(b"a copy of Anna's data"))
        name = vault.back_up()
        assert vault.open(name, "database.age").startswith(b"PGDMP")
        with tarfile.open(fileobj=BytesIO(vault.open(name, "files.age"))) as files:
            held = files.extractfile(f"{Store.EXPORTS}/{key}")
            assert held
            assert held.read() == b"a copy of Anna's data"
        written = b"".join(path.read_bytes() for path in vault.folder.rglob("*") if path.is_file())
        assert b"anna" not in written.lower()
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt((vault.folder / name / "database.age").read_bytes(), [x25519.Identity.generate()])

    def test_it_is_deleted_before_it_is_too_old_also_if_nobody_makes_another(
        self, vault: Vault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vault.back_up()
        now = utc_now()
        monkeypatch.setattr("jobs.privacy.utc_now", lambda: now + timedelta(days=29, hours=20))
        delete_old_backups()
        assert len(keeping.every()) == 1
        monkeypatch.setattr("jobs.privacy.utc_now", lambda: now + timedelta(days=29, hours=22))
        delete_old_backups()
        assert list(vault.folder.rglob("*.age")) == []

    def test_no_setting_keeps_it_for_longer(self, settings: Settings) -> None:
        with pytest.raises(ValueError):
            Settings.model_validate(settings.model_dump() | {"backup_lifetime": timedelta(days=31)})

    def test_what_fails_half_way_leaves_nothing_and_says_why(
        self, vault: Vault, tmp_path: Path, configure: Callable[..., None]
    ) -> None:
        broken = tmp_path / "pg_dump"
        broken.write_text("#!/bin/sh\necho half a database\necho the disk is on fire >&2\nexit 1\n")
        broken.chmod(0o755)
        configure(postgres_programs=str(tmp_path))
        failed = vault.run("backup")
        assert failed.exit_code == 1
        assert "the disk is on fire" in failed.output
        assert keeping.every() == []

    @pytest.mark.parametrize(
        ("missing", "said"), [({"backup_url": None}, "BACKUP_URL"), ({"backup_recipients": []}, "make-backup-key")]
    )
    def test_without_a_place_or_a_key_it_says_what_to_do(
        self, vault: Vault, missing: dict[str, object], said: str, configure: Callable[..., None]
    ) -> None:
        configure(**missing)
        assert said in vault.run("backup").output


class TestRestore:
    def test_what_people_refused_since_stays_refused_and_nobody_is_signed_in(
        self, vault: Vault, elsewhere: Flask, sign_in: SignIn
    ) -> None:
        anna, news = some_life()
        ben = person("ben@example.org")
        subscribe(ben, news)
        sign_in(anna)
        key = uuid4()
        storage.put(Store.EXPORTS, key, BytesIO(b"a file"))
        name = vault.back_up()
        carla = person("carla@example.org")
        for who in (anna, carla):
            subscriptions.stop_everything(subject(who), now=utc_now(), **HOW)
        subscriptions.withdraw(subject(ben), news, now=utc_now(), **HOW)
        tracking.choose(subject(anna), ConsentPurpose.USAGE, allowed=False, now=utc_now(), **HOW)
        hashes = {subject(anna).address_hash, subject(carla).address_hash}
        db.session.commit()
        write_journal()
        storage.delete(Store.EXPORTS, key)

        restored = vault.run("restore", name, "--identity", str(vault.identity), app=elsewhere)
        assert restored.exit_code == 0, restored.output
        assert "4 entries of the journal were replayed" in restored.output
        assert b"".join(storage.read(Store.EXPORTS, key)) == b"a file"
        with at(elsewhere):
            assert set(db.session.scalars(select(Suppression.address_hash))) == hashes
            assert not any(db.session.scalars(select(Subscription.subscribed)))
            assert list(db.session.scalars(select(TrackingChoice.allowed))) == [False]
            assert db.session.get(Subject, carla.id) is None
            assert None not in set(db.session.scalars(select(DeviceSession.ended_at)))
            lines = db.session.scalars(select(Consent).where(Consent.given.is_(False))).all()
            assert {(line.subject_id, line.method) for line in lines} == {
                (anna.id, Method.ACCOUNT),
                (ben.id, Method.ACCOUNT),
            }
        assert elsewhere.test_client().get("/").status_code == 200

    def test_a_database_put_back_by_other_means_is_not_served_before_it_is_replayed(
        self, vault: Vault, elsewhere: Flask
    ) -> None:
        anna, _news = some_life()
        name = vault.back_up()
        subscriptions.stop_everything(subject(anna), now=utc_now(), **HOW)
        db.session.commit()
        write_journal()
        raw_restore(vault, name, elsewhere)
        assert elsewhere.test_client().get("/").status_code == 503
        with at(elsewhere):
            send_messages()  # and no job runs, which would raise: it has no way to the relay's test
        replayed = vault.run("replay-journal", app=elsewhere)
        assert "1 entries of the journal were replayed" in replayed.output
        elsewhere.extensions["gate"] = Gate()
        assert elsewhere.test_client().get("/").status_code == 200
        assert "nothing to replay" in vault.run("replay-journal", app=elsewhere).output
        with at(elsewhere):
            assert len(db.session.scalars(select(Suppression)).all()) == 1

    def test_a_replay_that_was_killed_is_done_again(
        self, vault: Vault, elsewhere: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        anna, _news = some_life()
        name = vault.back_up()
        subscriptions.stop_everything(subject(anna), now=utc_now(), **HOW)
        db.session.commit()
        write_journal()
        raw_restore(vault, name, elsewhere)
        with monkeypatch.context() as patch:
            patch.setattr(sessions, "end_everybodys", _die)
            assert vault.run("replay-journal", app=elsewhere).exit_code == 1
        assert elsewhere.test_client().get("/").status_code == 503
        assert vault.run("replay-journal", app=elsewhere).exit_code == 0
        with at(elsewhere):
            assert len(db.session.scalars(select(Consent).where(Consent.given.is_(False))).all()) == 1
            assert len(db.session.scalars(select(Restore)).all()) == 1

    def test_it_goes_into_an_empty_database_only(self, vault: Vault) -> None:
        name = vault.back_up()
        refused = vault.run("restore", name, "--identity", str(vault.identity))
        assert refused.exit_code == 1
        assert "not empty" in refused.output

    @pytest.mark.parametrize("part", ["database.age", "files.age", "manifest.json"])
    def test_a_backup_that_was_changed_is_not_put_back(self, vault: Vault, elsewhere: Flask, part: str) -> None:
        name = vault.back_up()
        file = vault.folder / name / part
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        refused = vault.run("restore", name, "--identity", str(vault.identity), app=elsewhere)
        assert refused.exit_code == 1
        assert "not as it was written" in refused.output or "not signed" in refused.output

    def test_a_wrong_key_is_named_as_the_reason(self, vault: Vault, elsewhere: Flask, tmp_path: Path) -> None:
        name = vault.back_up()
        other, nonsense = tmp_path / "other", tmp_path / "nonsense"
        other.write_text(str(x25519.Identity.generate()))
        nonsense.write_text("open sesame")
        for file, said in ((other, "does not open"), (nonsense, "no key of age")):
            assert said in vault.run("restore", name, "--identity", str(file), app=elsewhere).output


class TestSendsAfterARestore:
    """What waited when the backup was made may have gone out since, so nobody gets it before staff say so."""

    @pytest.fixture
    def officer(self, sign_in: SignIn) -> Person:
        officer = person("officer@example.org", role=Role.PRIVACY_OFFICER)
        sign_in(officer)
        return officer

    @pytest.mark.parametrize(
        ("choice", "sent", "campaign_state"), [("send", 2, CampaignState.SENDING), ("drop", 1, CampaignState.STOPPED)]
    )
    def test_staff_say_whether_what_waited_goes_out(
        self, client: PageClient, relay: TestRelay, officer: Person, choice: str, sent: int, campaign_state: str
    ) -> None:
        anna, news = person(), topic()
        campaign = Campaign(topic_id=news, subject="Sunny days", body="Hello", changed_at=utc_now())
        campaign.state = CampaignState.SENDING
        db.session.add(campaign)
        _password_changed(anna)
        db.session.add(Restore(at=utc_now(), replayed={"withdrawn": 3}))
        _password_changed(anna)
        send_messages()
        assert len(relay.received) == 1
        page = client.get("/staff/backups")
        assert "1 message about the service waits." in page.text
        assert "Sunny days" in page.text
        assert client.submit("/staff/backups/resumption", {"old_emails": choice}, page="/staff/backups").location
        assert "Emails go out again" in client.get("/staff/backups").text
        send_messages()
        assert len(relay.received) == sent
        assert db.session.get_one(Campaign, campaign.id).state is campaign_state
        assert db.session.scalars(select(Restore)).one().resumed_by == officer.id

    def test_no_campaign_goes_out_meanwhile_and_it_goes_on_by_itself_then(
        self, app: Flask, relay: TestRelay, run_jobs: Callable[[], None]
    ) -> None:
        anna, author, news = person(), person("max@example.org", role=Role.MARKETER), topic()
        subscribe(anna, news)
        campaign = Campaign(topic_id=news, subject="Sunny days", body="Hello", changed_at=utc_now())
        db.session.add(campaign)
        db.session.add(Restore(at=utc_now(), replayed={}))
        db.session.flush()
        sending.start(campaign, actor=subject(author), now=utc_now())
        run_jobs()
        assert relay.received == []
        [entry] = queue.waiting_for(Job.SEND_CAMPAIGNS)
        assert utc_now() < entry.due_at < utc_now() + timedelta(minutes=1)
        restores.resume(by=author.id, with_old_emails=True, now=utc_now())
        queue.hurry(entry)
        run_jobs()
        assert len(relay.received) == 1

    def test_without_backups_the_page_says_what_to_set(self, client: PageClient, officer: Person) -> None:
        assert "BACKUP_URL" in client.get("/staff/backups").text

    def test_each_backup_is_shown_with_its_size_and_its_end(
        self, client: PageClient, vault: Vault, officer: Person
    ) -> None:
        name = vault.back_up()
        assert name in client.get("/staff/backups").text

    def test_support_does_not_see_it(self, client: PageClient, sign_in: SignIn) -> None:
        sign_in(person(role=Role.SUPPORT))
        assert client.get("/staff/backups").status_code == 403


def _password_changed(who: Person) -> None:
    messages.send("accounts/password_changed", subject(who), now=utc_now())
    db.session.commit()


def _die(**_: object) -> None:
    raise RuntimeError("killed")
