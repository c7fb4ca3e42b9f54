"""The list of addresses that get no marketing, for people who send: how many, why, and what came back from one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, func, literal, select

from webapp import paging
from webapp.campaigns.models import Campaign
from webapp.consents.models import Suppression, SuppressionReason
from webapp.db import db
from webapp.mail.bounces.models import ReturnedEmail, ReturnKind
from webapp.paging import Cut, cut, next_to
from webapp.subjects.addresses import masked
from webapp.subjects.models import Subject

PAGE = 20
WEEKS = 12
MOST_RETURNS = 20
WEEK = timedelta(days=7)
EPOCH = datetime.fromisoformat("2024-01-01T00:00:00+00:00")  # a Monday

REASONS = {
    SuppressionReason.EVERYTHING_OFF: _l("Wants no marketing"),
    SuppressionReason.HARD_BOUNCE: _l("No such mailbox"),
    SuppressionReason.SOFT_BOUNCE: _l("Came back for weeks"),
    SuppressionReason.COMPLAINT: _l("Reported as spam"),
    SuppressionReason.ERASED: _l("Data was deleted"),
}
KINDS = {
    ReturnKind.HARD_BOUNCE: _l("No such mailbox"),
    ReturnKind.SOFT_BOUNCE: _l("Not delivered"),
    ReturnKind.COMPLAINT: _l("Reported as spam"),
}


@dataclass(frozen=True)
class Place(paging.Place):
    """The newest first; of one moment by address and reason."""

    at: datetime
    address_hash: bytes
    reason: SuppressionReason

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError."""
        at, hashed, reason = text.split("_", 2)
        return cls(datetime.fromisoformat(at), bytes.fromhex(hashed), SuppressionReason(reason))

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.address_hash.hex()}_{self.reason}"


@dataclass(frozen=True)
class Listed:
    """`address` is masked, and None if it is not kept."""

    address_hash: bytes
    reason: SuppressionReason
    at: datetime
    address: str | None


@dataclass(frozen=True)
class Returned:
    """Something that came back from one address. Without a campaign it was a message about the account."""

    at: datetime
    kind: ReturnKind
    words: str
    campaign: Campaign | None


def totals() -> dict[SuppressionReason, int]:
    counted = select(Suppression.reason, func.count().label("number")).group_by(Suppression.reason)
    found = {row.reason: row.number for row in db.session.execute(counted)}
    return {reason: found.get(reason, 0) for reason in REASONS}


def weeks(*, now: datetime) -> list[tuple[datetime, dict[SuppressionReason, int]]]:
    """What was added in each of the last weeks, the oldest first."""
    this_week = EPOCH + (now - EPOCH) // WEEK * WEEK
    begin = this_week - (WEEKS - 1) * WEEK
    week = func.date_bin(literal(WEEK), Suppression.at, literal(EPOCH)).label("week")
    rows = db.session.execute(
        select(week, Suppression.reason, func.count().label("number"))
        .where(Suppression.at >= begin)
        .group_by(week, Suppression.reason)
    )
    counts = {(row.week, row.reason): row.number for row in rows}
    mondays = [begin + number * WEEK for number in range(WEEKS)]
    return [(monday, {reason: counts.get((monday, reason), 0) for reason in REASONS}) for monday in mondays]


def page(*, older_than: Place | None = None, newer_than: Place | None = None) -> Cut[Listed, Place]:
    order = (Suppression.at, Suppression.address_hash, Suppression.reason)
    listed = select(Suppression.address_hash, Suppression.reason, Suppression.at, Subject.email).outerjoin(
        Subject, Subject.address_hash == Suppression.address_hash
    )
    query = next_to(listed, order, size=PAGE, older_than=older_than, newer_than=newer_than)
    found = [_listed(row) for row in db.session.execute(query)]
    return cut(found, _place, size=PAGE, older_than=older_than, newer_than=newer_than)


def returns_from(address_hash: bytes) -> Sequence[Returned]:
    """The newest first."""
    rows = db.session.execute(
        select(ReturnedEmail, Campaign)
        .join(Subject, Subject.id == ReturnedEmail.subject_id)
        .outerjoin(Campaign, Campaign.id == ReturnedEmail.campaign_id)
        .where(Subject.address_hash == address_hash)
        .order_by(ReturnedEmail.at.desc(), ReturnedEmail.id.desc())
        .limit(MOST_RETURNS)
    )
    return [Returned(row.at, row.kind, row.words, campaign) for row, campaign in rows]


def address_of(address_hash: bytes) -> str | None:
    """Masked, if somebody has it."""
    email = db.session.scalar(select(Subject.email).where(Subject.address_hash == address_hash))
    return masked(email) if email else None


def _listed(row: Row[bytes, SuppressionReason, datetime, str]) -> Listed:
    address_hash, reason, at, email = row
    return Listed(address_hash, reason, at, masked(email) if email else None)


def _place(listed: Listed) -> Place:
    return Place(listed.at, listed.address_hash, listed.reason)
