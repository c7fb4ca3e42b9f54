"""What somebody without an account has opened with a code stays open for a while, in that browser alone."""

from datetime import datetime
from uuid import UUID

from flask import session


def keep_open(what: str, about: UUID, *, until: datetime) -> None:
    session[what] = [str(about), int(until.timestamp())]


def is_open(what: str, about: UUID, *, now: datetime) -> bool:
    opened, until = session.get(what, (None, 0))
    return bool(opened == str(about) and now.timestamp() < until)
