"""People of the demo who left, and who do not want their data used for something."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from deploy.demo.cast import Cast
from webapp.access import Role
from webapp.accounts.models import Account
from webapp.campaigns.models import Delivery
from webapp.consents.models import Ground, Restriction, Use, Verdict
from webapp.db import db
from webapp.privacy.closing import closures, deletions
from webapp.privacy.closing.models import Closure
from webapp.privacy.restrictions import decisions, restrictions
from webapp.privacy.restrictions.restrictions import Wish
from webapp.products.models import Product, ProductState
from webapp.subjects.models import Subject

# How long ago they closed it. The first two are about to be deleted, the last asked to keep it.
CLOSED_AGO = [178, 162, 141, 120, 96, 75, 51, 33, 19, 8, 2, 290]
KEPT_AGO = 130
OBJECTIONS = [
    (Use.EVERYTHING, Ground.INACCURATE, "My invoices go to the Chur address. I moved to Scuol in May.", 26),
    (Use.IMPROVEMENT, Ground.OBJECTION, "I work for a competitor and may not let you see how I use it.", 21),
    (Use.NEW_CUSTOMERS, Ground.OBJECTION, "Please do not show my logo among your references any more.", 9),
    (Use.EVERYTHING, Ground.CLAIMS, "I am in dispute with my former partner. The lawyer needs the log.", 3),
]


def write(cast: Cast, *, now: datetime) -> None:
    officer = db.session.get_one(Subject, cast.officer.id)
    strangers = _without_ties(but=cast)
    for days in CLOSED_AGO:
        _close(next(strangers), now - timedelta(days=days), now=now)
    for use, ground, words, days in OBJECTIONS:
        wish = Wish(use, ground, words, network="203.0.113.61")
        restrictions.ask(next(strangers), wish, asked_at=now - timedelta(days=days), now=now)
    _take_more_time(by=officer, now=now)
    _decided_long_ago(db.session.get_one(Subject, cast.customer.id), officer, now=now)


def _close(subject: Subject, at: datetime, *, now: datetime) -> None:
    subject.ended_at = at
    closure = Closure(subject_id=subject.id, subject=subject, asked_at=at - timedelta(minutes=7), confirmed_at=at)
    db.session.add(closure)
    db.session.flush()
    closure.delete_at = closures.to_be_deleted_at(at)
    if closure.delete_at < now:
        closures.keep(closure, now=now - timedelta(days=KEPT_AGO))
    elif closure.delete_at < now + timedelta(days=deletions.LAST_NOTICE):
        closure.noticed_days, closure.noticed_at = deletions.LAST_NOTICE, now - timedelta(days=2)


def _take_more_time(*, by: Subject, now: datetime) -> None:
    oldest = db.session.scalars(select(Restriction).order_by(Restriction.asked_at).limit(1)).one()
    until = decisions.latest(oldest) - timedelta(days=30)
    decisions.extend(oldest, until=until, reason="We wait for the land register of Scuol.", by=by, now=now)


def _decided_long_ago(customer: Subject, officer: Subject, *, now: datetime) -> None:
    asked_at = now - timedelta(days=214)
    db.session.add(
        Restriction(
            subject_id=customer.id,
            use=Use.NEW_CUSTOMERS,
            ground=Ground.OBJECTION,
            words="You called my workshop twice to sell something that I have already.",
            asked_at=asked_at,
            due_at=asked_at + timedelta(days=30),
            verdict=Verdict.UPHELD,
            verdict_reason="You are right, and we are sorry. Your number is off the list of the sales team.",
            decided_at=asked_at + timedelta(days=4),
            decided_by=officer.id,
        )
    )


def _without_ties(*, but: Cast) -> Iterator[Subject]:
    """Customers who were never sent a campaign and use no product: they could have left at any time."""
    sent = exists().where(Delivery.subject_id == Subject.id)
    active = exists().where(Product.subject_id == Subject.id, Product.state != ProductState.ENDED)
    customers = select(Subject).join(Account, Account.subject_id == Subject.id).where(Account.role == Role.CUSTOMER)
    free = customers.where(~sent, ~active, Subject.id.not_in([person.id for person in but.everybody]))
    yield from db.session.scalars(free.order_by(Subject.address_hash).limit(len(CLOSED_AGO) + len(OBJECTIONS)))
