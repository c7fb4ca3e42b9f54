"""How far an import is, and how long it will take yet, judged by its pace so far."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.imports.models import Import

TELLING = timedelta(seconds=2)  # before, a pace means nothing


@dataclass(frozen=True)
class Progress:
    """`done` and `total` are bytes, `rows` those looked at. `remaining` is None when nobody can tell yet."""

    done: int
    total: int
    rows: int
    remaining: timedelta | None


def of(found: Import, *, now: datetime) -> Progress:
    rows = sum(count for outcome, count in found.counts.items() if outcome != "kept")
    return Progress(found.position, found.size, rows, _remaining(found, now=now))


def _remaining(found: Import, *, now: datetime) -> timedelta | None:
    spent = now - found.working_since if found.working_since else timedelta()
    if spent < TELLING or not found.position:
        return None
    return spent * ((found.size - found.position) / found.position)
