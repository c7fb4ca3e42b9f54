"""How far a copy in the making is, and when it will be there, judged by how long the steps of one before took."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from webapp.db import db
from webapp.privacy import deadlines, exports
from webapp.privacy.models import DataExport

AT_LEAST = timedelta(seconds=1)
FASTEST, SLOWEST = 0.2, 20.0  # how much faster or slower than the one before is believed


@dataclass(frozen=True)
class Progress:
    """`remaining` is None when nobody can tell yet."""

    step: str
    done: int
    total: int
    remaining: timedelta | None
    delayed: bool
    answer_by: datetime


def of(export: DataExport, *, now: datetime) -> Progress:
    steps = exports.steps()
    step = str(steps[min(export.steps_done, len(steps) - 1)])
    remaining = _remaining(export, now=now)
    delayed = now - export.requested_at > exports.USUALLY_WITHIN
    return Progress(
        step, export.steps_done, export.steps_total, remaining, delayed, deadlines.answer_by(export.requested_at)
    )


def _remaining(export: DataExport, *, now: datetime) -> timedelta | None:
    before = _steps_of_one_before(export)
    if export.building_since is None or not before:
        return None
    done = len(export.step_ms)
    ahead = sum(before[done:]) * _pace(export.step_ms, before[:done])
    in_this_step = now - export.building_since - timedelta(milliseconds=sum(export.step_ms))
    return max(timedelta(milliseconds=ahead) - max(in_this_step, timedelta()), AT_LEAST)


def _steps_of_one_before(export: DataExport) -> list[int]:
    """The person's own if there is one: how much is held decides how long it takes."""
    comparable = select(DataExport.step_ms).where(
        DataExport.ready_at.is_not(None), func.jsonb_array_length(DataExport.step_ms) == export.steps_total
    )
    newest = comparable.order_by(DataExport.ready_at.desc()).limit(1)
    own = db.session.scalar(newest.where(DataExport.subject_id == export.subject_id))
    return own or db.session.scalar(newest) or []


def _pace(now: list[int], before: list[int]) -> float:
    if not sum(now) or not sum(before):
        return 1.0
    return min(max(sum(now) / sum(before), FASTEST), SLOWEST)
