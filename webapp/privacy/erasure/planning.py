"""The plan of an erasure: what becomes of everything that is held about a person, counted, in lines that are stored."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, cast, func, literal, null, select, union_all

from webapp.audit import AuditEntry
from webapp.consents.models import Suppression
from webapp.db import db
from webapp.privacy import data_map
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.places import FILES
from webapp.privacy.data_map.retention import PROOF_OF_ANSWER
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.privacy.erasure import fates, needs, strategies
from webapp.privacy.erasure.fates import Fate
from webapp.privacy.erasure.models import Erasure, ErasureStep, Reason, Treatment
from webapp.privacy.erasure.needs import Needs
from webapp.privacy.records import belongs
from webapp.subjects.models import Subject

FILE = "files:"  # what the name of a file store begins with, where that of a table stands otherwise
# They come into being by the erasure itself, whatever is there now.
MADE_BY_IT = (AuditEntry, Erasure, Suppression)


@dataclass(frozen=True)
class Line:
    """A line of the plan, which becomes an `ErasureStep`."""

    table_name: str
    fields: tuple[str, ...]
    treatment: Treatment
    reason: Reason
    rows: int
    reference: str = ""
    needed_by: str = ""
    kept_until: date | None = None

    @property
    def waits(self) -> bool:
        return self.reason in {Reason.PRODUCT, Reason.HOLD}

    def step(self, subject_id: UUID, position: int, *, more: bool) -> ErasureStep:
        return ErasureStep(
            subject_id=subject_id,
            position=position,
            table_name=self.table_name,
            fields=list(self.fields),
            treatment=self.treatment,
            reason=self.reason,
            reference=self.reference,
            needed_by=self.needed_by,
            kept_until=self.kept_until,
            more=more,
            rows_planned=self.rows,
        )


@dataclass(frozen=True)
class Plan:
    lines: Sequence[Line]

    @property
    def hash(self) -> str:
        """SHA-256 of the lines as canonical JSON."""
        lines = [[*_plain(line), line.rows] for line in self.lines]
        return hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()

    def steps(self, subject_id: UUID, *, more: Collection[Line] = ()) -> list[ErasureStep]:
        return [line.step(subject_id, position, more=line in more) for position, line in enumerate(self.lines)]


def plan(subject: Subject, *, on: date) -> Plan:
    """What an erasure on this day would do, in three statements."""
    return make(subject, needs.of(subject.id), data_map.subject_tables(), on=on)


def make(subject: Subject, needed: Needs, tables: Iterable[SubjectTable], *, on: date) -> Plan:
    parts = [fate for table in tables for fate in fates.of(table, needed, on=on)]
    counted = db.session.execute(union_all(*(_counting(i, fate, subject) for i, fate in enumerate(parts)))).all()
    lines = [_line(parts[row.part], row.rows, row.until) for row in sorted(counted, key=_by_part_and_day) if row.rows]
    made = [_made(fate, on=on) for fate in parts if _is_made(fate)]
    lines += [line for line in made if not any(_stays_as_long(known, line) for known in lines)]
    return Plan([*lines, *_files(subject, needed)])


def stored(erasure: Erasure) -> Plan:
    return Plan([of_step(step) for step in erasure.steps])


def of_step(step: ErasureStep) -> Line:
    return Line(
        step.table_name,
        tuple(step.fields),
        step.treatment,
        step.reason,
        step.rows_planned,
        step.reference,
        step.needed_by,
        step.kept_until,
    )


def _counting(part: int, fate: Fate, subject: Subject) -> Select[Any, Any, Any]:
    """Rows that are kept are counted by the year in which they go."""
    mine = belongs(fate.table, subject) & fate.where & strategies.left(fate.table, fate.treatment, fate.columns)
    if fate.table.told is not None:
        mine &= fate.table.told
    if fate.until is None:
        counts = select(literal(part).label("part"), cast(null(), Date).label("until"), func.count().label("rows"))
        return counts.select_from(fate.table.model).where(mine)
    rows = select(fate.until.label("until")).select_from(fate.table.model).where(mine).subquery()
    by_year = select(literal(part).label("part"), func.max(rows.c.until).label("until"), func.count().label("rows"))
    return by_year.group_by(func.date_part("year", rows.c.until))


def _by_part_and_day(row: Any) -> tuple[int, date]:
    return row.part, row.until or date.max


def _line(fate: Fate, rows: int, until: date | None) -> Line:
    fields = tuple(column.key for column in fate.columns)
    return Line(
        fate.table.name, fields, fate.treatment, fate.reason, rows, fate.reference, fate.needed_by, kept_until=until
    )


def _is_made(fate: Fate) -> bool:
    return fate.treatment is Treatment.KEEP and fate.table.model in MADE_BY_IT


def _stays_as_long(known: Line, made: Line) -> bool:
    """Whether the plan says already that something of this table is kept until then: old entries go earlier."""
    same = known.table_name == made.table_name and known.treatment is Treatment.KEEP
    return same and (known.kept_until or date.max) >= (made.kept_until or date.max)


def _made(fate: Fate, *, on: date) -> Line:
    until = None if fate.table.model is Suppression else clocks.until(PROOF_OF_ANSWER, on)
    return _line(fate, 1, until)


def _files(subject: Subject, needed: Needs) -> Iterator[Line]:
    hold = next((hold for hold in needed.holds if not hold.categories), None)
    for store, place in FILES.items():
        held = len(list(place.owned(subject.id))) if place.owned else 0
        if held and hold:
            yield Line(f"{FILE}{store}", (), Treatment.DELETE, Reason.HOLD, held, needed_by=hold.reason)
        elif held:
            yield Line(f"{FILE}{store}", (), Treatment.DELETE, Reason.NO_PURPOSE, held)


def _plain(line: Line) -> list[Any]:
    until = line.kept_until.isoformat() if line.kept_until else None
    return [line.table_name, list(line.fields), line.treatment, line.reason, line.reference, until]
