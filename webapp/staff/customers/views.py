"""Looking at a customer's data: with a reason that is written down, for half an hour, and the customer sees it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from webapp.audit import Action
from webapp.db import db
from webapp.staff.models import CustomerView
from webapp.subjects import trail
from webapp.subjects.models import Subject

LASTS = timedelta(minutes=30)
FEW = 10


def open_view(subject: Subject, *, reason: str, by: Subject, now: datetime) -> CustomerView:
    """One that is open already goes on as it is: pressing twice is one look."""
    if view := running(subject.id, by=by, now=now):
        return view
    view = CustomerView(subject_id=subject.id, viewed_by=by.id, reason=reason, opened_at=now, ends_at=now + LASTS)
    db.session.add(view)
    trail.record(Action.CUSTOMER_VIEWED, subject, now=now, actor_id=by.id, reason=reason)
    return view


def running(subject_id: UUID, *, by: Subject, now: datetime) -> CustomerView | None:
    mine = select(CustomerView).where(is_running(subject_id, by=by, now=now))
    return db.session.scalars(mine.limit(1)).first()


def is_running(subject_id: UUID, *, by: Subject, now: datetime) -> ColumnElement[bool]:
    return and_(CustomerView.viewed_by == by.id, CustomerView.subject_id == subject_id, CustomerView.ends_at > now)


def end(view: CustomerView, *, now: datetime) -> None:
    view.ends_at = min(view.ends_at, now)


def of_customer(subject: Subject) -> Sequence[CustomerView]:
    """The latest first."""
    views = select(CustomerView).where(CustomerView.subject_id == subject.id)
    return db.session.scalars(views.order_by(CustomerView.opened_at.desc()).limit(FEW)).all()
