"""Letting emails go out again after a restore, with or without those that waited when the backup was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from webapp import queue
from webapp.audit import Action
from webapp.campaigns import sending
from webapp.campaigns.models import Campaign, CampaignState
from webapp.db import db
from webapp.journal import restores
from webapp.journal.models import Restore
from webapp.mail.models import Message, State
from webapp.queue import Job
from webapp.subjects import trail
from webapp.subjects.models import Subject


@dataclass(frozen=True)
class HeldBack:
    """What waits since a restore. It may have gone out before the database was lost."""

    restore: Restore
    messages: int
    campaigns: Sequence[Campaign]


def held_back(past: Sequence[Restore]) -> HeldBack | None:
    """`past`: the restores there were, the latest first."""
    restore = next((restore for restore in past if restore.resumed_at is None), None)
    if restore is None:
        return None
    waiting = select(func.count()).where(Message.state == State.PENDING, Message.created_at <= restore.at)
    return HeldBack(restore, db.session.scalar(waiting) or 0, _interrupted())


def resume(*, with_old_emails: bool, by: Subject, now: datetime) -> None:
    """Repeating is harmless. What is not to be sent again says so, and its campaigns are stopped."""
    restore = restores.paused_by()
    if restore is None or not restores.resume(by=by.id, with_old_emails=with_old_emails, now=now):
        return
    if not with_old_emails:
        old = update(Message).where(Message.state == State.PENDING, Message.created_at <= restore.at)
        db.session.execute(old.values(state=State.SUPPRESSED))
        for campaign in _interrupted():
            sending.stop(campaign, actor=by, now=now)
    trail.record(Action.SENDS_RESUMED, by, now=now)
    queue.poke(Job.SEND_MESSAGES)


def _interrupted() -> Sequence[Campaign]:
    return db.session.scalars(select(Campaign).where(Campaign.state == CampaignState.SENDING)).all()
