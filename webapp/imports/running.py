"""Taking in a file in small steps, each with how far it has come: killed anywhere, it goes on where it was."""

import sys
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice, repeat
from typing import IO

from flask import current_app
from sqlalchemy import insert, text, update

from webapp.db import db
from webapp.imports import imports
from webapp.imports.items import Maker, Reason, Refused
from webapp.imports.models import WORKING, Import, ImportRefusal, ImportState
from webapp.imports.reading import BrokenFile, Row, rows
from webapp.integrations.intake.kinds import KINDS
from webapp.integrations.intake.results import Outcome, Result
from webapp.integrations.intake.types import Item

STEP = 2_500  # rows
FIRST_STEP = 500  # so that the database soon has something to do
TURN = 0.0005  # seconds
# For the disk. A crash of the database may lose the last steps together with how far they came; the end waits for all.
_WITHOUT_WAITING = text("SET LOCAL synchronous_commit = off")
HOPELESS = 1_000  # rows from the beginning of which none fits: the columns are not what somebody thought
NEXT = {ImportState.CHECKING: ImportState.CHECKED, ImportState.RUNNING: ImportState.DONE}


@dataclass
class _Step:
    """Some rows: what was made of them, what was refused, and the last one, after which the next step begins."""

    last: Row
    made: list[tuple[Row, Item]] = field(default_factory=list)
    refused: list[tuple[Row, list[Reason]]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def run(found: Import, *, now: datetime) -> Generator[None]:
    """From where it stands. The caller commits at each yield and at the end."""
    if not found.working:
        return
    try:
        file = imports.open_file(found, start=found.position or found.starts)
    except FileNotFoundError:
        _finish(found, ImportState.FAILED, problem="file_gone", now=now)
        return
    with closing(file):
        yield from take_in(found, file, now=now)


def take_in(found: Import, file: IO[bytes], *, now: datetime) -> Generator[None]:
    """The rows of a file that stands where the import does."""
    state, position = found.state, found.position  # as this worker knows them: another may have gone on since
    maker, reading = Maker(found), rows(file, found.writing, start=found.position or found.starts, line=found.line)
    with closing(_ahead(_steps(maker, reading, begun=bool(found.position)))) as steps:
        try:
            for step in steps:
                db.session.execute(_WITHOUT_WAITING)
                _take_in(found, step, keeping=state is ImportState.RUNNING, now=now)
                if not _go_on(found, step, state=state, position=position) or _is_hopeless(found, now=now):
                    return
                position = step.last.end
                yield
        except BrokenFile:
            _finish(found, ImportState.FAILED, problem="encoding", now=now)
        else:
            _finish(found, NEXT[state], now=now)


def _steps(maker: Maker, reading: Iterator[Row], *, begun: bool) -> Iterator[_Step]:
    """What the file says, as the API would have been sent it."""
    if not begun:
        next(reading)  # the names of the columns
    sizes = chain([min(FIRST_STEP, STEP)], repeat(STEP))
    while some := list(islice(reading, next(sizes))):
        step = _Step(some[-1])
        for row in some:
            try:
                step.made.append((row, maker.item(row)))
            except Refused as refused:
                step.refused.append((row, refused.reasons))
        yield step


def _ahead(steps: Iterator[_Step]) -> Generator[_Step]:
    """Reads the next step while the database works on this one, so that neither waits for the other."""
    context = current_app.app_context

    def prepare() -> _Step | None:
        with context():
            return next(steps, None)

    with _quick_turns(), ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(prepare)
        while step := coming.result():
            coming = thread.submit(prepare)
            yield step


@contextmanager
def _quick_turns() -> Iterator[None]:
    """What the database answered is heard at once: Python lets a thread that reads run on for ten times as long."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _take_in(found: Import, step: _Step, *, keeping: bool, now: datetime) -> None:
    results = _store(found, [item for _row, item in step.made], keeping=keeping, now=now)
    for (row, _item), result in zip(step.made, results, strict=True):
        if result.outcome is Outcome.REFUSED:
            step.refused.append((row, [["", str(result.reason)]]))
    step.counts.update(result.outcome for result in results)
    step.counts["kept"] = sum(1 for result in results if result.kept)
    step.counts[Outcome.REFUSED] = len(step.refused)


def _store(found: Import, items: Sequence[Item], *, keeping: bool, now: datetime) -> list[Result]:
    """For a check everything is done as it would be, and taken back."""
    take_in = KINDS[found.kind].take_in
    if keeping:
        return take_in(items, key_id=None, now=now)
    trying = db.session.begin_nested()
    results = take_in(items, key_id=None, now=now)
    trying.rollback()
    return results


def _go_on(found: Import, step: _Step, *, state: ImportState, position: int) -> bool:
    """Unless it was stopped, or another worker has come as far: one that was taken for dead may be alive."""
    reasons = Counter("\t".join(reasons[0]) for _row, reasons in step.refused)
    going_on = (
        update(Import)
        .where(Import.id == found.id, Import.state == state, Import.position == position)
        .values(
            position=step.last.end,
            line=step.last.next_line,
            counts=dict(Counter(found.counts) + step.counts),
            reasons=dict(Counter(found.reasons) + reasons),
        )
        .returning(Import.id)
    )
    if db.session.scalar(going_on) is None:
        db.session.rollback()
        return False
    places = [
        {"import_id": found.id, "line": row.line, "start": row.start, "end": row.end, "reasons": reasons}
        for row, reasons in step.refused
    ]
    if places:
        db.session.execute(insert(ImportRefusal), places)
    return True


def _is_hopeless(found: Import, *, now: datetime) -> bool:
    db.session.refresh(found)
    if set(found.counts) - {Outcome.REFUSED} or found.counts[Outcome.REFUSED] < HOPELESS:
        return False
    _finish(found, ImportState.FAILED, problem="nothing_fits", now=now)
    return True


def _finish(found: Import, state: ImportState, *, problem: str | None = None, now: datetime) -> None:
    if not found.counts and problem is None:
        state, problem = ImportState.FAILED, "no_rows"
    finishing = update(Import).where(Import.id == found.id, Import.state.in_(WORKING))
    db.session.execute(finishing.values(state=state, problem=problem, finished_at=now))
