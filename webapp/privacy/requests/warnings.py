"""Warnings 10, 5 and 2 days before a request is due. Each goes out once, and to more people than the one before."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from webapp.access import Role
from webapp.accounts.models import Account
from webapp.db import db
from webapp.mail import messages
from webapp.privacy import deadlines
from webapp.privacy.requests import open_requests
from webapp.privacy.requests.models import DeadlineWarning
from webapp.privacy.requests.vocabulary import Request

TOLD = {
    10: (Role.PRIVACY_OFFICER,),
    5: (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR),
    2: (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.SUPPORT),
}
FORGOTTEN_AFTER = timedelta(days=365)


def warn(*, now: datetime) -> None:
    """One email to each, about all that has come nearer."""
    new = [days for request in open_requests.ours(now=now) if (days := _write_down(request, now=now))]
    if new:
        for account in db.session.scalars(select(Account).where(Account.role.in_(_whom(min(new))))):
            messages.send("requests/deadlines_near", account.subject, now=now)
    db.session.execute(delete(DeadlineWarning).where(DeadlineWarning.at < now - FORGOTTEN_AFTER))


def near(*, now: datetime) -> Iterator[Request]:
    """What the email is about."""
    return (request for request in open_requests.ours(now=now) if deadlines.warnings(request.due_at, now=now))


def _write_down(request: Request, *, now: datetime) -> int | None:
    """The most urgent of the warnings that are new."""
    rows = [
        {"request_id": request.id, "days": days, "kind": request.kind, "at": now}
        for days in deadlines.warnings(request.due_at, now=now)
    ]
    if not rows:
        return None
    writing = insert(DeadlineWarning).values(rows).on_conflict_do_nothing().returning(DeadlineWarning.days)
    return min(db.session.scalars(writing), default=None)


def _whom(days: int) -> tuple[Role, ...]:
    """A house without a privacy officer has its administrators."""
    officers = select(Account.subject_id).where(Account.role == Role.PRIVACY_OFFICER).limit(1)
    return TOLD[days] if db.session.scalar(officers) else (*TOLD[days], Role.ADMINISTRATOR)
