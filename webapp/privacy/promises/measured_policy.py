"""Figures about the policy itself: that it says what the program does, and that people hear of it."""
"""Figures about the policy itself: whether it says what is done, and whether people are told of changes."""

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
from sqlalchemy import select

from webapp.db import db
from webapp.privacy.policy import publishing, versions
from webapp.privacy.policy.models import PolicyNotice
from webapp.privacy.promises.figures import Figure, Kind, Measurement, register


def policy_fits(*, now: datetime) -> Measurement:
    published = versions.published()
    return Measurement(float(not publishing.is_behind(published[0])) if published else None)


def telling(*, now: datetime) -> Measurement:
    """Also while emails are still being written."""
    newest = db.session.scalars(select(PolicyNotice).order_by(PolicyNotice.version.desc()).limit(1)).first()
    return Measurement((newest.finished_at or now) - newest.started_at if newest else None)


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
        "policy_fits",
        "P33",
        _l("The published policy says what is held now"),
        Kind.ANSWER,
        policy_fits,
        at_least=1,
        none=_l("no policy was published yet"),
    ),
    Figure(
        "telling",
        "P33",
        _l("Time until everybody concerned was written to about the newest version"),
        Kind.DURATION,
        telling,
        at_most=timedelta(days=1),
        none=_l("no policy was published yet"),
    ),
)
