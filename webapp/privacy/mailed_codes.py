"""A code that shows that somebody without an account reads the mailbox now: sent by an email of its own.

It is computed from a number in the database and a key outside of it, so a stolen database opens nothing.
"""

from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID, uuid4

from webapp.crypto import permanent_hash
from webapp.privacy.models import MailedCode

LASTS = timedelta(minutes=15)
PAUSE = timedelta(minutes=1)
TRIES = 5
MOST_CODES = 20  # about one thing: with the tries of each, one in ten thousand guesses right
DIGITS = 6


class NoMoreCodes(Exception):
    """All codes about this were sent."""


class CodeIsOver(Exception):
    """It was tried too often, is too old or was used: another one is needed."""


def renew(code: MailedCode, *, now: datetime) -> bool:
    """Makes the code before worthless, and says whether to send it: not twice within a minute. Raises NoMoreCodes."""
    if code.sent_at is not None and code.sent_at > now - PAUSE:
        return False
    if (code.codes_sent or 0) >= MOST_CODES:
        raise NoMoreCodes
    code.number, code.sent_at, code.expires_at, code.wrong = uuid4(), now, now + LASTS, 0
    code.codes_sent = (code.codes_sent or 0) + 1
    return True


def is_right(code: MailedCode | None, about: UUID, entered: str, *, now: datetime) -> bool:
    """A right one is used up by it, a wrong one is counted. The row must be locked. Raises CodeIsOver."""
    if code is None or is_over(code, now=now):
        raise CodeIsOver
    if compare_digest(digits(about, code.number).encode(), entered.encode()):
        code.expires_at = now
        return True
    code.wrong += 1
    return False


def is_waited_for(code: MailedCode | None, *, now: datetime) -> bool:
    """Whether there is a code to be entered."""
    return code is not None and not is_over(code, now=now)


def is_current(code: MailedCode | None, number: UUID, *, now: datetime) -> bool:
    return code is not None and code.number == number and not is_over(code, now=now)


def is_over(code: MailedCode, *, now: datetime) -> bool:
    return code.expires_at <= now or code.wrong >= TRIES


def digits(about: UUID, number: UUID) -> str:
    """What the email says."""
    value = int.from_bytes(permanent_hash("copy code", f"{about} {number}")[:8])
    return f"{value % 10**DIGITS:0{DIGITS}}"
