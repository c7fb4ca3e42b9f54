"""What staff see first of a customer whom they look up."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.accounts import phones, postal
from webapp.accounts.activation.models import Activation
from webapp.accounts.models import Account, Profile
from webapp.consents import subscriptions
from webapp.consents.models import Topic
from webapp.db import db
from webapp.language import current_language
from webapp.products import products
from webapp.products.models import Product
from webapp.staff.customers import search, views
from webapp.staff.models import CustomerView
from webapp.subjects.models import Subject


@dataclass(frozen=True)
class Overview:
    """`activation` is the invitation of somebody who came from the company's systems, if there was one."""

    profile: Profile | None
    phone: str
    address: list[str]
    numbers: list[str]
    account: Account | None
    activation: Activation | None
    products: Sequence[Product]
    topics: list[Topic]
    looks: Sequence[CustomerView]


def of(subject: Subject) -> Overview:
    profile = db.session.get(Profile, subject.id)
    subscribed = subscriptions.subscribed_topic_ids(subject)
    return Overview(
        profile=profile,
        phone=phones.international(profile.phone) if profile else "",
        address=postal.lines(profile, current_language()) if profile else [],
        numbers=search.numbers_of([subject.id]).get(subject.id, []),
        account=db.session.get(Account, subject.id),
        activation=db.session.get(Activation, subject.id),
        products=products.active(subject.id),
        topics=[topic for topic in subscriptions.topics() if topic.id in subscribed],
        looks=views.of_customer(subject),
    )


def name_of(subject: Subject) -> str:
    """The address of somebody whose name we do not know."""
    profile = db.session.get(Profile, subject.id)
    return (profile.full_name if profile else "") or subject.email
