"""The journal outside the database: it knows of every no within seconds, and closes the door on an older database."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask, current_app
from sqlalchemy import select, text

from jobs import journal as jobs
from jobs.house import seal_audit
from tests.pages import PageClient
from tests.people import person, subscribe, topic
from webapp import audit
from webapp.clock import utc_now
from webapp.consents import subscriptions, tracking
from webapp.consents.models import ConsentPurpose, Method
from webapp.db import db
from webapp.journal import entries, gate, shelf, writing
from webapp.journal.gate import Gate, Standing
from webapp.journal.models import Event, JournalEntry, JournalState
from webapp.journal.shelf import Damaged, Diverged, Head
from webapp.subjects.models import Subject


@pytest.fixture
def folder(app: Flask) -> Path:
    return Path(urlsplit(app.extensions["settings"].storage_url).path) / "journal"


def say(event: Event = Event.WITHDRAWN, **facts: str) -> None:
    entries.record(event, uuid4(), now=utc_now(), address_hash=b"hash", **facts)
    db.session.commit()


def written(after: int = 0) -> list[str]:
    return [line["event"] for _batch, lines in shelf.newer_than(after) for line in lines]


def state() -> JournalState:
    db.session.expire_all()
    return db.session.scalars(select(JournalState)).one()


def go_back_to(batch: int, beat: int) -> None:
    """As if an older database had been put back."""
    db.session.execute(text(f"UPDATE journal_state SET batch = {batch}, beat = {beat}"))
    db.session.commit()
    look_again()


def look_again() -> None:
    """As every process does after some seconds."""
    current_app.extensions["gate"] = Gate()


class TestWriting:
    def test_every_no_is_outside_after_the_next_turn_of_the_job(self, app: Flask) -> None:
        anna, news = person(), topic()
        subscribe(anna, news)
        subject = db.session.get_one(Subject, anna.id)
        how: dict[str, Any] = {"method": Method.ACCOUNT, "wording": "No", "language": "en", "now": utc_now()}
        tracking.choose(subject, ConsentPurpose.USAGE, allowed=True, **how)
        subscriptions.withdraw(subject, news, **how)
        subscriptions.stop_everything(subject, **how)
        tracking.choose(subject, ConsentPurpose.USAGE, allowed=False, **how)
        db.session.commit()
        jobs.write_journal()
        [(_batch, lines)] = shelf.newer_than(0)
        about = [(line["event"], line["facts"].get("topic_id"), line["facts"].get("kind")) for line in lines]
        assert about == [("withdrawn", str(news), None), ("withdrawn", None, None), ("tracking_stopped", None, "usage")]
        assert {line["subject_id"] for line in lines} == {str(anna.id)}
        assert "anna" not in str(lines)

    def test_what_was_rolled_back_is_not_written(self, app: Flask) -> None:
        entries.record(Event.WITHDRAWN, uuid4(), now=utc_now())
        db.session.rollback()
        jobs.write_journal()
        assert written() == []

    def test_what_is_outside_does_not_stay_inside(self, app: Flask) -> None:
        say()
        jobs.write_journal()
        assert db.session.scalars(select(JournalEntry)).all() == []

    def test_a_batch_whose_writer_died_is_written_once_under_its_number(self, app: Flask) -> None:
        say()
        turn = writing.write_pending(now=utc_now())
        next(turn)
        db.session.commit()  # the number is given out
        next(turn)  # the file is written
        db.session.rollback()  # and the writer died
        say(Event.TRACKING_STOPPED)
        jobs.write_journal()
        assert [batch for batch, _lines in shelf.newer_than(0)] == [1, 2]
        assert written() == ["withdrawn", "tracking_stopped"]
        assert gate.standing() is Standing.OK

    def test_two_databases_on_one_journal_are_noticed(self, app: Flask) -> None:
        shelf.write(1, utc_now().date(), [{"event": "of another database"}])
        say()
        with pytest.raises(Diverged):
            jobs.write_journal()
        assert db.session.scalars(select(JournalEntry)).one().batch == 1

    def test_what_is_older_than_twice_the_life_of_a_backup_goes(self, app: Flask) -> None:
        say()
        jobs.write_journal()
        old = utc_now() - writing.KEPT - timedelta(days=1)
        entries.record(Event.WITHDRAWN, uuid4(), now=old)
        db.session.commit()
        jobs.write_journal()
        jobs.forget_old_journal()
        assert [path.split("/")[1] for path in shelf._paths()] == [str(utc_now().date())]
        assert settings_lifetime(app) * 2 <= writing.KEPT

    def test_nobody_who_can_only_write_files_makes_us_erase_anybody(self, app: Flask, folder: Path) -> None:
        say()
        jobs.write_journal()
        [file] = folder.glob("batches/*/*")
        file.write_text(file.read_text().replace("withdrawn", "erasure_executed"))
        with pytest.raises(Damaged):
            written()

    def test_a_missing_batch_is_noticed(self, app: Flask, folder: Path) -> None:
        for _ in range(3):
            say()
            jobs.write_journal()
        next(folder.glob("batches/*/*2.json")).unlink()
        assert len(written(after=2)) == 1
        with pytest.raises(Damaged):
            written(after=1)


def settings_lifetime(app: Flask) -> timedelta:
    lifetime: timedelta = app.extensions["settings"].backup_lifetime
    return lifetime


class TestGate:
    @pytest.fixture(autouse=True)
    def _some_life(self, app: Flask) -> None:
        jobs.write_journal()
        say()
        jobs.write_journal()

    def test_the_database_that_wrote_the_journal_is_served(self, client: PageClient) -> None:
        assert client.get("/").status_code == 200
        assert client.get("/readyz").get_json()["journal"] == "ok"

    @pytest.mark.parametrize("back", [(0, 1), (1, 1), (0, 0)])  # the second: nobody said no since, but time went on
    def test_an_older_database_is_not_served(self, client: PageClient, back: tuple[int, int]) -> None:
        go_back_to(*back)
        refused = client.get("/")
        assert refused.status_code == 503
        assert "We will be back in a few minutes" in refused.text
        assert client.post("/unsubscribe/x", data={}).status_code == 503
        assert client.get("/readyz").status_code == 503
        assert "replay-journal" in client.get("/readyz").get_json()["journal"]
        assert client.get("/healthz").status_code == client.get("/static/css/candor.css").status_code == 200

    def test_a_database_from_before_there_was_a_journal_is_not_served(self, client: PageClient) -> None:
        db.session.execute(text("DELETE FROM journal_state"))
        look_again()
        assert client.get("/").status_code == 503

    def test_systems_are_told_in_their_way(self, client: PageClient) -> None:
        go_back_to(0, 1)
        refused = client.post("/api/v1/interactions", json=[])
        assert refused.status_code == 503
        assert refused.mimetype == "application/problem+json"

    def test_no_job_runs_on_an_older_database(self, app: Flask) -> None:
        audit.append(audit.Action.POLICY_WRITTEN, actor_id=None, subject_id=None, details=None, now=utc_now())
        go_back_to(0, 1)
        seal_audit()
        assert audit.oldest_unsealed() is not None
        go_back_to(9, 9)
        seal_audit()
        assert audit.oldest_unsealed() is None

    def test_an_older_database_never_writes_into_the_journal(self, app: Flask) -> None:
        go_back_to(0, 0)
        say()
        with pytest.raises(writing.Behind):
            list(writing.write_pending(now=utc_now()))
        assert len(written()) == 1

    def test_while_the_journal_is_away_whoever_knew_that_all_is_well_goes_on(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        door, fresh = Gate(), Gate()
        door.look_now()
        monkeypatch.setattr(shelf, "head", _away)
        door.look_now()
        fresh.look_now()
        assert (door.standing, fresh.standing) == (Standing.OK, Standing.UNKNOWN)

    def test_a_journal_that_is_gone_is_begun_again(self, app: Flask, folder: Path) -> None:
        (folder / "head.json").unlink()
        assert gate.standing() is Standing.OK
        jobs.write_journal()
        assert shelf.head() == Head(state().batch, state().beat, state().beaten_at or utc_now())


def _away() -> None:
    raise OSError("no route to the journal")
