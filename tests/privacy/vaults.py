"""Where a test keeps backups, and what it puts them back into."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pyrage
from click.testing import Result
from flask import Flask
from pyrage import x25519
from sqlalchemy import make_url

from deploy.demo.services import postgres_programs
from webapp.db import db
from webapp.privacy.backups import keeping


@dataclass
class Vault:
    """Where the backups lie, and the key to them."""

    app: Flask
    folder: Path
    identity: Path

    def run(self, *command: str, app: Flask | None = None) -> Result:
        db.session.commit()
        app = app or self.app
        with app.app_context():
            return app.test_cli_runner().invoke(args=command)

    def back_up(self) -> str:
        """Answers its name."""
        result = self.run("backup")
        assert result.exit_code == 0, result.output
        return keeping.every()[0].name

    def open(self, name: str, part: str) -> bytes:
        key = x25519.Identity.from_str(self.identity.read_text().strip())
        content: bytes = pyrage.decrypt((self.folder / name / part).read_bytes(), [key])
        return content


@contextmanager
def at(app: Flask) -> Iterator[None]:
    with app.app_context():
        try:
            yield
        finally:
            db.session.rollback()


def raw_restore(vault: Vault, name: str, app: Flask) -> None:
    """As somebody would who knows PostgreSQL, but not Candor."""
    url = make_url(app.extensions["settings"].database_url)
    target = f"postgresql://postgres@/{url.database}?host={quote(str(url.query['host']))}"
    command = [str(postgres_programs() / "pg_restore"), "--no-owner", f"--dbname={target}"]
    subprocess.run(command, input=vault.open(name, "database.age"), check=True)
