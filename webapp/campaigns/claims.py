"""Claiming rows of the ledger. The same statement asks for consent, so that a withdrawal counts within one claim."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Row, Subquery, case, exists, null, select, update

from webapp.accounts.models import Profile
from webapp.campaigns import audience
from webapp.campaigns.models import Campaign, CampaignState, Delivery
from webapp.db import db
from webapp.journal import restores
from webapp.mail.delivery import CLAIM
from webapp.mail.models import State
from webapp.subjects.models import Subject


def take(campaign: Campaign, *, worker: UUID, now: datetime) -> Sequence[Row[Any]]:
    """The next due rows, each CLAIMED for this worker or SUPPRESSED, with what a letter says about its reader."""
    people = _people(campaign, _due(campaign, now))
    taking = (
        update(Delivery)
        .where(Delivery.snapshot_month == campaign.snapshot_month, Delivery.id == people.c.key)
        .values(
            state=case((people.c.wanted, State.CLAIMED), else_=State.SUPPRESSED),
            claimed_by=case((people.c.wanted, worker), else_=null()),
        )
        .returning(
            Delivery.id,
            Delivery.subject_id,
            Delivery.state,
            Delivery.attempts,
            *(people.c[column.key] for column in audience.RECIPIENT_COLUMNS),
        )
        .execution_options(synchronize_session=False)
    )
    return db.session.execute(taking).all()


def _due(campaign: Campaign, now: datetime) -> CTE:
    still_sending = exists().where(Campaign.id == campaign.id, Campaign.state == CampaignState.SENDING)
    return (
        select(Delivery.id)
        .where(
            Delivery.snapshot_month == campaign.snapshot_month,
            Delivery.campaign_id == campaign.id,
            Delivery.state == State.PENDING,
            Delivery.due_at <= now,
            still_sending,
            ~restores.sends_paused(),
        )
        .order_by(Delivery.id)
        .limit(CLAIM)
        .with_for_update(skip_locked=True)
        .cte("due")
    )


def _people(campaign: Campaign, due: CTE) -> Subquery:
    return (
        select(due.c.id.label("key"), audience.wants(campaign.topic_id).label("wanted"), *audience.RECIPIENT_COLUMNS)
        .join_from(due, Delivery, (Delivery.id == due.c.id) & (Delivery.snapshot_month == campaign.snapshot_month))
        .join(Subject, Subject.id == Delivery.subject_id)
        .outerjoin(Profile, Profile.subject_id == Subject.id)
        .subquery("people")
    )
