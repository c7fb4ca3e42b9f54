"""The code that opens a copy for somebody without an account: sent when the link is opened."""

from datetime import datetime
from uuid import UUID

from webapp.audit import Action
from webapp.db import db
from webapp.mail import messages
from webapp.privacy import mailed_codes
from webapp.privacy.models import CopyCode, DataExport
from webapp.subjects import trail


def send(export: DataExport, *, now: datetime) -> None:
    """Pressed again within a minute it does nothing. Raises NoMoreCodes."""
    db.session.refresh(export, with_for_update={"of": DataExport})
    code = of(export) or CopyCode(export_id=export.id, subject_id=export.subject_id)
    if mailed_codes.renew(code, now=now):
        db.session.add(code)
        messages.send("privacy/copy_code", export.subject, now=now, export_id=str(export.id), number=str(code.number))


def try_out(export: DataExport, entered: str, *, now: datetime) -> bool:
    """Wrong ones are counted, one after the other. Raises CodeIsOver."""
    code = db.session.get(CopyCode, export.id, with_for_update=True, populate_existing=True)
    right = mailed_codes.is_right(code, export.id, entered, now=now)
    if not right:
        trail.record(Action.COPY_CODE_REFUSED, export.subject, now=now)
    return right


def is_waited_for(export: DataExport, *, now: datetime) -> bool:
    return mailed_codes.is_waited_for(of(export), now=now)


def is_current(export: DataExport, number: UUID, *, now: datetime) -> bool:
    return mailed_codes.is_current(of(export), number, now=now)


def of(export: DataExport) -> CopyCode | None:
    return db.session.get(CopyCode, export.id, populate_existing=True)
