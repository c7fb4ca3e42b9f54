"""For operators: making backups, and putting one back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
import flask_migrate
from flask.cli import with_appcontext
from pyrage import x25519

from webapp import audit
from webapp.clock import utc_now
from webapp.db import db
from webapp.journal import gate
from webapp.journal.gate import Standing
from webapp.journal.shelf import Damaged
from webapp.privacy.backups import keeping, making, putting_back, replaying
from webapp.privacy.backups.postgres import ProgramFailed
from webapp.signatures import NotOurs

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
LATELY = 10_000  # entries of the audit log


@click.command("make-backup-key")
@click.argument("file", type=click.Path(path_type=Path))
def make_backup_key_command(file: Path) -> None:
    """Makes the key that opens backups, in a new FILE, and prints its public half for BACKUP_RECIPIENTS."""
    identity = x25519.Identity.generate()
    try:
        with os.fdopen(os.open(file, NEW_FILE, 0o600), "w") as out:
            out.write(f"{identity}\n")
    except FileExistsError as error:
        raise click.ClickException(f"{file} is there already.") from error
    click.echo(f"BACKUP_RECIPIENTS={identity.to_public()}")
    click.echo(f"Move {file} to a safe place away from this server. Without it no backup can be opened.", err=True)


@click.command("backup")
@with_appcontext
def backup_command() -> None:
    """Writes the database and all files, encrypted, to BACKUP_URL, and deletes the backups that are too old."""
    with _explained():
        name = making.make(now=utc_now())
        deleted = list(keeping.delete_old(now=utc_now()))
    click.echo(f"{name} is there. {len(deleted)} old ones were deleted.")


@click.command("backups")
@with_appcontext
def backups_command() -> None:
    """Lists the backups, the newest first."""
    with _explained():
        for backup in keeping.every():
            state = f"until {backup.expires_at:%Y-%m-%d}" if backup.complete else "not finished"
            click.echo(f"{backup.name}  {backup.size / 1e6:10.1f} MB  {state}")


@click.command("restore")
@click.argument("name")
@click.option("--identity", required=True, type=click.File(), help="The file that make-backup-key wrote.")
@click.option("--without-files", is_flag=True, help="Only the database; the files were not lost.")
@with_appcontext
def restore_command(name: str, identity: TextIO, without_files: bool) -> None:
    """Puts the backup NAME back into an empty database and replays the journal."""
    with _explained():
        key = identity.read()
        click.echo("Reading every byte of the backup…")
        putting_back.check(name)
        click.echo("Putting the database back…")
        putting_back.put_database_back(name, key)
        if not without_files:
            click.echo(f"{putting_back.put_files_back(name, key)} files are back.")
        flask_migrate.upgrade()
        _check_audit_log()
        _replay()


@click.command("replay-journal")
@with_appcontext
def replay_journal_command() -> None:
    """Does again what the journal knows and this database, an older one that was put back, does not."""
    with _explained():
        if gate.standing() is Standing.OK:
            click.echo("There is nothing to replay.")
        else:
            _replay()


def _replay() -> None:
    done = [0]
    for entries in replaying.replay(now=utc_now()):
        db.session.commit()
        done.append(entries)
    click.echo(f"{done[-1]} entries of the journal were replayed, and everybody is signed out. Pages open again.")
    click.echo("No email of before goes out until staff resume that: /staff/backups")


def _check_audit_log() -> None:
    found = audit.verify_newest(LATELY)
    if found.broken_at is not None:
        click.echo(f"Warning: the audit log is broken at position {found.broken_at}.", err=True)
    db.session.rollback()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except keeping.NoPlace as error:
        raise click.ClickException("BACKUP_URL is not set: where do backups go?") from error
    except making.NoKey as error:
        raise click.ClickException(
            "BACKUP_RECIPIENTS has no key of age. `flask make-backup-key FILE` makes one."
        ) from error
    except keeping.NotThere as error:
        raise click.ClickException(f"There is no finished backup {error}. `flask backups` lists them.") from error
    except NotOurs as error:
        raise click.ClickException("The manifest was not signed with these ENCRYPTION_KEYS.") from error
    except FileNotFoundError as error:
        raise click.ClickException(f"{error.filename or error} was not found. See POSTGRES_PROGRAMS.") from error
    except (putting_back.Unusable, ProgramFailed, Damaged) as error:
        raise click.ClickException(str(error)) from error
