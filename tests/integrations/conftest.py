from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.integrations.receiver import Receiver
from tests.people import Person, person
from webapp.access import Role
from webapp.changes import Change
from webapp.clock import utc_now
from webapp.db import db
from webapp.integrations.webhooks import receivers
from webapp.integrations.webhooks.models import Webhook
from webapp.integrations.webhooks.receivers import SUBSCRIBABLE, NewWebhook
from webapp.subjects.models import Subject

Enter = Callable[..., NewWebhook]


@pytest.fixture
def shop() -> Iterator[Receiver]:
    """The company's shop, which wants to hear of everything."""
    shop = Receiver()
    yield shop
    shop.close()


@pytest.fixture
def operator(app: Flask) -> Person:
    return person("olga@example.org", role=Role.ADMINISTRATOR, given_name="Olga", family_name="Frei")


@pytest.fixture
def enter(operator: Person) -> Enter:
    """Enters a receiver, as an administrator does."""

    def enter(receiver: Receiver, name: str = "Shop", *changes: Change, confirms: bool = True) -> NewWebhook:
        by = db.session.get_one(Subject, operator.id)
        new = receivers.create(name, receiver.url, changes or SUBSCRIBABLE, confirms=confirms, by=by, now=utc_now())
        db.session.commit()
        return new

    return enter


@pytest.fixture
def webhook(enter: Enter, shop: Receiver) -> Webhook:
    return enter(shop).webhook
