"""What staff see of copies that are not there yet, and the alert before one comes too late."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.pages import PageClient
from tests.people import person
from tests.signed_in import signed_in
from webapp import queue, storage
from webapp.access import Role
from webapp.clock import utc_now
from webapp.db import db
from webapp.language import speaking
from webapp.privacy import deadlines, export_progress, exports, open_copies
from webapp.privacy.models import DataExport, ExportState
from webapp.privacy.promises.measured.copies import copies_nearly_due
from webapp.queue import OutboxEntry
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]
PAGE = "/staff/copies"


@pytest.fixture
def office(client: PageClient) -> PageClient:
    return signed_in(client, person("olga@example.org", role=Role.SUPPORT))


@pytest.fixture
def export(app: Flask) -> DataExport:
    wanted = exports.request(db.session.get_one(Subject, person().id), now=utc_now())
    db.session.commit()
    return wanted


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (datetime(2026, 1, 10, 9, tzinfo=UTC), datetime(2026, 2, 9, 9, tzinfo=UTC)),  # 30 days
        (datetime(2026, 1, 31, 9, tzinfo=UTC), datetime(2026, 2, 28, 9, tzinfo=UTC)),  # one month
        (datetime(2026, 2, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 9, tzinfo=UTC)),  # one month
        (datetime(2028, 1, 30, 9, tzinfo=UTC), datetime(2028, 2, 29, 9, tzinfo=UTC)),  # of a leap year
        (datetime(2026, 4, 10, 9, tzinfo=UTC), datetime(2026, 5, 10, 9, tzinfo=UTC)),  # both
    ],
)
def test_the_time_limit_is_the_earlier_of_30_days_and_a_month(asked: datetime, due: datetime) -> None:
    assert deadlines.answer_by(asked) == due
    assert deadlines.days_left(asked, now=due - timedelta(hours=1)) == 0
    assert deadlines.days_left(asked, now=due + timedelta(seconds=1)) == -1


def test_who_waits_longest_comes_first_with_the_days_left(office: PageClient, export: DataExport) -> None:
    assert "anna@example.org" in office.get(PAGE).text
    late = exports.request(db.session.get_one(Subject, person("bert@example.org").id), now=utc_now())
    late.requested_at -= timedelta(days=31)
    db.session.commit()
    text = office.get(PAGE).text
    assert text.index("bert@example.org") < text.index("anna@example.org")
    assert "Too late" in text


def test_when_all_are_done_the_page_says_so(office: PageClient, export: DataExport, run_jobs: RunJobs) -> None:
    run_jobs()
    assert "Nobody waits for a copy" in office.get(PAGE).text


def test_staff_see_what_failed_and_can_have_it_tried_again(
    office: PageClient, export: DataExport, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(storage, "put", full)
        run_jobs()
    text = office.get(PAGE).text
    assert "The storage of files is full or does not answer." in text
    assert "Tried once" in text
    assert "next try in" in text
    run_jobs()
    assert not export.available(utc_now())  # not before its time
    office.submit(f"{PAGE}/{export.id}/retry", page=PAGE)
    run_jobs()
    assert export.state is ExportState.READY


def test_a_request_whose_work_was_lost_is_taken_up_again(
    office: PageClient, export: DataExport, run_jobs: RunJobs
) -> None:
    db.session.delete(db.session.scalars(select(OutboxEntry)).one())
    run_jobs()
    assert not export.available(utc_now())
    open_copies.retry(export, by=export.subject, now=utc_now())
    run_jobs()
    assert export.state is ExportState.READY


def test_what_a_worker_has_in_hand_is_left_to_it(export: DataExport) -> None:
    [entry] = queue.waiting_for(queue.Job.BUILD_EXPORT)
    entry.taken_by, entry.due_at = export.id, utc_now() + timedelta(hours=1)
    db.session.commit()
    due = entry.due_at
    open_copies.retry(export, by=export.subject, now=utc_now())
    db.session.commit()
    assert (entry.taken_by, entry.due_at) == (export.id, due)


def test_the_alert_comes_before_it_is_too_late(export: DataExport) -> None:
    for days, nearly in ((20, 0), (24, 1), (40, 1)):
        export.requested_at = utc_now() - timedelta(days=days)
        db.session.flush()
        assert copies_nearly_due(now=utc_now()).value == nearly
    db.session.execute(update(DataExport).values(state=ExportState.READY))
    assert copies_nearly_due(now=utc_now()).value == 0


def test_the_end_is_foreseen_from_the_copy_before(export: DataExport, run_jobs: RunJobs) -> None:
    assert remaining(export, now=utc_now()) is None
    run_jobs()
    assert len(export.step_ms) == export.steps_total == len(exports.steps())
    export.step_ms = [2000] * export.steps_total
    db.session.commit()
    second, now = exports.request(export.subject, now=utc_now()), utc_now()
    second.state, second.building_since, second.steps_total = ExportState.BUILDING, now, export.steps_total
    second.steps_done, second.step_ms = 2, [1000, 1000]  # twice as quick as before
    db.session.commit()
    ahead = export.steps_total - 2
    assert remaining(second, now=now + timedelta(seconds=2)) == timedelta(seconds=ahead)
    assert remaining(second, now=now + timedelta(hours=1)) == export_progress.AT_LEAST


def remaining(export: DataExport, *, now: datetime) -> timedelta | None:
    with speaking("en"):
        return export_progress.of(export, now=now).remaining


def test_a_copy_that_took_long_says_when_it_was_really_ready(
    export: DataExport, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(0, 100_000, 60))
    monkeypatch.setattr(exports, "monotonic", lambda: next(times))
    run_jobs()
    assert export.ready_at is not None
    assert export.ready_at - export.requested_at > timedelta(minutes=5)
