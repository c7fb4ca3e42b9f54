"""Brings the demo's database up to date and fills it once."""

import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.demo.screen import SignIn, progress, step

MIGRATIONS = Path(__file__).parents[2] / "webapp" / "migrations" / "versions"


def prepare_database(folder: Path, environment: Mapping[str, str]) -> Sequence[SignIn]:
    """Answers the sign-ins of the people in it. Loading the application takes a second: only when there is a reason."""
    note = folder / "database.json"
    migrations = _fingerprint(MIGRATIONS)
    if note.exists():
        kept = json.loads(note.read_text())
        if kept["migrations"] == migrations:
            return [tuple(sign_in) for sign_in in kept["sign_ins"]]
    sign_ins = _migrate_and_seed(environment)
    note.write_text(json.dumps({"migrations": migrations, "sign_ins": sign_ins}))
    return sign_ins


def _migrate_and_seed(environment: Mapping[str, str]) -> Sequence[SignIn]:
    # Only now: the application reads its settings from the environment.
    os.environ.update(environment)
    from flask_migrate import upgrade

    from deploy.demo import backups
    from deploy.demo.seed import SIGN_INS, seed
    from webapp.app import create_app
    from webapp.clock import utc_now
    from webapp.db import db
    from webapp.journal.writing import write_pending

    app = create_app()
    logging.disable(logging.INFO)
    with step("database"), app.app_context():
        upgrade()
    seed(app, progress)
    with step("backups"), app.app_context():
        for _written in write_pending(now=utc_now()):
            db.session.commit()
        backups.make(now=utc_now())
    return SIGN_INS


def _fingerprint(folder: Path) -> str:
    files = sorted(folder.glob("*.py"))
    return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()
