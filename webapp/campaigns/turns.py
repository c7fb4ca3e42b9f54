"""Whose turn it is: a worker goes round all campaigns, claim by claim, so that none waits for a slow or a large one."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select

from webapp.campaigns.claims import Send
from webapp.campaigns.models import Campaign, CampaignState, Deferral, Destination
from webapp.campaigns.pace import EVERYBODY
from webapp.config import settings
from webapp.db import db

EVERY = timedelta(seconds=1)


def underway() -> list[Send]:
    """What is being sent, the oldest first."""
    waits_again = exists().where(Deferral.campaign_id == Campaign.id)
    is_limited = exists().where(Destination.domain != EVERYBODY)
    found = select(Campaign.id, Campaign.topic_id, Campaign.snapshot_month, Campaign.pace, waits_again, is_limited)
    found = found.where(Campaign.state == CampaignState.SENDING, Campaign.snapshot_month.is_not(None))
    rows = db.session.execute(found.order_by(Campaign.sending_since))
    limited = settings().domain_pace is not None
    return [
        Send(key, topic, month, pace, again, limited or felt) for key, topic, month, pace, again, felt in rows if month
    ]


def without_audience() -> Sequence[UUID]:
    """What was started and is not written down yet."""
    return db.session.scalars(
        select(Campaign.id)
        .where(Campaign.state == CampaignState.SENDING, Campaign.snapshot_month.is_(None))
        .order_by(Campaign.sending_since)
    ).all()


class Turns:
    """Of one worker. They are renewed every second, as campaigns come, go, and change their pace."""

    def __init__(self) -> None:
        self._sends: list[Send] = []  # who was served last stands last
        self._due: dict[UUID, datetime] = {}
        self._seen_at: datetime | None = None
        self._is_alone = True

    def are_old(self, *, now: datetime) -> bool:
        return self._seen_at is None or now - self._seen_at >= EVERY

    def seem_old(self) -> None:
        """Something was learnt that changes them."""
        self._seen_at = None

    def renew(self, sends: Sequence[Send], *, now: datetime) -> None:
        place = {send.campaign_id: number for number, send in enumerate(self._sends)}
        self._sends = sorted(sends, key=lambda send: place.get(send.campaign_id, -1))
        self._due = {send.campaign_id: self._due.get(send.campaign_id, now) for send in sends}
        self._seen_at = now

    def next(self, *, now: datetime) -> Send | None:
        """Of those that are due the one that was served longest ago."""
        for send in self._sends:
            if self._due[send.campaign_id] <= now:
                self._sends.remove(send)
                self._sends.append(send)
                return send
        return None

    def rest(self, send: Send, *, until: datetime) -> None:
        self._due[send.campaign_id] = until

    def is_due_soon(self, *, now: datetime) -> bool:
        return any(due <= now + EVERY for due in self._due.values())

    def pause(self, *, now: datetime) -> float:
        """For how many seconds nothing is due."""
        return max((min(self._due.values(), default=now) - now).total_seconds(), 0)

    def call_another(self, call: Callable[[], None]) -> None:
        """Once: each worker that has sent something calls the next, until all of them are at it."""
        if self._is_alone:
            self._is_alone = False
            call()
