"""What staff see of the sweep: what it did, by which rules, and what comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from webapp.db import db
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.retention_words import retention_words
from webapp.privacy.retention import forecast, leftovers, work
from webapp.privacy.retention.forecast import Ahead
from webapp.privacy.retention.models import RetentionRun
from webapp.privacy.retention.words import KINDS
from webapp.privacy.retention.work import Key, Work

LATELY = timedelta(days=30)
LATE = timedelta(days=2)


@dataclass(frozen=True)
class Done:
    """How many rows went lately, when it was first begun, when last done to the end, and what stopped it today."""

    rows: int = 0
    first_day: date | None = None
    last_day: date | None = None
    error: str = ""


@dataclass(frozen=True)
class Ruled:
    title: str
    category: str
    words: str
    reference: str
    done: Done


@dataclass(frozen=True)
class Overview:
    ahead: Ahead
    rules: list[Ruled]
    rows: int
    failing: int
    late: int


def overview(*, now: datetime) -> Overview:
    """What fails comes first, then that by which most went."""
    done = _done_lately(now)
    rules = [_ruled(one, done) for one in work.all_of(now=now)]
    rules.append(Ruled(_("People who were deleted"), "", _("until nothing of them is left"), "", _of_people(done)))
    return Overview(
        ahead=forecast.ahead(now=now),
        rules=sorted(rules, key=lambda rule: (not rule.done.error, -rule.done.rows, rule.title)),
        rows=sum(rule.done.rows for rule in rules),
        failing=sum(bool(rule.done.error) for rule in rules),
        late=_late(done, now=now),
    )


def late(*, now: datetime) -> int:
    """How many rules were not kept to the end for two days, of those that were ever begun."""
    return _late(_done_lately(now), now=now)


def _late(done: Mapping[Key, Done], *, now: datetime) -> int:
    since = clocks.day_of(now - LATE)
    runs = [done[one.key] for one in work.all_of(now=now) if one.key in done]
    return sum((run.last_day or run.first_day or since) < since for run in runs)


def _done_lately(now: datetime) -> dict[Key, Done]:
    key = (RetentionRun.table_name, RetentionRun.rule)
    finished = RetentionRun.finished_at.is_not(None)
    last_day = func.max(RetentionRun.day).filter(finished)
    error = func.max(RetentionRun.error).filter(RetentionRun.day == clocks.day_of(now))
    runs = select(*key, func.sum(RetentionRun.rows), func.min(RetentionRun.day), last_day, error).where(
        RetentionRun.day > clocks.day_of(now - LATELY)
    )
    return {
        (table, rule): Done(rows, first, last, failed or "")
        for table, rule, rows, first, last, failed in db.session.execute(runs.group_by(*key))
    }


def _ruled(one: Work, done: Mapping[Key, Done]) -> Ruled:
    return Ruled(
        title=str(one.table.title),
        category=str(KINDS[one.table.main.category]),
        words="; ".join(retention_words(rule.retention) for rule in one.rules),
        reference="; ".join(dict.fromkeys(rule.retention.reference for rule in one.rules)),
        done=done.get(one.key, Done()),
    )


def _of_people(done: Mapping[Key, Done]) -> Done:
    return done.get((leftovers.TABLE, leftovers.RULE), Done())
