"""The life of an electronic copy (P20): asked for, put together, announced, gone."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from time import monotonic
from uuid import UUID, uuid4

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from webapp import queue, storage
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.config import settings
from webapp.db import db
from webapp.links import InvalidLink, Link
from webapp.mail import messages
from webapp.privacy import copy
from webapp.privacy.models import IN_THE_MAKING, DataExport, ExportState
from webapp.storage import Store
from webapp.subjects import trail
from webapp.subjects.models import Subject

STORING = _l("Safe keeping")
LONGEST_LIST = 20
USUALLY_WITHIN = timedelta(minutes=1)
SENT_AGAIN_AFTER = timedelta(minutes=2)


def request(subject: Subject, *, now: datetime) -> DataExport:
    """Asks for a copy. Of two requests at once both get the one that is in the making."""
    wish = {"id": uuid4(), "subject_id": subject.id, "state": ExportState.REQUESTED, "requested_at": now}
    new = db.session.scalar(insert(DataExport).values(wish).on_conflict_do_nothing().returning(DataExport.id))
    if new is not None:
        queue.later(queue.Job.BUILD_EXPORT, export_id=str(new))
        trail.record(Action.EXPORT_REQUESTED, subject, now=now)
    return of(subject)[0]


def of(subject: Subject) -> Sequence[DataExport]:
    """A person's copies: the one in the making, then the others, newest first."""
    newest_first = DataExport.state.in_(IN_THE_MAKING).desc(), DataExport.requested_at.desc()
    mine = select(DataExport).where(DataExport.subject_id == subject.id)
    return db.session.scalars(mine.order_by(*newest_first).limit(LONGEST_LIST)).all()


def find(export_id: UUID) -> DataExport | None:
    return db.session.get(DataExport, export_id)


def named_by(link: Link) -> DataExport:
    """Raises InvalidLink when the copy was erased with its person."""
    export = find(UUID(link.data["export_id"]))
    if export is None:
        raise InvalidLink
    return export


def has_account(subject: Subject) -> bool:
    """Whether the person can sign in to fetch it; others get a code by email."""
    account = db.session.get(Account, subject.id)
    return account is not None and account.confirmed_at is not None


def steps() -> list[object]:
    return [*copy.parts(), STORING]


def build(export: DataExport, *, now: datetime) -> Iterator[None]:
    """Puts a copy together. The caller commits at each yield and at the end; killed anywhere, it may be run again.

    Nothing of an attempt that failed stays behind: its file has no name until it is complete, and then always the same.
    """
    if not export.in_the_making:
        return
    started = stepped = monotonic()
    export.state, export.building_since, export.step_ms = ExportState.BUILDING, now, []
    export.steps_done, export.steps_total = 0, len(steps())
    yield
    with TemporaryFile() as file:
        for _part in copy.write(file, export.subject, now=now):
            export.steps_done += 1
            export.step_ms = [*export.step_ms, _milliseconds_since(stepped)]
            stepped = monotonic()
            yield
        size = file.tell()
        file.seek(0)
        storage.put(Store.EXPORTS, export.id, file)
    _publish(
        export, size=size, storing_ms=_milliseconds_since(stepped), now=now + timedelta(seconds=monotonic() - started)
    )


def announce(export: DataExport, *, now: datetime) -> None:
    """Writes the email with the link; to somebody without an account another one, whose link asks for a code."""
    email = "privacy/export_ready" if has_account(export.subject) else "privacy/copy_to_collect"
    messages.send(email, export.subject, now=now, export_id=str(export.id))


def send_link_again(export: DataExport, *, now: datetime) -> bool:
    """Says whether the email is on its way; it is not when one went out a moment ago, or the file is gone."""
    emails = ("privacy/export_ready", "privacy/copy_to_collect")
    lately = any(messages.sent_recently(email, export.subject, within=SENT_AGAIN_AFTER, now=now) for email in emails)
    if lately or not export.available(now):
        return False
    announce(export, now=now)
    trail.record(Action.EXPORT_LINK_SENT, export.subject, now=now)
    return True


def delete(export: DataExport, *, now: datetime) -> None:
    """Deletes the file of a finished copy before its time. Repeated, it does nothing."""
    if export.state is ExportState.READY:
        storage.delete(Store.EXPORTS, export.id)
        export.state = ExportState.DELETED
        trail.record(Action.EXPORT_DELETED, export.subject, now=now)


def abandon_all(subject: Subject) -> None:
    """No copy is made or handed out any more, because all data about the person is deleted, and the files are."""
    theirs = update(DataExport).where(DataExport.subject_id == subject.id)
    db.session.execute(theirs.where(DataExport.state == ExportState.UNCONFIRMED).values(state=ExportState.LAPSED))
    given_up = DataExport.state.in_((*IN_THE_MAKING, ExportState.READY))
    db.session.execute(theirs.where(given_up).values(state=ExportState.DELETED))


def delete_expired(*, now: datetime) -> Iterator[None]:
    """Deletes the files whose time is over. The caller commits at each yield."""
    expired = select(DataExport).where(DataExport.state == ExportState.READY, DataExport.expires_at <= now)
    for export in db.session.scalars(expired).all():
        storage.delete(Store.EXPORTS, export.id)
        export.state = ExportState.EXPIRED
        yield


def _publish(export: DataExport, *, size: int, storing_ms: int, now: datetime) -> None:
    """Once only: a worker that was taken for dead may come back when another has finished its work."""
    publishing = (
        update(DataExport)
        .where(DataExport.id == export.id, DataExport.state.in_(IN_THE_MAKING))
        .values(
            state=ExportState.READY,
            steps_done=DataExport.steps_total,
            step_ms=[*export.step_ms, storing_ms],
            ready_at=now,
            expires_at=now + settings().export_lifetime,
            size=size,
        )
        .returning(DataExport.id)
    )
    if db.session.scalar(publishing) is not None:
        trail.record(Action.EXPORT_BUILT, export.subject, now=now)
        announce(export, now=now)
    elif db.session.scalar(select(DataExport.state).where(DataExport.id == export.id)) != ExportState.READY:
        storage.delete(Store.EXPORTS, export.id)


def _milliseconds_since(started: float) -> int:
    return round(1000 * (monotonic() - started))
