"""Cancelling a product oneself: when it ends, and taking it back until then."""

from calendar import monthrange
from datetime import date, datetime, timedelta

from sqlalchemy import update

from webapp import changes
from webapp.audit import Action
from webapp.changes import Change
from webapp.db import db
from webapp.products.models import Interval, Product, ProductState
from webapp.subjects import trail
from webapp.subjects.models import Subject

MONTHS = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}


class NotCancellable(Exception):
    """It ends already, or only the company can end it."""


def can_be_cancelled(product: Product) -> bool:
    """What ends on a day that is agreed needs no cancelling."""
    return product.cancellable and product.state is ProductState.ACTIVE and product.ends_on is None


def can_be_kept(product: Product, *, today: date) -> bool:
    """What was cancelled here can be taken back here, until it ends."""
    ending = product.state is ProductState.ENDING and product.cancelled_at is not None
    return ending and product.ends_on is not None and today < product.ends_on


def last_day_to_cancel(product: Product) -> date | None:
    """To end it with the period that runs; None when it does not renew."""
    return product.renews_on - timedelta(days=product.notice_days) if product.renews_on else None


def would_end_on(product: Product, *, today: date) -> date:
    """With the period that runs, or the next one when the notice comes too late for that."""
    if product.renews_on is None or product.interval not in MONTHS:
        return today + timedelta(days=product.notice_days)
    periods, end = 0, product.renews_on
    while end - timedelta(days=product.notice_days) < today:
        periods += 1
        end = _later(product.renews_on, months=periods * MONTHS[product.interval])
    return end


def cancel(product: Product, *, by: Subject, now: datetime) -> None:
    """Raises NotCancellable. Pressed twice it is cancelled once."""
    db.session.refresh(product, with_for_update=True)
    if product.state is ProductState.ENDING and product.cancelled_at:
        return
    if not can_be_cancelled(product):
        raise NotCancellable
    product.ends_on = would_end_on(product, today=now.date())
    product.state, product.cancelled_at = ProductState.ENDING, now
    _note(product, Action.PRODUCT_CANCELLED, Change.PRODUCT_CANCELLED, by=by, now=now)


def keep(product: Product, *, by: Subject, now: datetime) -> None:
    """Takes a cancellation back. Raises NotCancellable when it is over, or was ended by the company."""
    db.session.refresh(product, with_for_update=True)
    if product.state is ProductState.ACTIVE:
        return
    if not can_be_kept(product, today=now.date()):
        raise NotCancellable
    product.state, product.ends_on, product.cancelled_at = ProductState.ACTIVE, None, None
    _note(product, Action.PRODUCT_KEPT, Change.PRODUCT_KEPT, by=by, now=now)


def end_due(*, now: datetime) -> None:
    """What was to end by now has ended, whether or not the company's systems say so."""
    due = (Product.state == ProductState.ENDING, Product.ends_on <= now.date())
    db.session.execute(update(Product).where(*due).values(state=ProductState.ENDED))


def _note(product: Product, action: Action, change: Change, *, by: Subject, now: datetime) -> None:
    """It is newer now than what the company's systems sent before."""
    product.changed_at = now
    trail.record(action, by, now=now, name=product.name)
    changes.record(change, by.id, now=now, product=product.external_id)


def _later(start: date, *, months: int) -> date:
    """The same day of a later month, or its last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
