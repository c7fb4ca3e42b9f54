"""Telling the company's other systems of changes: several of them at the same time, so that no slow one keeps others
waiting."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask, current_app

from jobs.job import job, worker_name
from webapp import queue
from webapp.clock import utc_now
from webapp.db import db
from webapp.integrations.webhooks import letters, replays, sending, settling

TURN = timedelta(seconds=10)
AT_ONCE = 8


@job
def send_webhooks() -> None:
    while letters.write(now=utc_now()):
        db.session.commit()
    db.session.commit()
    due = sending.due(now=utc_now())
    if due:
        app, worker = current_app._get_current_object(), worker_name().id  # type: ignore[attr-defined]  # a proxy
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(lambda webhook_id: _serve(app, webhook_id, worker), due):
                pass


@job
def replay_webhook(webhook_id: str, since: str, until: str, after: str) -> None:
    start, end, last, time_up = (
        datetime.fromisoformat(since),
        datetime.fromisoformat(until),
        int(after),
        utc_now() + TURN,
    )
    while utc_now() < time_up:
        reached = replays.some(UUID(webhook_id), since=start, until=end, after=last, now=utc_now())
        if reached is None:
            queue.poke(queue.Job.SEND_WEBHOOKS)
            return
        last = reached
        db.session.commit()
    queue.later(queue.Job.REPLAY_WEBHOOK, webhook_id=webhook_id, since=since, until=until, after=str(last))


@job
def settle_changes() -> None:
    reached: int | None = 0
    while reached is not None:
        reached = settling.settle(after=reached, now=utc_now())
        db.session.commit()
    settling.forget_old(now=utc_now())


def _serve(app: Flask, webhook_id: UUID, worker: UUID) -> None:
    with app.app_context():
        for _ in sending.serve(webhook_id, worker=worker, until=utc_now() + TURN):
            db.session.commit()
