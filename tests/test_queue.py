"""The outbox: work is written down with the decision, done at least once, and found again whatever Redis forgets."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from flask import Flask
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import select

from deploy.demo.services import free_port
from jobs import schedule
from webapp import audit, queue
from webapp.clock import utc_now
from webapp.db import db
from webapp.queue import Job, OutboxEntry

RunJobs = Callable[[], None]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the audit sealer was asked to do; it stands for any job."""
    calls: list[str] = []
    monkeypatch.setattr(audit, "seal_pending", lambda: calls.append("sealed"))
    return calls


def entries() -> list[OutboxEntry]:
    db.session.expire_all()
    return list(db.session.scalars(select(OutboxEntry)))


def test_work_is_done_after_the_commit_and_then_forgotten(app: Flask, done: list[str], run_jobs: RunJobs) -> None:
    queue.later(Job.SEAL_AUDIT)
    db.session.commit()
    run_jobs()
    assert done == ["sealed"]
    assert entries() == []


def test_work_that_was_rolled_back_is_not_done(app: Flask, done: list[str], run_jobs: RunJobs) -> None:
    queue.later(Job.SEAL_AUDIT)
    db.session.rollback()
    run_jobs()
    assert done == []


def test_work_that_redis_forgot_is_found_by_the_sweep(app: Flask, done: list[str], run_jobs: RunJobs) -> None:
    queue.later(Job.SEAL_AUDIT)
    db.session.commit()
    queue.connection().flushall()
    run_jobs()
    assert done == []
    queue.sweep(now=utc_now())
    run_jobs()
    assert done == ["sealed"]


def test_with_redis_away_the_commit_succeeds_and_the_sweep_repairs(
    app: Flask, done: list[str], run_jobs: RunJobs
) -> None:
    here = app.extensions["redis"]
    app.extensions["redis"] = redis.Redis(port=free_port(), retry=Retry(NoBackoff(), 0))
    queue.later(Job.SEAL_AUDIT)
    db.session.commit()
    app.extensions["redis"] = here
    queue.sweep(now=utc_now())
    run_jobs()
    assert done == ["sealed"]


def test_the_sweep_enqueues_nothing_that_redis_still_knows(app: Flask) -> None:
    queue.later(Job.SEAL_AUDIT)
    db.session.commit()
    for _ in range(3):
        queue.sweep(now=utc_now())
    assert queue.connection().llen("rq:queue:service") == 1


def test_work_for_later_waits_until_it_is_due(app: Flask, done: list[str], run_jobs: RunJobs) -> None:
    queue.later(Job.SEAL_AUDIT, due_at=utc_now() + timedelta(minutes=5))
    db.session.commit()
    queue.sweep(now=utc_now())
    run_jobs()
    assert done == []
    entries()[0].due_at = utc_now()
    db.session.commit()
    queue.sweep(now=utc_now())
    run_jobs()
    assert done == ["sealed"]


def test_work_taken_by_one_worker_is_not_done_by_another(app: Flask, done: list[str], run_jobs: RunJobs) -> None:
    queue.later(Job.SEAL_AUDIT)
    db.session.commit()
    other = uuid4()
    queue.beat(other, "service", now=utc_now())
    assert queue.take(entries()[0].id, worker=other)
    db.session.commit()
    queue.sweep(now=utc_now())
    run_jobs()
    assert done == []


def test_work_taken_by_a_worker_that_died_is_done_by_another(app: Flask, done: list[str], run_jobs: RunJobs) -> None:
    queue.later(Job.SEAL_AUDIT)
    db.session.commit()
    dead = uuid4()
    queue.beat(dead, "service", now=utc_now())
    queue.take(entries()[0].id, worker=dead)
    db.session.commit()
    queue.sweep(now=utc_now() + queue.DEAD_AFTER + timedelta(seconds=1))
    run_jobs()
    assert done == ["sealed"]


def test_work_that_fails_is_tried_again_after_a_pause_that_grows(
    app: Flask, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "seal_pending", lambda: 1 / 0)
    queue.later(Job.SEAL_AUDIT)
    db.session.commit()
    pauses = []
    for _ in range(3):
        run_jobs()
        [entry] = entries()
        assert entry.error == "ZeroDivisionError"
        assert entry.taken_by is None
        pauses.append(entry.due_at - utc_now())
        entry.due_at = utc_now()
        db.session.commit()
        queue.sweep(now=utc_now())
    assert timedelta(0) < pauses[0] < pauses[1] < pauses[2]


def test_a_period_starts_its_job_once_however_many_schedulers_run(app: Flask) -> None:
    now = utc_now()
    schedule.start_due(now=now)
    db.session.commit()
    first = len(entries())
    for entry in entries():
        queue.finish(entry.id)
    schedule.start_due(now=now)
    db.session.commit()
    assert first == len(schedule.EVERY)
    assert entries() == []


def test_a_job_that_still_waits_is_not_started_again(app: Flask) -> None:
    schedule.start_due(now=utc_now())
    schedule.start_due(now=utc_now() + timedelta(days=2))
    db.session.commit()
    assert len(entries()) == len(schedule.EVERY)
