"""Figures about closed accounts, objections, and the time limits of what people ask of us."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists, func, select

from webapp import partitions
from webapp.campaigns.models import Delivery
from webapp.consents.models import Restriction
from webapp.db import db
from webapp.privacy.closing.models import Closure
from webapp.privacy.promises.figures import Figure, Kind, Measurement, register
from webapp.privacy.requests import open_requests
from webapp.products.models import Product, ProductState
from webapp.subjects.models import Subject

LATELY = timedelta(days=90)
NEWEST = 1_000  # as in mail.py
GRACE = timedelta(days=1)  # a deletion that is due begins within the hour


def requests_past_due(*, now: datetime) -> Measurement:
    ours = open_requests.ours(now=now)
    return Measurement(sum(request.due_at < now for request in ours), cases=len(ours))


def closures_past_due(*, now: datetime) -> Measurement:
    """Those that wait for a product to end are not: they are counted below."""
    active = exists().where(Product.subject_id == Closure.subject_id, Product.state != ProductState.ENDED)
    closed = select(func.count()).where(Closure.ended_at.is_(None), Closure.confirmed_at.is_not(None))
    due = closed.where(Closure.begun_at.is_(None), Closure.delete_at < now - GRACE, ~active)
    return Measurement(db.session.scalars(due).one(), cases=db.session.scalars(closed).one())


def closed_with_a_product(*, now: datetime) -> Measurement:
    """None was there when it was closed. One that came later has to be looked at by somebody."""
    closed = select(Subject.id).where(Subject.ended_at.is_not(None))
    with_product = select(func.count(Product.subject_id.distinct())).where(
        Product.subject_id.in_(closed), Product.state != ProductState.ENDED
    )
    return Measurement(db.session.scalars(with_product).one())


def marketing_to_closed(*, now: datetime) -> Measurement:
    """To the accounts that were closed last."""
    closed = select(Subject.id, Subject.ended_at).where(Subject.ended_at > now - LATELY)
    newest = closed.order_by(Subject.ended_at.desc()).limit(NEWEST).subquery("newest")
    sent = (
        select(func.count(Delivery.id))
        .join_from(newest, Delivery, Delivery.subject_id == newest.c.id)
        .where(Delivery.snapshot_month >= partitions.month_of(now - LATELY), Delivery.sent_at > newest.c.ended_at)
    )
    cases = db.session.scalars(select(func.count()).select_from(newest)).one()
    return Measurement(db.session.scalars(sent).one() if cases else None, cases=cases)


def objections_past_due(*, now: datetime) -> Measurement:
    waiting = select(func.count()).where(Restriction.decided_at.is_(None), Restriction.ends_at.is_(None))
    late = db.session.scalars(waiting.where(Restriction.due_at < now)).one()
    return Measurement(late, cases=db.session.scalars(waiting).one())


def _of_accounts(num: int) -> str:
    return str(ngettext("of %(num)d closed account", "of %(num)d closed accounts", num))


register(
    Figure(
        "closed_with_a_product",
        "P15",
        _l("Closed accounts in which a product is active"),
        Kind.COUNT,
        closed_with_a_product,
        at_most=0,
    ),
    Figure(
        "requests_past_due",
        "P17",
        _l("Requests that are past their time limit"),
        Kind.COUNT,
        requests_past_due,
        at_most=0,
        cases=lambda num: ngettext("of %(num)d open request", "of %(num)d open requests", num),
    ),
    Figure(
        "closures_past_due",
        "P18",
        _l("Closed accounts that should be deleted by now"),
        Kind.COUNT,
        closures_past_due,
        at_most=0,
        cases=_of_accounts,
    ),
    Figure(
        "marketing_to_closed",
        "P18",
        _l("Marketing emails sent to accounts after they were closed"),
        Kind.COUNT,
        marketing_to_closed,
        at_most=0,
        cases=_of_accounts,
        none=_l("no account was closed lately"),
    ),
    Figure(
        "objections_past_due",
        "P35",
        _l("Objections that wait for our decision longer than the law allows"),
        Kind.COUNT,
        objections_past_due,
        at_most=0,
        cases=lambda num: ngettext("of %(num)d open objection", "of %(num)d open objections", num),
    ),
)
