"""The workers of a machine and its scheduler: `python -m jobs.worker`, or only some: `python -m jobs.worker campaigns`.

They are forks of one process that has loaded the application and every job. A worker works off one queue and does not
fork again (a fork per job would end every SMTP connection), so jobs are short and hand on to the next.
"""

import os
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from importlib import import_module

import structlog
from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from jobs import schedule
from jobs.crew import Crew, Duty
from jobs.job import WorkerName
from webapp import queue
from webapp.app import create_app
from webapp.config import Settings
from webapp.queue import Queue

log = structlog.get_logger(__name__)

NICENESS = {Queue.CAMPAIGNS: 5}  # whoever clicks comes first


def main(kinds: Sequence[str]) -> None:
    settings = Settings()
    app = create_app(settings)
    for job in queue.Job:
        import_module(job.rpartition(".")[0])
    Crew([duty for kind in kinds for duty in _duties(kind, app, settings)]).work()


def work(name: Queue, *, burst: bool) -> None:
    """Works off a queue; with `burst` until it is empty. Needs an app context with a WorkerName."""
    worker = SimpleWorker(
        [name],
        connection=queue.connect(),
        serializer=JSONSerializer,
        maintenance_interval=30,
        log_job_description=False,
    )
    worker.max_connection_wait_time = 5
    worker.work(burst=burst, logging_level="WARNING")


def _duties(kind: str, app: Flask, settings: Settings) -> list[Duty]:
    if kind == schedule.KIND:
        return [Duty(kind, partial(schedule.run, app))]
    processes = settings.campaign_workers if kind == Queue.CAMPAIGNS else 1
    return [Duty(kind, partial(_work_for_ever, Queue(kind), app))] * processes


def _work_for_ever(name: Queue, app: Flask) -> None:
    os.nice(NICENESS.get(name, 0))
    app.extensions["worker"] = WorkerName(name)
    threading.Thread(target=_beat_for_ever, args=(app,), daemon=True).start()
    with app.app_context():
        work(name, burst=False)


def _beat_for_ever(app: Flask) -> None:
    """In a thread of its own, so that a long job does not look like a dead worker."""
    while True:
        try:
            with app.app_context():
                app.extensions["worker"].beat()
        except Exception:
            log.exception("heartbeat failed")
        time.sleep(queue.HEARTBEAT_EVERY.total_seconds())


if __name__ == "__main__":
    main(sys.argv[1:] or [*Queue, schedule.KIND])
