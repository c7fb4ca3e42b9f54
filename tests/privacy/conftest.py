"""Backups and another database to put them back into."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from deploy.demo.services import postgres_programs
from tests.privacy.vaults import Vault
from webapp.app import create_app
from webapp.config import Settings
from webapp.db import db


@pytest.fixture
def vault(app: Flask, tmp_path: Path, configure: Callable[..., None]) -> Vault:
    identity, folder = tmp_path / "identity", tmp_path / "backups"
    made = app.test_cli_runner().invoke(args=["make-backup-key", str(identity)])
    recipient = made.output.splitlines()[0].partition("=")[2]
    programs = str(postgres_programs())
    configure(backup_url=folder.as_uri(), backup_recipients=[recipient], postgres_programs=programs)
    return Vault(app, folder, identity)


@pytest.fixture
def elsewhere(vault: Vault, settings: Settings) -> Iterator[Flask]:
    """The app on a new, empty database."""
    url = make_url(settings.database_url)
    name = f"restored_{uuid4().hex[:8]}"
    with psycopg.connect(host=str(url.query["host"]), user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        there = vault.app.extensions["settings"].model_copy(
            update={"database_url": f"postgresql+psycopg://postgres@/{name}?host={quote(str(url.query['host']))}"}
        )
        app = create_app(there)
        app.extensions["worker"] = vault.app.extensions["worker"]
        yield app
        with app.app_context():
            db.engine.dispose()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
