"""Closed accounts are deleted by themselves (P18): never without notice before, and never with an active product."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select

from webapp.audit import Action
from webapp.consents import in_force
from webapp.consents.models import Use
from webapp.db import db
from webapp.mail import messages
from webapp.privacy.closing import closures
from webapp.privacy.closing.models import Closure
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure.models import Cause, Erasure, ErasureState
from webapp.products import products
from webapp.subjects import trail

FIRST_NOTICE, LAST_NOTICE = 30, 7  # days before
BATCH = 200


def tell_and_delete(*, now: datetime) -> Iterator[None]:
    """The caller commits at each yield. Run again, it goes on where it was."""
    for days in (LAST_NOTICE, FIRST_NOTICE):  # who is due for both, because nothing ran for a while, gets one email
        while told := db.session.scalars(_to_be_told(days, now=now)).all():
            for closure in told:
                closure.noticed_days, closure.noticed_at = days, now
                messages.send("closing/deletion_ahead", closure.subject, now=now, closure=str(closure.id))
            yield
    for closure in db.session.scalars(_stopped()).all():
        closure.begun_at = None
        db.session.flush()
        closures.keep(closure, now=now)
        yield
    for closure in db.session.scalars(_due(now=now)).all():
        _begin(closure, now=now)
        yield


def _begin(closure: Closure, *, now: datetime) -> None:
    """It waits while a product is active again, and while the person wants the data only stored (Art. 18)."""
    only_stored = any(each.use is Use.EVERYTHING for each in in_force.of(closure.subject, now=now))
    if only_stored or products.active(closure.subject_id):
        return
    closure.begun_at = now
    trail.record(Action.DELETION_BEGUN, closure.subject, now=now)
    erasures.begin(closure.subject, Cause.CLOSURE, now=now)


def _to_be_told(days: int, *, now: datetime) -> Select[Closure]:
    not_yet = or_(Closure.noticed_days.is_(None), Closure.noticed_days > days)
    ahead = _waiting().where(Closure.delete_at <= now + timedelta(days=days), not_yet)
    return ahead.order_by(Closure.delete_at).limit(BATCH).with_for_update(of=Closure, skip_locked=True)


def _due(*, now: datetime) -> Select[Closure]:
    """Of which the last notice went out long enough ago, however long the workers stood still."""
    told = Closure.noticed_at <= now - timedelta(days=LAST_NOTICE)
    due = _waiting().where(Closure.delete_at <= now, Closure.noticed_days == LAST_NOTICE, told)
    return due.order_by(Closure.delete_at).limit(BATCH)


def _stopped() -> Select[Closure]:
    """Whose deletion the person stopped in its first moments: they want it kept."""
    stopped = exists().where(
        Erasure.subject_id == Closure.subject_id,
        Erasure.state == ErasureState.CANCELLED,
        Erasure.finished_at >= Closure.begun_at,
    )
    return select(Closure).where(Closure.ended_at.is_(None), Closure.begun_at.is_not(None), stopped).limit(BATCH)


def _waiting() -> Select[Closure]:
    return select(Closure).where(
        Closure.confirmed_at.is_not(None), Closure.ended_at.is_(None), Closure.begun_at.is_(None)
    )
