"""Figures that raise an alert when another system of the company does not do there what was done here."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from webapp.db import db
from webapp.integrations.confirmations import LATE
from webapp.integrations.webhooks.models import Confirmation, Webhook
from webapp.privacy.promises.figures import Figure, Kind, Measurement, register

FAILING = timedelta(hours=4)


def longest_unconfirmed(*, now: datetime) -> Measurement:
    oldest = db.session.scalar(select(func.min(Confirmation.asked_at)).where(Confirmation.confirmed_at.is_(None)))
    return Measurement(now - oldest if oldest else None)


def longest_failing(*, now: datetime) -> Measurement:
    used = select(func.min(Webhook.failing_since)).where(Webhook.ended_at.is_(None))
    oldest = db.session.scalar(used)
    return Measurement(now - oldest if oldest else None)


register(
    Figure(
        "erasures_unconfirmed",
        "P17",
        _l("Longest wait for another of our systems to confirm that it erased or restricted somebody's data, too"),
        Kind.DURATION,
        longest_unconfirmed,
        at_most=LATE,
        none=_l("everything is confirmed"),
    ),
    Figure(
        "webhooks_failing",
        "P17",
        _l("Longest time for which another of our systems could not be told of changes"),
        Kind.DURATION,
        longest_failing,
        at_most=FAILING,
        none=_l("all of them can be told"),
    ),
)
