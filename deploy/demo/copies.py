"""What became of the customer's copy, and people without an account who asked for theirs by letter."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from deploy.demo.cast import COPY_DOWNLOADED_AFTER, LAPTOP
from deploy.demo.readers import READERS, VISITOR_OF_OPEN_DAY
from webapp.db import Base, db
from webapp.privacy import copies_for_others
from webapp.privacy.models import CopyDownload, CopyShare, DataExport, Way
from webapp.subjects.models import Subject

SHARED_AFTER = timedelta(days=1, hours=2)
USED_AFTER = timedelta(days=1, hours=7)


def uses_of(things: Iterable[Base]) -> list[Base]:
    """She downloaded it herself, and let another provider have it."""
    copy = next(thing for thing in things if isinstance(thing, DataExport))
    asked_at = copy.requested_at
    share = CopyShare(
        export_id=copy.id,
        subject_id=copy.subject_id,
        name="Hosting Engadin",
        created_at=asked_at + SHARED_AFTER,
        expires_at=asked_at + SHARED_AFTER + timedelta(days=3),
        most_uses=1,
        uses=1,
    )
    other = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
    )
    own = _download(copy, asked_at + COPY_DOWNLOADED_AFTER, Way.SIGN_IN, "198.51.100.27", LAPTOP)
    theirs = _download(copy, asked_at + USED_AFTER, Way.SHARE, "192.0.2.77", other)
    theirs.share = share
    return [share, own, theirs]


def start_for_others(*, by: Subject, now: datetime) -> None:
    """Their emails lie in the inbox of the demo, so that one can go on from there."""
    letter = "A signed letter with a copy of the identity card"
    phone = "A call; she named her last two newsletters"
    for address, reason, days in ((VISITOR_OF_OPEN_DAY, letter, 25), (list(READERS)[-1], phone, 4)):
        asked_at = now - timedelta(days=days)
        copies_for_others.start(address, reason=reason, asked_at=asked_at, by=by, now=now)
    db.session.flush()


def _download(copy: DataExport, at: datetime, way: Way, network: str, user_agent: str) -> CopyDownload:
    return CopyDownload(
        export_id=copy.id,
        subject_id=copy.subject_id,
        way=way,
        network=network,
        user_agent=user_agent,
        started_at=at,
        last_at=at,
    )
