"""The register of what was passed on to others, and why (P9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import or_, select

from webapp.audit import Action
from webapp.db import db
from webapp.paging import OnDay, cut, next_to
from webapp.subjects import trail
from webapp.subjects.models import Subject
from webapp.support.models import Disclosure

PAGE = 20


@dataclass(frozen=True)
class Page:
    """Each entry with the email address of whom it is about."""

    entries: list[tuple[Disclosure, str]]
    newer_than: OnDay | None
    older_than: OnDay | None


def record(about: Subject, details: Mapping[str, str | date | None], *, by: Subject, now: datetime) -> Disclosure:
    """It says nothing in the person's own log, which would tell of what the law wants kept secret."""
    entry = Disclosure(
        external_id=str(uuid4()),
        subject_id=about.id,
        recorded_by=by.id,
        changed_at=now,
        received_at=now,
        **details,
    )
    db.session.add(entry)
    trail.record(Action.DISCLOSURE_RECORDED, by, now=now)
    return entry


def told_to(subject: Subject, *, today: date) -> Sequence[Disclosure]:
    """What this person is told of; the latest first."""
    mine = select(Disclosure).where(
        Disclosure.subject_id == subject.id,
        or_(Disclosure.secret_until.is_(None), Disclosure.secret_until < today),
    )
    return db.session.scalars(mine.order_by(Disclosure.disclosed_on.desc(), Disclosure.external_id)).all()


def page(*, older_than: OnDay | None = None, newer_than: OnDay | None = None) -> Page:
    """The whole register, the latest first, or the entries next to a place."""
    order = (Disclosure.disclosed_on, Disclosure.external_id)
    entries = select(Disclosure, Subject.email).join(Subject, Subject.id == Disclosure.subject_id)
    query = next_to(entries, order, size=PAGE, older_than=older_than, newer_than=newer_than)
    found = [(entry, email) for entry, email in db.session.execute(query)]
    return Page(*cut(found, _place, size=PAGE, older_than=older_than, newer_than=newer_than))


def _place(entry: tuple[Disclosure, str]) -> OnDay:
    return OnDay(entry[0].disclosed_on, entry[0].external_id)
