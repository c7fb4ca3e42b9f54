"""Which versions of the policy there are, and which of them holds today."""

from collections.abc import Sequence
from datetime import date, datetime

from babel.dates import get_timezone
from sqlalchemy import Select, select
from sqlalchemy.orm import defer

from webapp.config import settings
from webapp.db import db
from webapp.privacy.policy.models import PolicyState, PolicyVersion

WITHOUT_TEXTS = (defer(PolicyVersion.texts), defer(PolicyVersion.inventories))


def today(now: datetime) -> date:
    """The day in the company's time zone: at its midnight another version may begin to hold."""
    return now.astimezone(get_timezone(settings().time_zone)).date()


def in_force(*, now: datetime) -> PolicyVersion | None:
    """The version that holds now. Of two that begin on the same day it is the later one."""
    return db.session.scalars(_published().where(PolicyVersion.valid_from <= today(now)).limit(1)).first()


def held_of(published: Sequence[PolicyVersion], *, now: datetime) -> PolicyVersion | None:
    """The same, of those that are at hand."""
    day = today(now)
    return next((version for version in published if version.valid_from and version.valid_from <= day), None)


def latest() -> PolicyVersion | None:
    """The last one published, also while it does not hold yet."""
    return db.session.scalars(_published().limit(1)).first()


def published() -> Sequence[PolicyVersion]:
    """The newest first. Their texts are read only when asked for."""
    return db.session.scalars(_published().options(*WITHOUT_TEXTS)).all()


def find(number: int) -> PolicyVersion | None:
    """One that everybody may read."""
    version = db.session.get(PolicyVersion, number) if number < 2**31 else None  # the database numbers no further
    return version if version and version.state is PolicyState.PUBLISHED else None


def in_the_making() -> PolicyVersion | None:
    unpublished = select(PolicyVersion).where(PolicyVersion.state != PolicyState.PUBLISHED)
    return db.session.scalars(unpublished).first()


def _published() -> Select[PolicyVersion]:
    published = select(PolicyVersion).where(PolicyVersion.state == PolicyState.PUBLISHED)
    return published.order_by(PolicyVersion.number.desc())
