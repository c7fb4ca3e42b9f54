"""Once a year we ask whether a password is still a good one. Nobody has to change it (NIST SP 800-63B-4, 3.1.1.2)."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.db import db
from webapp.mail import messages
from webapp.subjects import trail

AFTER = timedelta(days=365)
AT_ONCE = 200
ASKED_LAST = func.greatest(Account.password_changed_at, Account.password_kept_at, Account.password_reminded_at)


def is_due(account: Account, *, now: datetime) -> bool:
    """Whether the account's first page should ask."""
    return max(account.password_changed_at, account.password_kept_at or account.password_changed_at) < now - AFTER


def keep(account: Account, *, now: datetime) -> None:
    """The person has been asked and is fine with it: for a year there is no banner and no email."""
    account.password_kept_at = now
    trail.record(Action.PASSWORD_KEPT, account.subject, now=now)


def send_due(*, now: datetime) -> int:
    """Writes to those whose year is over, some at a time; returns to how many."""
    due = select(Account).where(now - AFTER > ASKED_LAST, Account.confirmed_at.is_not(None))
    accounts = db.session.scalars(due.limit(AT_ONCE).with_for_update(skip_locked=True, of=Account)).all()
    for account in accounts:
        account.password_reminded_at = now
        messages.send("accounts/password_reminder", account.subject, now=now)
    return len(accounts)


def longest_overdue(*, now: datetime) -> timedelta | None:
    """How long whoever has waited longest has been due to be written to; None when nobody is."""
    first = db.session.scalar(select(func.min(ASKED_LAST)).where(Account.confirmed_at.is_not(None)))
    return now - AFTER - first if first and first < now - AFTER else None
