"""Whether a plan keeps more than the one that somebody agreed to. Then they are asked again."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from webapp.privacy import data_map
from webapp.privacy.data_map.vocabulary import Category
from webapp.privacy.erasure.models import Treatment
from webapp.privacy.erasure.planning import Line, Plan

# Rows that people make by what they do meanwhile: each sign-in, each no, each copy that they ask for.
OWN_DOING = {Category.HISTORY, Category.REQUEST, Category.CONSENT}
NEW_YEAR = timedelta(days=366)  # what is written after New Year is kept a year longer


def kept_more(agreed: Plan, planned: Plan) -> list[Line]:
    """The lines of the plan that keep what was to be deleted, or keep it longer."""
    return [line for line in planned.lines if _stays(line) and _is_more(line, agreed.lines)]


def _is_more(line: Line, agreed: Sequence[Line]) -> bool:
    stayed = [before for before in agreed if _stays(before)]
    if line.waits:
        known = {(before.table_name, field) for before in stayed for field in before.fields or ("",)}
        return not {(line.table_name, field) for field in line.fields or ("",)} <= known
    category = _category(line)
    if category in OWN_DOING:
        alike = [before for before in stayed if not before.waits and _category(before) is category]
        return not alike or _later(line, alike, by=NEW_YEAR)
    alike = [before for before in stayed if before.table_name == line.table_name]
    return _rows(alike, line) < line.rows or _later(line, alike, by=timedelta(0))


def _stays(line: Line) -> bool:
    return line.waits or line.treatment is Treatment.KEEP


def _rows(alike: Iterable[Line], line: Line) -> int:
    """How many were to be kept as long as this one, or longer."""
    return sum(before.rows for before in alike if _until(before) >= _until(line))


def _later(line: Line, alike: Iterable[Line], *, by: timedelta) -> bool:
    latest = max((_until(before) for before in alike), default=date.min)
    return latest < date.max and _until(line) > latest + by


def _until(line: Line) -> date:
    return line.kept_until or date.max


def _category(line: Line) -> Category | None:
    return next((table.main.category for table in data_map.subject_tables() if table.name == line.table_name), None)
