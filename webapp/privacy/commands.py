"""For operators: whether the data map tells the truth, the next version of its manifest, whether a copy is whole."""

from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import with_appcontext

from webapp import queue
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy import manifest
from webapp.privacy.data_map import check
from webapp.privacy.receipts import forms as receipts
from webapp.signatures import NotOurs
from webapp.storage import Store


@click.command("data-map")
@click.option("--check", "wanted", flag_value="check", help="Exit code 1 and a list when anything is not declared.")
@click.option("--lock", "wanted", flag_value="lock", help="Appends the manifest to manifest.lock as a new version.")
@with_appcontext
def data_map_command(wanted: str | None) -> None:
    """Prints the manifest of the data map, checks it, or locks it."""
    if wanted == "check":
        _check()
    elif wanted == "lock":
        _lock()
    else:
        click.echo("\n".join(manifest.current().lines))


@click.command("verify-export")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_export_command(file: Path) -> None:
    """Checks the hashes, schemas and counts of a copy that somebody has; exit code 1 and a list when it was changed."""
    from webapp.privacy.copy import verification  # not at every start: it brings a validator of JSON Schema along

    found = list(verification.problems(file))
    if found:
        click.echo("\n".join(found))
        raise click.ClickException(f"{len(found)} problems: this is not the copy as it was made.")
    click.echo("Every file is there and unchanged, every entry fits its schema, and all counts are right.")


@click.command("verify-receipt")
@click.argument("file", type=click.File("rb"))
@with_appcontext
def verify_receipt_command(file: BinaryIO) -> None:
    """Checks the signature of the receipt of an erasure, receipt.json; exit code 1 when it is not as we signed it."""
    try:
        document = receipts.read(file.read())
    except NotOurs as error:
        raise click.ClickException("We did not sign this, or it was changed since.") from error
    totals, erasure = document["totals"], document["erasure"]
    click.echo(f"Ours, and unchanged. Erasure {erasure['number']}, done {erasure['done_at']}:")
    click.echo(f"{totals['deleted']} entries deleted, {totals['kept']} kept, {totals['later']} to be deleted later.")


def _check() -> None:
    keys = [key.decode() for key in queue.connection().scan_iter()]
    database = check.migrated(db.engine)
    problems = [*check.columns(database), *check.stores(Store), *check.redis_keys(keys)]
    problems += [f"manifest.lock: {change}" for change in manifest.lock().changes(manifest.current())]
    if problems:
        click.echo("\n".join(problems))
        raise click.ClickException(f"{len(problems)} differences. Declare what is missing, then: data-map --lock")
    click.echo(f"The data map is complete. Version {manifest.number()}, {manifest.current().hash}.")


def _lock() -> None:
    text = manifest.locked(manifest.lock(), manifest.current(), today=utc_now().date())
    manifest.LOCK.write_text(text)
    click.echo(f"Version {manifest.read_lock(text).versions[-1].number}, {manifest.current().hash}.")
