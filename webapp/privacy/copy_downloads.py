"""Who downloaded a copy: when, from where and by which way. The person sees each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.audit import Action
from webapp.db import db
from webapp.privacy.models import CopyDownload, CopyShare, DataExport, Way
from webapp.subjects import trail

GOES_ON_WITHIN = timedelta(hours=24)
LONGEST_LIST = 50


@dataclass(frozen=True)
class Visitor:
    """Whoever fetches it, as far as we see them."""

    network: str
    user_agent: str


@dataclass(frozen=True)
class Fetching:
    """Who gets it, and why they may. `goes_on` after a break, in the middle of the file."""

    visitor: Visitor
    way: Way
    goes_on: bool = False
    share: CopyShare | None = None


def record(export: DataExport, fetching: Fetching, *, now: datetime) -> CopyDownload:
    """A download that goes on is the same one; every other is a new one."""
    before = _before(export, fetching, now=now) if fetching.goes_on else None
    if before is not None:
        before.last_at = now
        return before
    share, visitor = fetching.share, fetching.visitor
    download = CopyDownload(
        export_id=export.id,
        subject_id=export.subject_id,
        way=fetching.way,
        share_id=share.id if share else None,
        network=visitor.network,
        user_agent=visitor.user_agent,
        started_at=now,
        last_at=now,
    )
    db.session.add(download)
    export.last_downloaded_at = now
    _write_down(export, fetching, now=now)
    return download


def of(export: DataExport) -> Sequence[CopyDownload]:
    """The newest first."""
    mine = select(CopyDownload).where(CopyDownload.export_id == export.id)
    return db.session.scalars(mine.order_by(CopyDownload.started_at.desc()).limit(LONGEST_LIST)).all()


def _write_down(export: DataExport, fetching: Fetching, *, now: datetime) -> None:
    seen = {"network": fetching.visitor.network, "user_agent": fetching.visitor.user_agent}
    if fetching.share:
        trail.record(Action.COPY_SHARE_USED, export.subject, now=now, actor_id=None, name=fetching.share.name, **seen)
    else:
        trail.record(Action.EXPORT_DOWNLOADED, export.subject, now=now, actor_id=None, **seen)


def _before(export: DataExport, fetching: Fetching, *, now: datetime) -> CopyDownload | None:
    same = select(CopyDownload).filter_by(
        export_id=export.id,
        way=fetching.way,
        share_id=fetching.share.id if fetching.share else None,
        network=fetching.visitor.network,
        user_agent=fetching.visitor.user_agent,
    )
    lately = same.where(CopyDownload.last_at > now - GOES_ON_WITHIN)
    return db.session.scalars(lately.order_by(CopyDownload.started_at.desc()).limit(1)).first()
