"""What is done for accounts when nobody is looking."""

from jobs.job import job
from webapp.accounts import password_reminders
from webapp.accounts.activation import runs
from webapp.accounts.factors import recoveries
from webapp.clock import utc_now
from webapp.db import db


@job
def remind_of_passwords() -> None:
    while password_reminders.send_due(now=utc_now()):
        db.session.commit()


@job
def send_recoveries() -> None:
    while recoveries.send_due(now=utc_now()):
        db.session.commit()


@job
def invite_customers() -> None:
    runs.invite_some(now=utc_now())
