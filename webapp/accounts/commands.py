"""`flask --app wsgi create-admin EMAIL` and `sign-out EMAIL`"""

import click
from flask.cli import with_appcontext

from webapp.access import STAFF, Role
from webapp.accounts import credentials, operators, sessions
from webapp.clock import utc_now
from webapp.db import db
from webapp.subjects.addresses import InvalidAddress

ROLES = sorted(role.value for role in STAFF | {Role.MARKETER})


@click.command("create-admin")
@click.argument("email")
@click.option("--given-name", prompt="First name")
@click.option("--family-name", prompt="Last name")
@click.option("--role", type=click.Choice(ROLES), default=Role.ADMINISTRATOR.value, show_default=True)
@with_appcontext
def create_admin_command(email: str, given_name: str, family_name: str, role: str) -> None:
    """Lets someone in who works here, and prints a link with which they choose their password."""
    try:
        link = operators.create_admin(email, given_name, family_name, Role(role), utc_now())
    except InvalidAddress as error:
        raise click.ClickException(str(error)) from error
    except operators.AccountExists as error:
        raise click.ClickException(f"There is an account for {email} already.") from error
    db.session.commit()
    click.echo(f"Open this link within 30 minutes to choose a password:\n\n  {link}\n")
    click.echo('Later, "Forgotten your password?" on the sign-in page sends a new one.')


@click.command("sign-out")
@click.argument("email", required=False)
@click.option("--everybody", is_flag=True, help="Everybody, on every device; for a stolen backup, for instance.")
@with_appcontext
def sign_out_command(email: str | None, everybody: bool) -> None:
    """Ends every sign-in of one person, or of everybody, from their next click on."""
    if bool(email) is everybody:
        raise click.UsageError("Give an address, or --everybody.")
    account = credentials.account_of(email) if email else None
    if email and account is None:
        raise click.ClickException(f"There is no account for {email}.")
    if account:
        sessions.end_all(account.subject, now=utc_now())
    else:
        sessions.end_everybodys(now=utc_now())
    db.session.commit()
    click.echo("Signed out.")
