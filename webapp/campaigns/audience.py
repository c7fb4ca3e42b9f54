"""Who gets a campaign: people with consent for its topic, whose address is theirs and may be mailed.

One condition decides three times: when people are counted, when they are written down, and when each row is claimed.
"""

from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    Row,
    Select,
    exists,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute

from webapp.accounts.models import Account, Profile
from webapp.campaigns.models import Campaign, CampaignCount, Delivery, Progress
from webapp.consents import in_force
from webapp.consents.models import Subscription, Suppression, Use
from webapp.db import db
from webapp.mail.models import State
from webapp.subjects.models import Subject

LAST_NUMBER = text("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM deliveries_id_seq")


class Recipient(NamedTuple):
    """What a campaign's text may say about its reader."""

    subject_id: UUID
    email: str
    language: str
    given_name: str = ""
    family_name: str = ""
    organization: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


RECIPIENT_COLUMNS: tuple[InstrumentedAttribute[str], ...] = (
    Subject.email,
    Subject.language,
    Profile.given_name,
    Profile.family_name,
    Profile.organization,
)


def wants(topic_id: UUID | BindParameter[UUID]) -> ColumnElement[bool]:
    """For a query over subjects: consent for the topic, no suppression, and no account whose address is unconfirmed.

    Who closed their account, or had the use of their data restricted, gets nothing, whatever they agreed to before.
    """
    consent = exists().where(
        Subscription.subject_id == Subject.id, Subscription.topic_id == topic_id, Subscription.subscribed
    )
    suppressed = exists().where(Suppression.address_hash == Subject.address_hash)
    unconfirmed = exists().where(Account.subject_id == Subject.id, Account.confirmed_at.is_(None))
    here = Subject.ended_at.is_(None) & ~in_force.restricted(Subject.id, Use.MARKETING, Use.EVERYTHING)
    return consent & here & ~suppressed & ~unconfirmed


def count(campaign: Campaign) -> int:
    """How many people it would go to now."""
    return db.session.scalar(select(func.count()).select_from(_people(campaign).subquery())) or 0


def sample(campaign: Campaign) -> Recipient | None:
    """One of the people it would go to, for the preview."""
    subject_id = db.session.scalar(_people(campaign).order_by(Subject.id).limit(1))
    return recipient(subject_id) if subject_id else None


def recipient(subject_id: UUID) -> Recipient:
    row = db.session.execute(
        select(*RECIPIENT_COLUMNS).outerjoin(Profile, Profile.subject_id == Subject.id).where(Subject.id == subject_id)
    ).one()
    return from_row(subject_id, row)


def from_row(subject_id: UUID, row: Row[*tuple[Any, ...]]) -> Recipient:
    """From a row that has RECIPIENT_COLUMNS; who has no profile has no name."""
    return Recipient(
        subject_id,
        row.email,
        row.language,
        row.given_name or "",
        row.family_name or "",
        row.organization or "",
    )


def write_down(campaign: Campaign, *, now: datetime) -> None:
    """The snapshot: one pending row for each person, in one statement. Needs `snapshot_month` and its partition."""
    rows = _people(campaign).add_columns(
        literal(campaign.snapshot_month), literal(campaign.id), literal(State.PENDING.value), literal(now)
    )
    columns = ["subject_id", "snapshot_month", "campaign_id", "state", "due_at"]
    writing = insert(Delivery).from_select(columns, rows).execution_options(preserve_rowcount=True)
    before = db.session.scalar(LAST_NUMBER) or 0
    written = cast(CursorResult[Any], db.session.execute(writing)).rowcount
    db.session.add(Progress(campaign_id=campaign.id, reached=before, last=db.session.scalar(LAST_NUMBER) or 0))
    count_up(campaign.id, "recipients", written, now=now)


def count_up(campaign_id: UUID, figure: str, delta: int, *, now: datetime) -> None:
    """Nothing is counted for a campaign that was deleted meanwhile."""
    if delta:
        row = select(Campaign.id, literal(now), literal(figure), literal(delta)).where(Campaign.id == campaign_id)
        columns = ["campaign_id", "at", "figure", "delta"]
        db.session.execute(insert(CampaignCount).from_select(columns, row))


def _people(campaign: Campaign) -> Select[UUID]:
    people = select(Subject.id).where(wants(campaign.topic_id))
    return people.where(Subject.language == campaign.language) if campaign.language else people
