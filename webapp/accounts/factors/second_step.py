"""Between the password and the second factor: a note in the browser's cookie that signs nobody in.

It says whose password was right, for ten minutes, and is worthless once the password or the address changes.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import session

from webapp import links
from webapp.accounts import password_resets
from webapp.accounts.models import Account
from webapp.db import db
from webapp.links import LinkProblem, Purpose

NAME = "second_step"


@dataclass(frozen=True)
class SecondStep:
    """Somebody who entered the right password, and where they go on."""

    account: Account
    wanted: str | None


def begin(account: Account, *, wanted: str | None, now: datetime) -> None:
    session[NAME] = links.sign(
        Purpose.SECOND_STEP,
        now=now,
        subject=str(account.subject_id),
        state=password_resets.state(account),
        wanted=wanted or "",
    )


def waiting(*, now: datetime) -> SecondStep | None:
    try:
        note = links.read(Purpose.SECOND_STEP, session.get(NAME, ""), now=now).data
    except LinkProblem:
        return None
    account = db.session.get(Account, UUID(note["subject"]))
    if account is None or note["state"] != password_resets.state(account):
        return None
    return SecondStep(account, note["wanted"] or None)


def forget() -> None:
    session.pop(NAME, None)
