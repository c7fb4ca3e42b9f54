"""The life of a copy: asked for, put together whatever happens, ready once, gone in time."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from jobs.schedule import start_due
from tests.people import Person, person
from tests.relay import TestRelay
from webapp import queue, storage
from webapp.audit import AuditEntry
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db
from webapp.mail.models import Message
from webapp.privacy import copy, exports
from webapp.privacy.models import DataExport, ExportState
from webapp.queue import OutboxEntry
from webapp.storage import Store
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]


@pytest.fixture
def anna(app: Flask) -> Subject:
    return subject_of(person())


@pytest.fixture
def files(settings: Settings) -> Callable[[], list[str]]:
    """The files in the store."""
    folder = Path(settings.storage_url.removeprefix("file://")) / Store.EXPORTS
    for left in folder.glob("*"):
        left.unlink()
    return lambda: sorted(file.name for file in folder.glob("*"))


def subject_of(who: Person) -> Subject:
    return db.session.get_one(Subject, who.id)


def ask(subject: Subject, *, now: datetime | None = None) -> DataExport:
    export = exports.request(subject, now=now or utc_now())
    db.session.commit()
    return export


def state(export: DataExport) -> ExportState:
    db.session.refresh(export)
    return export.state


def try_again() -> None:
    """Time passes, and the sweep looks for what is due."""
    db.session.execute(update(OutboxEntry).values(due_at=func.now()))
    db.session.commit()
    queue.sweep(now=utc_now())
    db.session.commit()


def emails() -> int:
    return db.session.scalar(select(func.count()).where(Message.email == "privacy/export_ready")) or 0


def test_a_copy_is_made_stored_and_announced(
    anna: Subject, run_jobs: RunJobs, relay: TestRelay, files: Callable[[], list[str]], settings: Settings
) -> None:
    export = ask(anna)
    run_jobs()
    assert state(export) is ExportState.READY
    assert export.steps_done == export.steps_total > 2
    assert files() == [str(export.id)]
    assert export.size == len(b"".join(storage.read(Store.EXPORTS, export.id)))
    assert export.ready_at is not None
    assert export.expires_at == export.ready_at + settings.export_lifetime
    [email] = relay.to(anna.email)
    assert "http://localhost/account/data/exports/download/" in email.text
    assert "http://localhost/account/data/exports/download/" in email.html
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all() == [
        "export_requested",
        "export_built",
    ]
    assert db.session.scalars(select(OutboxEntry)).all() == []


def test_asking_again_while_one_is_in_the_making_gives_the_same(anna: Subject, run_jobs: RunJobs) -> None:
    assert ask(anna) is ask(anna)
    run_jobs()
    assert emails() == 1


def test_two_requests_at_the_same_moment_give_one_copy(app: Flask, anna: Subject, run_jobs: RunJobs) -> None:
    together, ids = threading.Barrier(5), set[UUID]()

    def press(subject_id: UUID = anna.id) -> None:
        with app.app_context():
            subject = db.session.get_one(Subject, subject_id)
            together.wait()
            ids.add(ask(subject).id)

    presses = [threading.Thread(target=press) for _ in range(5)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    run_jobs()
    assert len(ids) == 1
    assert emails() == 1


def test_a_new_copy_can_be_asked_for_when_the_one_before_is_ready(anna: Subject, run_jobs: RunJobs) -> None:
    first = ask(anna)
    run_jobs()
    second = ask(anna)
    run_jobs()
    assert [export.id for export in exports.of(anna)] == [second.id, first.id]
    assert emails() == 2


def test_an_emptied_queue_loses_no_request(anna: Subject, run_jobs: RunJobs) -> None:
    export = ask(anna)
    queue.connection().flushall()
    run_jobs()
    assert state(export) is ExportState.REQUESTED
    queue.sweep(now=utc_now())
    run_jobs()
    assert state(export) is ExportState.READY
    assert emails() == 1


def test_a_worker_may_die_at_any_step(
    app: Flask, run_jobs: RunJobs, relay: TestRelay, files: Callable[[], list[str]]
) -> None:
    asked = [ask(subject_of(person(f"anna{number}@example.org"))) for number in range(len(copy.parts()) + 2)]
    for commits, export in enumerate(asked):
        die_after(commits, export)
    queue.sweep(now=utc_now())
    run_jobs()
    assert {export.state for export in asked} == {ExportState.READY}
    assert sorted(received.to for received in relay.received) == sorted(export.subject.email for export in asked)
    assert files() == sorted(str(export.id) for export in asked)


def test_a_worker_may_die_between_the_file_and_the_last_commit(
    anna: Subject, run_jobs: RunJobs, relay: TestRelay, files: Callable[[], list[str]]
) -> None:
    export = ask(anna)
    die_after(1000, export)
    assert files() == [str(export.id)]
    queue.sweep(now=utc_now())
    run_jobs()
    assert state(export) is ExportState.READY
    assert files() == [str(export.id)]
    assert len(relay.to(anna.email)) == 1


def die_after(commits: int, export: DataExport) -> None:
    """What is left when a worker is killed after so many commits: a taken outbox entry without a heartbeat."""
    entry_id = db.session.scalars(select(OutboxEntry.id).where(OutboxEntry.args == {"export_id": str(export.id)})).one()
    assert queue.take(entry_id, worker=uuid4())
    db.session.commit()
    building = exports.build(export, now=utc_now())
    for _ in zip(range(commits), building, strict=False):
        db.session.commit()
    db.session.rollback()
    building.close()  # type: ignore[attr-defined]  # it is a generator


def test_a_worker_taken_for_dead_publishes_nothing_twice(
    anna: Subject, run_jobs: RunJobs, files: Callable[[], list[str]]
) -> None:
    export = ask(anna)
    slow = up_to_the_end(export)
    run_jobs()
    next(slow, None)
    db.session.commit()
    run_jobs()
    assert state(export) is ExportState.READY
    assert emails() == 1
    assert files() == [str(export.id)]


def test_a_worker_taken_for_dead_brings_nothing_back(
    anna: Subject, run_jobs: RunJobs, files: Callable[[], list[str]]
) -> None:
    export = ask(anna)
    slow = up_to_the_end(export)
    run_jobs()
    exports.delete(export, now=utc_now())
    db.session.commit()
    next(slow, None)
    db.session.commit()
    assert state(export) is ExportState.DELETED
    assert files() == []


def up_to_the_end(export: DataExport) -> Iterator[None]:
    """A build that has everything but its last step behind it."""
    building = exports.build(export, now=utc_now())
    for _ in range(len(copy.parts()) + 1):
        next(building)
        db.session.commit()
    return building


@pytest.mark.parametrize("error", [OSError("disk full"), ConnectionError("storage down"), RuntimeError("a bug")])
def test_an_error_keeps_the_request_open(
    anna: Subject, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch, error: Exception, files: Callable[[], list[str]]
) -> None:
    export = ask(anna)
    with monkeypatch.context() as broken:
        broken.setattr(storage, "put", raising(error))
        run_jobs()
        try_again()
        run_jobs()
    assert state(export) is ExportState.BUILDING
    assert emails() == 0
    assert db.session.scalars(select(OutboxEntry.attempts)).all() == [2]
    try_again()
    run_jobs()
    assert state(export) is ExportState.READY
    assert emails() == 1
    assert files() == [str(export.id)]


def raising(error: Exception) -> Callable[..., None]:
    def fail(*_args: object) -> None:
        raise error

    return fail


def test_an_upload_that_was_killed_leaves_nothing(
    anna: Subject, run_jobs: RunJobs, files: Callable[[], list[str]], settings: Settings
) -> None:
    export = ask(anna)
    folder = Path(settings.storage_url.removeprefix("file://")) / Store.EXPORTS
    folder.mkdir(exist_ok=True)
    (folder / f"{export.id}#1").write_text("half a file")
    run_jobs()
    assert files() == [str(export.id)]


def test_running_the_job_again_for_a_finished_copy_does_nothing(anna: Subject, run_jobs: RunJobs) -> None:
    export = ask(anna)
    run_jobs()
    queue.later(queue.Job.BUILD_EXPORT, export_id=str(export.id))
    run_jobs()
    assert emails() == 1


def test_a_request_of_somebody_who_is_gone_ends_quietly(anna: Subject, run_jobs: RunJobs) -> None:
    ask(anna)
    db.session.delete(anna)
    run_jobs()
    assert db.session.scalars(select(OutboxEntry)).all() == []


def test_files_go_when_their_time_is_over(
    anna: Subject, run_jobs: RunJobs, files: Callable[[], list[str]], settings: Settings
) -> None:
    long_ago = utc_now() - settings.export_lifetime - timedelta(minutes=1)
    old, new = ask(anna), ask(subject_of(person("bert@example.org")))
    run_jobs()
    old.expires_at = long_ago + settings.export_lifetime
    db.session.commit()
    start_due(now=utc_now())
    run_jobs()
    assert state(old) is ExportState.EXPIRED
    assert state(new) is ExportState.READY
    assert files() == [str(new.id)]


def test_a_deleted_copy_is_gone_and_deleting_again_does_no_harm(
    anna: Subject, run_jobs: RunJobs, files: Callable[[], list[str]]
) -> None:
    export = ask(anna)
    run_jobs()
    exports.delete(export, now=utc_now())
    exports.delete(export, now=utc_now())
    db.session.commit()
    assert state(export) is ExportState.DELETED
    assert files() == []
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()[-1:] == ["export_deleted"]


def test_no_email_announces_a_copy_that_was_deleted_meanwhile(
    anna: Subject, run_jobs: RunJobs, relay: TestRelay
) -> None:
    export = ask(anna)
    for _ in exports.build(export, now=utc_now()):
        db.session.commit()
    exports.delete(export, now=utc_now())
    run_jobs()
    assert relay.received == []
