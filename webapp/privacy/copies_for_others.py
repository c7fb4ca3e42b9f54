"""Copies for people without an account, who asked by letter or phone. Staff only start them.

Everything goes to the address on file: first a link that its reader must confirm, then, when the copy is there, a link
and a code. A wrong address learns from it that somebody asked us, and nothing else.
"""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from webapp import links, queue
from webapp.audit import Action
from webapp.db import db
from webapp.links import Purpose
from webapp.mail import messages
from webapp.privacy import deadlines, exports
from webapp.privacy.models import DataExport, ExportState
from webapp.subjects import subjects, trail
from webapp.subjects.models import Subject

BATCH = 500


class UnknownAddress(Exception):
    """We hold nothing about it."""


class HasAccount(Exception):
    """The person gets it in the account, without us."""


def start(address: str, *, reason: str, asked_at: datetime, by: Subject, now: datetime) -> None:
    """Two at once give one, and so does a second one while the first waits. Raises UnknownAddress or HasAccount."""
    subject = subjects.find(address)
    if subject is None:
        raise UnknownAddress
    if exports.has_account(subject):
        raise HasAccount
    wish = {
        "subject_id": subject.id,
        "state": ExportState.UNCONFIRMED,
        "requested_at": asked_at,
        "started_by": by.id,
        "reason": reason,
    }
    if db.session.scalar(insert(DataExport).values(wish).on_conflict_do_nothing().returning(DataExport.id)) is not None:
        trail.record(Action.EXPORT_STARTED, subject, now=now, actor_id=by.id, reason=reason)
    export = db.session.scalars(_unconfirmed().where(DataExport.subject_id == subject.id)).first()
    if export and not messages.sent_recently(
        "privacy/copy_to_confirm", subject, within=exports.SENT_AGAIN_AFTER, now=now
    ):
        messages.send("privacy/copy_to_confirm", subject, now=now, export_id=str(export.id))


def link_token(export: DataExport, *, now: datetime) -> str:
    return links.sign(Purpose.CONFIRM_COPY, now=now, export_id=str(export.id))


def read(token: str, *, now: datetime) -> DataExport:
    """Confirms nothing. Raises InvalidLink or ExpiredLink."""
    return exports.named_by(links.read(Purpose.CONFIRM_COPY, token, now=now))


def confirm(export: DataExport, *, now: datetime) -> None:
    """Whoever reads the mailbox wants it. Repeated, it does nothing; nor when a copy is in the making already."""
    db.session.refresh(export, with_for_update={"of": DataExport})
    if export.state is not ExportState.UNCONFIRMED:
        return
    export.confirmed_at = now
    trail.record(Action.EXPORT_CONFIRMED, export.subject, now=now)
    try:
        with db.session.begin_nested():
            export.state = ExportState.REQUESTED
    except IntegrityError:
        _end(export, now=now)  # they get the other one
        return
    queue.later(queue.Job.BUILD_EXPORT, export_id=str(export.id))


def renew(export: DataExport, *, now: datetime) -> None:
    """For who confirmed an earlier one; the link to it goes to the same address. Pressed often, it gives one."""
    newest = exports.of(export.subject)[0]
    if not newest.available(now):
        exports.request(export.subject, now=now)
    else:
        exports.send_link_again(newest, now=now)


def withdraw(export: DataExport, *, by: Subject, now: datetime) -> None:
    """Takes back what nobody has confirmed. Repeated or too late, it does nothing."""
    db.session.refresh(export, with_for_update={"of": DataExport})
    if export.state is ExportState.UNCONFIRMED:
        _end(export, now=now)
        trail.record(Action.EXPORT_WITHDRAWN, export.subject, now=now, actor_id=by.id)


def end_unanswered(*, now: datetime) -> None:
    """Who has not confirmed by the day on which the copy would be due, does not want it."""
    asked_before = now - deadlines.WATCHED_AFTER
    for export in db.session.scalars(_unconfirmed().where(DataExport.requested_at <= asked_before).limit(BATCH)):
        if deadlines.answer_by(export.requested_at) <= now:
            _end(export, now=now)


def _end(export: DataExport, *, now: datetime) -> None:
    """From now on its time runs."""
    export.state, export.expires_at = ExportState.LAPSED, now


def _unconfirmed() -> Select[DataExport]:
    return select(DataExport).where(DataExport.state == ExportState.UNCONFIRMED)
