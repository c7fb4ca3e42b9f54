"""An address that its reader said is not the customer's does not come back with the next delivery of the same data."""

from datetime import timedelta

from flask import Flask

from tests.accounts.test_activation import ADDRESS, newcomer
from webapp.accounts.activation import activations
from webapp.clock import utc_now
from webapp.db import db
from webapp.integrations.intake.customers import take_in_customers
from webapp.integrations.intake.items import CustomerItem
from webapp.integrations.intake.results import Kept, Result
from webapp.products.models import CustomerRecord
from webapp.subjects import subjects
from webapp.subjects.models import Subject

NUMBER = "K-10-234"


def sent(email: str) -> Result:
    """What the company's system sends; it knows nothing of what happened here."""
    item = {"external_id": NUMBER, "email": email, "changed_at": str(utc_now() - timedelta(seconds=1))}
    [result] = take_in_customers([CustomerItem.model_validate(item)], key_id=None, now=utc_now())
    db.session.commit()
    return result


def test_the_wrong_address_stays_off_until_another_one_comes(app: Flask) -> None:
    nora = db.session.get_one(Subject, newcomer(number=NUMBER))
    activations.send_link(nora, now=utc_now())
    token = activations.link_token(nora, now=utc_now())
    activations.refuse(activations.read(token, now=utc_now()), now=utc_now())
    db.session.commit()
    assert sent(ADDRESS).kept == {"email": Kept.WRONG_ADDRESS}
    assert subjects.find(ADDRESS) is None
    assert db.session.get_one(CustomerRecord, NUMBER).subject_id == nora.id
    sent("nora.meier@example.org")
    right = subjects.find("nora.meier@example.org")
    assert right
    assert db.session.get_one(CustomerRecord, NUMBER).subject_id == right.id
    assert activations.waits(right)
