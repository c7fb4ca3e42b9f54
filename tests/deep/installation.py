"""A whole Candor of its own: every process of the Procfile but the web server, on a database and a queue of its own.

Each part is a process that may be killed, and that starts again as systemd would have it; each of its workers, too.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import psutil
import pytest
from flask import Flask

from deploy.demo.processes import Process, Program, Supervisor, read_procfile
from deploy.demo.services import Postgres, Valkey
from webapp import queue
from webapp.app import create_app
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import DatabaseAway, db
from webapp.queue import Queue

ROOT = Path(__file__).parents[2]


class Installation:
    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self.parts: dict[str, Process] = {}
        self._supervisor = Supervisor(folder / "log", print)

    def start(self, *programs: Program) -> None:
        self.parts |= {process.program.name: process for process in self._supervisor.start(*programs)}

    def end(self) -> None:
        self._supervisor.end()

    def crew(self) -> list[psutil.Process]:
        """What runs our own code: the workers and the scheduler, without the process that they were forked from."""
        return psutil.Process(self.parts["workers"].pid).children() if self.parts["workers"].is_running else []

    def workers(self, queue: Queue) -> list[psutil.Process]:
        return [process for process in self.crew() if process.name() == queue]

    def wait(self, what: str, happened: Callable[[], bool], *, within: float = 60.0) -> float:
        """Waits, restarting what ended as systemd would. Returns the seconds it took; too long is a failure."""
        started = time.monotonic()
        while not self._look(happened):
            if time.monotonic() - started > within:
                pytest.fail(f"after {within} s still not: {what}")
            time.sleep(0.02)
        return time.monotonic() - started

    def _look(self, happened: Callable[[], bool]) -> bool:
        self._supervisor.look()
        try:
            db.session.rollback()
            return happened()
        except DatabaseAway:
            return False


@contextmanager
def installation(folder: Path, settings: Settings, *others: Program, smtp_port: int) -> Iterator[Installation]:
    """`others` run beside it, such as a relay."""
    postgres, valkey = Postgres(folder, durable=False), Valkey(folder)
    own = settings.model_copy(
        update={
            "database_url": postgres.url,
            "redis_url": valkey.url,
            "storage_url": (folder / "storage").as_uri(),
            "smtp_port": smtp_port,
            "smtp_timeout_seconds": 10.0,
        }
    )
    app = create_app(own)
    candor = Installation(app, folder)
    with app.app_context():
        try:
            for server in (postgres, valkey):
                server.prepare()
                candor.start(server.program)
                server.wait(candor.parts[server.program.name])
            flask_migrate.upgrade()
            programs = read_procfile(ROOT / "Procfile", {**os.environ, **_environment(own)})
            candor.start(*others, *(program for program in programs if program.name != "web"))
            candor.wait("workers are up", lambda: len(queue.kinds_alive(now=utc_now())) == len(Queue) + 2)
            yield candor
        finally:
            db.session.remove()
            candor.end()


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
