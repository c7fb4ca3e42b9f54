"""Between the password and the second factor: a note in the browser's cookie that signs nobody in.

It says whose password was right, for ten minutes, and is worthless once the password or the address changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import session

from webapp import audit, links
from webapp.accounts import guessing, password_resets
from webapp.accounts.factors import authenticator, recovery_codes
from webapp.accounts.guessing import Door
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.db import db
from webapp.links import LinkProblem, Purpose

NAME = "second_step"
APP, RECOVERY_CODE = "app", "recovery-code"
WAYS: dict[str, Callable[..., bool]] = {APP: authenticator.accepts, RECOVERY_CODE: recovery_codes.accepts}


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


def check(account: Account, way: str, code: str, *, now: datetime) -> bool:
    """Whether this is a right code, which is used up then. Raises TooManyGuesses."""
    door, whose = Door.SECOND_FACTOR, account.subject.address_hash
    guessing.take_turn(door, whose, now=now)
    if WAYS[way](account, code, now=now):
        guessing.was_right(door, whose)
        return True
    audit.append(Action.SECOND_FACTOR_REFUSED, actor_id=None, subject_id=account.subject_id, details=None, now=now)
    return False


def forget() -> None:
    session.pop(NAME, None)
