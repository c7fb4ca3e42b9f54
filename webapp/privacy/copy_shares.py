"""Links that a person makes so that somebody else, such as another provider, can download their copy.

A link opens that one copy and nothing else. It ends by itself, with its last use, with the copy, or when the person
takes it back; they see every use. Within three hours the same visitor goes on with the same use.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy import select, update

from webapp import links
from webapp.audit import Action
from webapp.db import db
from webapp.links import InvalidLink, Purpose
from webapp.mail import messages
from webapp.privacy import copy_downloads
from webapp.privacy.copy_downloads import Fetching, Visitor
from webapp.privacy.models import CopyDownload, CopyShare, DataExport, Way
from webapp.subjects import trail

MOST = 10  # links of one copy that can be used at the same time
SAME_USE_WITHIN = timedelta(hours=3)


class Ended(Enum):
    """Why a link does not work any more."""

    REVOKED = "revoked"
    USED_UP = "used up"
    EXPIRED = "expired"
    GONE = "gone"


class TooMany(Exception):
    """So many links at once nobody keeps in view."""


class Over(Exception):
    """Nothing was handed over."""

    def __init__(self, why: Ended) -> None:
        super().__init__()
        self.why = why


def create(export: DataExport, name: str, *, uses: int, lifetime: timedelta, now: datetime) -> CopyShare:
    """It ends with the copy at the latest. Raises TooMany."""
    if sum(why_ended(share, now=now) is None for share in of(export)) >= MOST:
        raise TooMany
    ends = min(now + lifetime, export.expires_at or now)
    share = CopyShare(
        export=export, subject_id=export.subject_id, name=name, created_at=now, expires_at=ends, most_uses=uses, uses=0
    )
    db.session.add(share)
    db.session.flush()
    trail.record(Action.COPY_SHARED, export.subject, now=now, name=name)
    return share


def of(export: DataExport) -> Sequence[CopyShare]:
    mine = select(CopyShare).where(CopyShare.export_id == export.id)
    return db.session.scalars(mine.order_by(CopyShare.created_at.desc())).all()


def find(share_id: UUID) -> CopyShare | None:
    return db.session.get(CopyShare, share_id)


def why_ended(share: CopyShare, *, now: datetime) -> Ended | None:
    if share.revoked_at is not None:
        return Ended.REVOKED
    if share.uses >= share.most_uses:
        return Ended.USED_UP
    if share.expires_at <= now:
        return Ended.EXPIRED
    return None if share.export.available(now) else Ended.GONE


def revoke(share: CopyShare, *, now: datetime) -> None:
    """Repeated, it does nothing."""
    if share.revoked_at is None:
        share.revoked_at = now
        trail.record(Action.COPY_SHARE_REVOKED, share.export.subject, now=now, name=share.name)


def link_token(share: CopyShare, *, now: datetime) -> str:
    return links.sign(Purpose.SHARED_COPY, now=now, share=str(share.id))


def read(token: str, *, now: datetime) -> CopyShare:
    """Uses nothing up. Raises InvalidLink or ExpiredLink."""
    return _of_link(Purpose.SHARED_COPY, token, now=now)


def use(share: CopyShare, visitor: Visitor, *, now: datetime) -> None:
    """Counts a use, unless this visitor is in the middle of one. The person is told of the first. Raises Over."""
    if _is_in_use_by(share, visitor, now=now):
        return
    counting = (
        update(CopyShare)
        .where(CopyShare.id == share.id, CopyShare.uses < CopyShare.most_uses)
        .where(CopyShare.revoked_at.is_(None), CopyShare.expires_at > now)
        .values(uses=CopyShare.uses + 1)
        .returning(CopyShare.uses)
    )
    uses = db.session.scalar(counting) if share.export.available(now) else None
    if uses is None:
        db.session.refresh(share)
        raise Over(why_ended(share, now=now) or Ended.USED_UP)
    copy_downloads.record(share.export, Fetching(visitor, Way.SHARE, share=share), now=now)
    if uses == 1:
        messages.send("privacy/share_used", share.export.subject, now=now, share=str(share.id))


def ticket(share: CopyShare, *, now: datetime) -> str:
    """For the address of the file itself, so that a broken download can go on without another use."""
    return links.sign(Purpose.FETCH_SHARED_COPY, now=now, share=str(share.id))


def read_ticket(token: str, *, now: datetime) -> CopyShare:
    """Raises InvalidLink, ExpiredLink, or Over when the person took the link back or the copy is gone."""
    share = _of_link(Purpose.FETCH_SHARED_COPY, token, now=now)
    if share.revoked_at is not None:
        raise Over(Ended.REVOKED)
    if not share.export.available(now):
        raise Over(Ended.GONE)
    return share


def _of_link(purpose: Purpose, token: str, *, now: datetime) -> CopyShare:
    share = find(UUID(links.read(purpose, token, now=now).data["share"]))
    if share is None:
        raise InvalidLink
    return share


def _is_in_use_by(share: CopyShare, visitor: Visitor, *, now: datetime) -> bool:
    if why_ended(share, now=now) not in {None, Ended.USED_UP}:
        return False
    same = select(CopyDownload.id).filter_by(share_id=share.id, network=visitor.network, user_agent=visitor.user_agent)
    return db.session.scalar(same.where(CopyDownload.started_at > now - SAME_USE_WITHIN).limit(1)) is not None
