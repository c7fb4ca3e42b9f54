"""Figures about the policy itself: that it says what the program does, and that people hear of it."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from webapp.db import db
from webapp.privacy.policy import versions
from webapp.privacy.policy.models import PolicyNotice
from webapp.privacy.policy.publishing import is_behind
from webapp.privacy.promises.figures import Figure, Kind, Measurement, register


def true_policy(*, now: datetime) -> Measurement:
    """Whether the newest version was published for the data map by which the program runs."""
    newest = versions.latest()
    return Measurement(not is_behind(newest) if newest else None)


def waiting_notices(*, now: datetime) -> Measurement:
    begun = db.session.scalar(select(func.min(PolicyNotice.started_at)).where(PolicyNotice.finished_at.is_(None)))
    return Measurement(now - begun if begun else None)


register(
    Figure(
        "true_policy",
        "P33",
        _l("The newest version of the policy is about the data that we hold today"),
        Kind.ANSWER,
        true_policy,
        at_least=1,
        none=_l("no version is published yet"),
    ),
    Figure(
        "waiting_notices",
        "P33",
        _l("How long the emails about a new version have been under way"),
        Kind.DURATION,
        waiting_notices,
        at_most=timedelta(days=1),
        none=_l("everybody was written to"),
    ),
)
