"""A worker for one queue: `python -m jobs.worker service`.

It does not fork (a fork per job would end every SMTP connection), so jobs are short and hand on to the next.
"""

import sys
import threading
import time

import structlog
from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from jobs.job import WorkerName
from webapp import queue
from webapp.app import create_app

log = structlog.get_logger(__name__)


def main(name: str) -> None:
    app = create_app()
    app.extensions["worker"] = WorkerName(name)
    threading.Thread(target=_beat_for_ever, args=(app,), daemon=True).start()
    with app.app_context():
        work(queue.Queue(name), burst=False)


def work(name: queue.Queue, *, burst: bool) -> None:
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
    main(sys.argv[1])
