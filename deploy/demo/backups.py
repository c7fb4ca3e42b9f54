"""The backups of the last nights, and the day on which putting one back was practised."""

import shutil
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from webapp.config import settings
from webapp.journal.models import Event, Restore
from webapp.privacy.backups import keeping, making

NIGHTS = 14
AT = time(3, 15, tzinfo=UTC)


def practised(*, now: datetime) -> Restore:
    """Nothing was sent twice: what waited in the backup stayed there."""
    at = datetime.combine(now.date() - timedelta(days=128), time(10, 20), UTC)
    replayed = {Event.WITHDRAWN.value: 9, Event.TRACKING_STOPPED.value: 2}
    resumed = {"resumed_at": at + timedelta(minutes=26), "with_old_emails": False}
    return Restore(at=at, data_of=datetime.combine(at.date(), AT), replayed=replayed, **resumed)


def make(*, now: datetime) -> None:
    """One that can be put back; of the nights before last the demo has nothing else to keep, so they hold the same."""
    last_night = datetime.combine(now.date(), AT)
    newest = making.make(now=last_night if last_night < now else last_night - timedelta(days=1))
    manifest, folder = keeping.manifest_of(newest), Path(unquote(urlsplit(settings().backup_url or "").path))
    for nights in range(1, NIGHTS):
        made_at = datetime.fromisoformat(manifest["made_at"]) - timedelta(days=nights)
        name = keeping.name_of(made_at)
        shutil.copytree(folder / newest, folder / name, dirs_exist_ok=True)
        keeping.finish(name, {**manifest, "name": name, "made_at": made_at.isoformat()})
