"""What staff see first of a customer whom they look up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from webapp.accounts import phones, postal
from webapp.accounts.activation.models import Activation
from webapp.accounts.models import Account, Profile
from webapp.consents import subscriptions
from webapp.consents.models import Topic
from webapp.db import db
from webapp.language import current_language
from webapp.products import products
from webapp.products.models import CustomerRecord, Product
from webapp.staff.customers import views
from webapp.staff.models import CustomerView
from webapp.subjects.models import Subject


@dataclass(frozen=True)
class Customer:
    """Whom a look is at. `activation` is the invitation of somebody who came from the company's systems."""

    view: CustomerView
    subject: Subject
    profile: Profile | None
    account: Account | None
    activation: Activation | None
    numbers: list[str]

    @property
    def name(self) -> str:
        """The address of somebody whose name we do not know."""
        return (self.profile.full_name if self.profile else "") or self.subject.email

    @property
    def phone(self) -> str:
        return phones.international(self.profile.phone) if self.profile else ""

    @property
    def address(self) -> list[str]:
        return postal.lines(self.profile, current_language()) if self.profile else []


@dataclass(frozen=True)
class Overview:
    products: Sequence[Product]
    topics: list[Topic]
    looks: Sequence[CustomerView]


def customer(subject_id: UUID, *, by: Subject, now: datetime) -> Customer | None:
    """In one statement; None unless this member of staff has a look that still runs."""
    number = CustomerRecord.external_id
    numbers = select(func.array_agg(aggregate_order_by(number, number))).where(CustomerRecord.subject_id == Subject.id)
    asked = (
        select(CustomerView, Subject, Profile, Account, Activation, numbers.scalar_subquery())
        .join(Subject, Subject.id == CustomerView.subject_id)
        .outerjoin(Profile, Profile.subject_id == Subject.id)
        .outerjoin(Account, Account.subject_id == Subject.id)
        .outerjoin(Activation, Activation.subject_id == Subject.id)
        .where(views.is_running(subject_id, by=by, now=now))
    )
    row = db.session.execute(asked.limit(1)).first()
    return Customer(row[0], row[1], row[2], row[3], row[4], row[5] or []) if row else None


def of(subject: Subject) -> Overview:
    return Overview(
        products=products.active(subject.id),
        topics=[topic for topic, subscribed in subscriptions.topics_of(subject) if subscribed],
        looks=views.of_customer(subject),
    )
