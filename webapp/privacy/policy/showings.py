"""What each person was shown of the policy, how, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Exists, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from webapp.accounts import sign_ups
from webapp.accounts.models import SignUp
from webapp.config import settings
from webapp.db import db
from webapp.mail.models import Message
from webapp.privacy.policy import versions
from webapp.privacy.policy.models import PolicyShowing, PolicyState, PolicyVersion, Way
from webapp.subjects.models import Subject


@dataclass(frozen=True)
class News:
    """A version that somebody has not looked at yet."""

    number: int
    valid_from: date
    holds: bool
    shown: bool


@dataclass(frozen=True)
class Tally:
    version: int
    how: Way
    day: date
    people: int


@dataclass(frozen=True)
class Day:
    date: date
    people: dict[Way, int]


def record(subject_id: UUID, number: int, how: Way, *, now: datetime) -> None:
    """The first time counts."""
    row = {"subject_id": subject_id, "version": number, "how": how, "at": now}
    db.session.execute(insert(PolicyShowing).values(row).on_conflict_do_nothing())


def news_for(subject: Subject, *, now: datetime) -> News | None:
    """What their first page says of the last version, until they look at it. Who signed up with it knows it."""
    published = (
        select(
            PolicyVersion.number,
            PolicyVersion.valid_from,
            _was_shown(subject, Way.PAGE, Way.SIGN_UP).label("known"),
            _was_shown(subject, Way.BANNER).label("shown"),
        )
        .where(PolicyVersion.state == PolicyState.PUBLISHED)
        .order_by(PolicyVersion.number.desc())
    )
    latest = db.session.execute(published.limit(1)).first()
    if latest is None or latest.known:
        return None
    return News(latest.number, latest.valid_from, latest.valid_from <= versions.today(now), latest.shown)


def tally() -> list[Tally]:
    """How many people were shown each version, by way and day."""
    day = func.date(func.timezone(settings().time_zone, PolicyShowing.at))
    grouped = select(PolicyShowing.version, PolicyShowing.how, day, func.count())
    return [Tally(*row) for row in db.session.execute(grouped.group_by(PolicyShowing.version, PolicyShowing.how, day))]


def totals(tallies: Sequence[Tally]) -> dict[int, dict[Way, int]]:
    found: dict[int, dict[Way, int]] = {}
    for each in tallies:
        found.setdefault(each.version, dict.fromkeys(Way, 0))[each.how] += each.people
    return found


def by_day(tallies: Sequence[Tally], version: int, *, days: int, now: datetime) -> list[Day]:
    """For a plot: the last days, the oldest first."""
    found = {(each.day, each.how): each.people for each in tallies if each.version == version}
    dates = [versions.today(now) - timedelta(days=passed) for passed in reversed(range(days))]
    return [Day(on, {way: found.get((on, way), 0) for way in Way}) for on in dates]


def record_email(message: Message) -> None:
    """When the relay has taken it."""
    if message.sent_at:
        record(message.subject_id, int(message.ids["version"]), Way.EMAIL, now=message.sent_at)


@sign_ups.when_confirmed
def _record_sign_up(sign_up: SignUp) -> None:
    """The page on which they entered their data showed the version that held then."""
    if held := versions.in_force(now=sign_up.asked_at):
        record(sign_up.subject_id, held.number, Way.SIGN_UP, now=sign_up.asked_at)


def _was_shown(subject: Subject, *ways: Way) -> Exists:
    return exists().where(
        PolicyShowing.subject_id == subject.id,
        PolicyShowing.version == PolicyVersion.number,
        PolicyShowing.how.in_(ways),
    )
