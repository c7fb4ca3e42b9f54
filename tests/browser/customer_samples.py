"""Ids and links of customers: what they have, the way to their account, and looks of staff at them."""

from datetime import timedelta

from sqlalchemy import func, select

from deploy.demo.cast import SIGN_INS
from webapp.accounts.activation import activations
from webapp.accounts.activation.models import Activation
from webapp.clock import utc_now
from webapp.db import db
from webapp.products.models import PaymentMethod, Product, ProductState
from webapp.staff.customers import search, views
from webapp.subjects import subjects
from webapp.subjects.models import Subject

EMAILS = {who: email for who, email, _password in SIGN_INS}


def product() -> str:
    """One that can be cancelled."""
    mine = select(Product).where(Product.subject_id == _subject("customer").id, Product.state == ProductState.ACTIVE)
    return db.session.scalars(mine.order_by(Product.external_id).limit(1)).one().external_id


def ended_product() -> str:
    mine = select(Product).where(Product.subject_id == _subject("customer").id, Product.state == ProductState.ENDED)
    return db.session.scalars(mine.limit(1)).one().external_id


def payment_method() -> str:
    """One that pays a product."""
    mine = select(Product.payment_method).where(Product.external_id == product())
    of_product = db.session.scalars(mine).one()
    assert db.session.get(PaymentMethod, of_product)
    return of_product


def activation_link() -> str:
    return activations.link_token(_invited(locked=False), now=utc_now())


def expired_activation_link() -> str:
    return activations.link_token(_invited(locked=False), now=utc_now() - timedelta(days=31))


def locked_activation_link() -> str:
    return activations.link_token(_invited(locked=True), now=utc_now())


def customer_search() -> str:
    return str(search.note("cavi", reason="A call", by=_subject("staff"), now=utc_now()).id)


def looked_at() -> str:
    """The customer, whom staff may see at the moment."""
    customer = _subject("customer")
    views.open_view(customer, reason="A call about an invoice", by=_subject("staff"), now=utc_now())
    return str(customer.id)


def not_looked_at() -> str:
    return str(_subject("marketer").id)


def _subject(who: str) -> Subject:
    found = subjects.find(EMAILS[who])
    assert found
    return found


def _invited(*, locked: bool) -> Subject:
    waiting = select(Activation).where(
        Activation.activated_at.is_(None),
        Activation.refused_at.is_(None),
        Activation.locked_at.is_not(None) == locked,
    )
    return db.session.scalars(waiting.order_by(func.random()).limit(1)).one().subject


MAKERS = (
    *(product, ended_product, payment_method, activation_link, expired_activation_link, locked_activation_link),
    *(customer_search, looked_at, not_looked_at),
)
