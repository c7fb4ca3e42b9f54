"""Erasures for people without an account, who asked by letter or phone. Staff only start them.

Everything goes to the address on file: first a link, then a code. A wrong address learns from it that somebody asked
us, and nothing else.
"""

from datetime import datetime

from webapp.audit import Action
from webapp.db import db
from webapp.mail import messages
from webapp.privacy import exports, mailed_codes
from webapp.privacy.copies_for_others import HasAccount, UnknownAddress
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure.models import Cause, Erasure, ErasureCode, ErasureState
from webapp.subjects import subjects, trail
from webapp.subjects.models import Subject

# What can be answered with a code.
OPEN_WITH_CODE = (ErasureState.PLANNED, ErasureState.CONFIRMED, ErasureState.ASKED_AGAIN)


def start(address: str, *, reason: str, asked_at: datetime, by: Subject, now: datetime) -> Erasure:
    """Two at once give one. Raises UnknownAddress or HasAccount."""
    subject = subjects.find(address)
    if subject is None or subject.erased_at is not None:
        raise UnknownAddress
    if exports.has_account(subject):
        raise HasAccount
    erasure = erasures.plan_for(subject, Cause.STAFF, now=now)
    if erasure.state is ErasureState.PLANNED:
        erasure.asked_at, erasure.started_by, erasure.reason = asked_at, by.id, reason
        trail.record(Action.ERASURE_WRITTEN_DOWN, subject, now=now, actor_id=by.id, reason=reason)
        erasures.send_link(erasure, subject, now=now)
    return erasure


def send_code(erasure: Erasure, *, now: datetime) -> None:
    """Pressed again within a minute it does nothing. Raises NoMoreCodes."""
    db.session.refresh(erasure, with_for_update={"of": Erasure})
    code = code_of(erasure) or ErasureCode(erasure_id=erasure.id, subject_id=erasure.subject_id)
    if mailed_codes.renew(code, now=now):
        db.session.add(code)
        number = str(code.number)
        messages.send("erasure/code", _subject(erasure), now=now, erasure_id=str(erasure.id), number=number)


def try_out(erasure: Erasure, entered: str, *, now: datetime) -> bool:
    """Wrong ones are counted, one after the other. Raises CodeIsOver."""
    code = db.session.get(ErasureCode, erasure.id, with_for_update=True, populate_existing=True)
    right = mailed_codes.is_right(code, erasure.id, entered, now=now)
    if not right:
        trail.record(Action.ERASURE_CODE_REFUSED, _subject(erasure), now=now)
    return right


def code_of(erasure: Erasure) -> ErasureCode | None:
    return db.session.get(ErasureCode, erasure.id, populate_existing=True)


def send_link(erasure: Erasure, *, now: datetime) -> None:
    """Once more, as long as nobody confirmed it."""
    if erasure.state is ErasureState.PLANNED and not has_account(erasure):
        erasures.send_link(erasure, _subject(erasure), now=now)


def has_account(erasure: Erasure) -> bool:
    return exports.has_account(_subject(erasure))


def _subject(erasure: Erasure) -> Subject:
    return db.session.get_one(Subject, erasure.subject_id)
