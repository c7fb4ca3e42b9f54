"""A whole Candor of its own: every process of the Procfile but the web server, on a database and a queue of its own."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask

from deploy.demo.processes import Process, Supervisor, read_procfile
from deploy.demo.services import Service, start_postgres, start_valkey
from tests.relay import TestRelay
from webapp import queue
from webapp.app import create_app
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db

ROOT = Path(__file__).parents[2]


class Installation:
    def __init__(self, app: Flask, supervisor: Supervisor, workers: dict[str, Process], valkey: Service) -> None:
        self.app = app
        self.supervisor = supervisor
        self.workers = workers
        self.valkey = valkey

    def wait(self, what: str, happened: Callable[[], bool], *, within: float = 60.0) -> float:
        """Waits, restarting what ended as systemd would. Returns the seconds it took; too long is a failure."""
        started = time.monotonic()
        while not happened():
            self.supervisor.look()
            db.session.rollback()
            if time.monotonic() - started > within:
                pytest.fail(f"after {within} s still not: {what}")
            time.sleep(0.02)
        return time.monotonic() - started


@contextmanager
def installation(folder: Path, relay: TestRelay, settings: Settings) -> Iterator[Installation]:
    with start_postgres(folder, durable=False) as postgres, start_valkey(folder) as valkey:
        own = settings.model_copy(
            update={
                "database_url": postgres.url,
                "redis_url": valkey.url,
                "storage_url": (folder / "storage").as_uri(),
                "smtp_port": relay.port,
                "smtp_timeout_seconds": 10.0,
            }
        )
        app = create_app(own)
        supervisor = Supervisor(folder / "log", print)
        with app.app_context():
            flask_migrate.upgrade()
            try:
                programs = read_procfile(ROOT / "Procfile", {**os.environ, **_environment(own)})
                started = supervisor.start(*(program for program in programs if program.name != "web"))
                workers = {process.program.name: process for process in started}
                candor = Installation(app, supervisor, workers, valkey)
                candor.wait("workers are up", lambda: len(queue.kinds_alive(now=utc_now())) == len(queue.Queue) + 2)
                yield candor
            finally:
                supervisor.end()


def _environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment variables that the processes read."""
    plain = {
        "secret_keys": ",".join(key.get_secret_value() for key in settings.secret_keys),
        "encryption_keys": ",".join(key.get_secret_value() for key in settings.encryption_keys),
        "permanent_key": settings.permanent_key.get_secret_value(),
    }
    names = ["environment", "database_url", "redis_url", "storage_url", "public_url", "smtp_host", "smtp_port"]
    names += ["smtp_timeout_seconds", "mail_from", "company_name"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    chosen = {name: str(getattr(settings, name)) for name in names} | plain
    return {name.upper(): value for name, value in chosen.items()} | {"PATH": path}
