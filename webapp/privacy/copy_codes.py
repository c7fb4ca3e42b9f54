"""The code that opens a copy for somebody without an account: sent by an email of its own, when the link is opened.

It is computed from a number in the database and a key outside of it, so a stolen database opens nothing.
"""

from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID, uuid4

from webapp.audit import Action
from webapp.crypto import permanent_hash
from webapp.db import db
from webapp.mail import messages
from webapp.privacy.models import CopyCode, DataExport
from webapp.subjects import trail

LASTS = timedelta(minutes=15)
PAUSE = timedelta(minutes=1)
TRIES = 5
MOST_CODES = 20  # of one copy: with the tries of each, one in ten thousand guesses right
DIGITS = 6


class NoMoreCodes(Exception):
    """All codes of this copy were sent."""


class CodeIsOver(Exception):
    """It was tried too often, is too old or was used: another one is needed."""


def send(export: DataExport, *, now: datetime) -> None:
    """Makes the code before worthless. Pressed again within a minute it does nothing. Raises NoMoreCodes."""
    db.session.refresh(export, with_for_update={"of": DataExport})
    code = _of(export)
    if code and code.sent_at > now - PAUSE:
        return
    if code and code.codes_sent >= MOST_CODES:
        raise NoMoreCodes
    code = code or CopyCode(export_id=export.id, subject_id=export.subject_id, codes_sent=0)
    code.number, code.sent_at, code.expires_at, code.wrong = uuid4(), now, now + LASTS, 0
    code.codes_sent += 1
    db.session.add(code)
    messages.send("privacy/copy_code", export.subject, now=now, export_id=str(export.id), number=str(code.number))


def is_waited_for(export: DataExport, *, now: datetime) -> bool:
    """Whether there is a code to be entered."""
    code = _of(export)
    return code is not None and not _is_over(code, now=now)


def try_out(export: DataExport, entered: str, *, now: datetime) -> bool:
    """A right one is used up by it. Wrong ones are counted, one after the other. Raises CodeIsOver."""
    code = db.session.get(CopyCode, export.id, with_for_update=True, populate_existing=True)
    if code is None or _is_over(code, now=now):
        raise CodeIsOver
    if compare_digest(digits(export.id, code.number).encode(), entered.encode()):
        code.expires_at = now
        return True
    code.wrong += 1
    trail.record(Action.COPY_CODE_REFUSED, export.subject, now=now)
    return False


def is_current(export: DataExport, number: UUID, *, now: datetime) -> bool:
    code = _of(export)
    return code is not None and code.number == number and not _is_over(code, now=now)


def digits(export_id: UUID, number: UUID) -> str:
    """What the email says."""
    value = int.from_bytes(permanent_hash("copy code", f"{export_id} {number}")[:8])
    return f"{value % 10**DIGITS:0{DIGITS}}"


def _of(export: DataExport) -> CopyCode | None:
    return db.session.get(CopyCode, export.id, populate_existing=True)


def _is_over(code: CopyCode, *, now: datetime) -> bool:
    return code.expires_at <= now or code.wrong >= TRIES
