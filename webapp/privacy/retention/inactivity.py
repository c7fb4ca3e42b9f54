"""People without an account, whom nothing connects with us any more: their time begins to run, then it is over.

Who has an account ends that by closing it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Update, exists, or_, select, update

from webapp.accounts.models import Account, SignUp
from webapp.consents.models import NewsletterRequest, Restriction, Subscription, TrackingChoice, Use
from webapp.db import db
from webapp.privacy import data_map
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.retention import WHILE_CUSTOMER
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure.models import OPEN, UNFINISHED, Cause, Erasure
from webapp.privacy.models import OPEN as OPEN_COPIES
from webapp.privacy.models import DataExport
from webapp.products.models import CustomerRecord, Product, ProductState
from webapp.staff.models import Invitation
from webapp.subjects.models import Subject

DAYS = 30  # in which everybody is looked at once
NEW = timedelta(days=30)
HEARD_OF_LATELY = timedelta(days=365)  # by the company's other systems
BATCH = 100
NUMBERS = 2**128


def look_at_some(*, now: datetime) -> Iterator[None]:
    """Each day another part of all people, by their random numbers: no list of everybody is ever read. Commit at each
    yield, and at the end."""
    connected = _connected(now)
    db.session.execute(_of_strangers(_today(now), Subject.ended_at.is_(None), ~connected).values(ended_at=now))
    db.session.execute(_of_strangers(Subject.ended_at.is_not(None), connected).values(ended_at=None))
    yield
    while over := db.session.scalars(select(Subject).where(*_over(now), ~connected).limit(BATCH)).all():
        for subject in over:
            erasures.begin(subject, Cause.INACTIVE, now=now)
        yield


def _of_strangers(*which: ColumnElement[bool]) -> Update:
    return update(Subject).where(Subject.erased_at.is_(None), ~_has_account(), *which)


def _today(now: datetime) -> ColumnElement[bool]:
    part = clocks.day_of(now).toordinal() % DAYS
    low, high = (UUID(int=min(NUMBERS * border // DAYS, NUMBERS - 1)) for border in (part, part + 1))
    return Subject.id.between(low, high)


def _over(now: datetime) -> list[ColumnElement[bool]]:
    """Whose six months are over, and whose deletion was not begun."""
    people = data_map.table_of(Subject)
    [rule] = clocks.rules(people, WHILE_CUSTOMER)
    ended, *_erased = clocks.due(rule, now=now)
    begun = exists().where(Erasure.subject_id == Subject.id, or_(Erasure.state.in_(OPEN), UNFINISHED))
    return [ended, Subject.erased_at.is_(None), ~_has_account(), ~begun]


def _has_account() -> ColumnElement[bool]:
    return exists().where(Account.subject_id == Subject.id)


def _connected(now: datetime) -> ColumnElement[bool]:
    """Whether they have, get or want anything from us, or wish that nothing happens to their data."""
    heard_of = exists().where(
        CustomerRecord.subject_id == Subject.id, CustomerRecord.received_at > now - HEARD_OF_LATELY
    )
    frozen = exists().where(
        Restriction.subject_id == Subject.id,
        Restriction.use == Use.EVERYTHING,
        or_(Restriction.ends_at.is_(None), Restriction.ends_at > now),
    )
    return or_(
        Subject.created_at > now - NEW,
        exists().where(Product.subject_id == Subject.id, Product.state != ProductState.ENDED),
        exists().where(Subscription.subject_id == Subject.id, Subscription.subscribed),
        exists().where(TrackingChoice.subject_id == Subject.id, TrackingChoice.allowed),
        heard_of,
        frozen,
        exists().where(DataExport.subject_id == Subject.id, DataExport.state.in_(OPEN_COPIES)),
        *(exists().where(model.subject_id == Subject.id) for model in (SignUp, NewsletterRequest, Invitation)),
    )
