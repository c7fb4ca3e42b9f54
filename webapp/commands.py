"""Commands for operators: `flask --app wsgi …`."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from webapp import audit
from webapp.access_table import access_table
from webapp.accounts.commands import create_admin_command, sign_out_command
from webapp.config import settings_table
from webapp.imports.commands import import_csv_command
from webapp.privacy.backups.commands import (
    backup_command,
    backups_command,
    make_backup_key_command,
    replay_journal_command,
    restore_command,
)
from webapp.privacy.commands import data_map_command, verify_export_command, verify_receipt_command


@click.command("settings-table")
def settings_table_command() -> None:
    """Prints docs/settings.md."""
    click.echo(settings_table(), nl=False)


@click.command("routes-access")
@with_appcontext
def routes_access_command() -> None:
    """Prints every address with who may use it."""
    click.echo(access_table(current_app), nl=False)


@click.command("verify-audit")
@with_appcontext
def verify_audit_command() -> None:
    """Recomputes the seal of the audit log; exit code 1 when somebody changed it."""
    found = audit.verify()
    if found.broken_at is not None:
        raise click.ClickException(f"The chain is broken at position {found.broken_at}.")
    click.echo(f"{found.checked} entries hold.")


def init_app(app: Flask) -> None:
    for command in (
        backup_command,
        backups_command,
        create_admin_command,
        data_map_command,
        import_csv_command,
        make_backup_key_command,
        replay_journal_command,
        restore_command,
        routes_access_command,
        settings_table_command,
        sign_out_command,
        verify_audit_command,
        verify_export_command,
        verify_receipt_command,
    ):
        app.cli.add_command(command)
