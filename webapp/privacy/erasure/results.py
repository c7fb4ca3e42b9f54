"""What was really done, noted at the lines of the plan: skipped never counts as done."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from webapp.db import db
from webapp.privacy.erasure.fates import Fate
from webapp.privacy.erasure.models import Erasure, ErasureStep, Reason, Treatment
from webapp.privacy.records import belongs
from webapp.privacy.retention.models import LegalHold
from webapp.subjects.models import Subject


def note(
    erasure: Erasure, subject: Subject, fate: Fate, every: Sequence[Fate], *, rows: int, now: datetime | None
) -> None:
    """`every` is what becomes of the whole table. `now` is given once nothing is left to do."""
    if fate.waits:
        _wait(erasure, subject, fate, every)
        return
    others_wait = any(other.waits and other.treatment is fate.treatment for other in every)
    steps = [step for step in _lines(erasure, fate) if not (others_wait and step.waits)]
    if rows and not steps:
        steps = [_add(erasure, fate)]
    if rows:
        steps[0].rows_done += rows
    for step in steps:
        step.needed_by = ""
        step.done_at = step.done_at or now
        if fate.treatment is Treatment.KEEP:
            step.reason = fate.reason


def note_files(erasure: Erasure, name: str, files: int, *, hold: LegalHold | None, now: datetime) -> None:
    step = next((step for step in erasure.steps if step.table_name == name), None)
    if step is None and not files:
        return
    step = step or _append(erasure, table_name=name, fields=[], treatment=Treatment.DELETE)
    if hold:
        step.reason, step.needed_by = Reason.HOLD, hold.reason
    else:
        step.rows_done, step.done_at, step.needed_by = max(step.rows_done, files), step.done_at or now, ""


def _wait(erasure: Erasure, subject: Subject, fate: Fate, every: Sequence[Fate]) -> None:
    """The line that says so already, or that said something else before; or a new one."""
    stays = fate.treatment is Treatment.KEEP
    undone = [step for step in _lines(erasure, fate) if stays or step.done_at is None]
    all_wait = not any(other.treatment is fate.treatment and not other.waits for other in every)
    steps = [step for step in undone if all_wait or step.waits]
    if not steps and (rows := _count(subject, fate)):
        steps = [_add(erasure, fate, rows=rows)]
    for step in steps:
        step.reason, step.needed_by = fate.reason, fate.needed_by


def _lines(erasure: Erasure, fate: Fate) -> list[ErasureStep]:
    """Those of the plan about the same; what is kept has one for each year in which it goes."""
    fields = {column.key for column in fate.columns}
    about_it = [step for step in erasure.steps if step.table_name == fate.table.name]
    return [step for step in about_it if step.treatment is fate.treatment and not fields.isdisjoint(step.fields)]


def _count(subject: Subject, fate: Fate) -> int:
    mine = select(func.count()).select_from(fate.table.model).where(belongs(fate.table, subject) & fate.where)
    return db.session.scalar(mine) or 0


def _add(erasure: Erasure, fate: Fate, *, rows: int = 0) -> ErasureStep:
    fields = [column.key for column in fate.columns]
    return _append(erasure, table_name=fate.table.name, fields=fields, treatment=fate.treatment, rows=rows)


def _append(
    erasure: Erasure, *, table_name: str, fields: list[str], treatment: Treatment, rows: int = 0
) -> ErasureStep:
    step = ErasureStep(
        subject_id=erasure.subject_id,
        position=len(erasure.steps),
        table_name=table_name,
        fields=fields,
        treatment=treatment,
        reason=Reason.NO_PURPOSE,
        rows_planned=rows,
        rows_done=0,
    )
    erasure.steps.append(step)
    return step
