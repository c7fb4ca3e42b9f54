"""A Candor of its own to be measured, with an empty database. Nothing of it is left afterwards."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
from flask import Flask

from deploy.demo.environment import make_environment
from deploy.demo.services import free_port, start_postgres, start_valkey
from webapp.app import create_app


@contextmanager
def installation(folder: Path, *, durable: bool = True) -> Iterator[Flask]:
    """Also for the processes that are started meanwhile. `durable` as in production: a commit is on the disk."""
    with start_postgres(folder, durable=durable) as postgres, start_valkey(folder) as valkey:
        services = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
        os.environ.update(make_environment(folder, port=free_port(), smtp_port=free_port(), services=services))
        app = create_app()
        with app.app_context():
            flask_migrate.upgrade()
        logging.disable()
        yield app
