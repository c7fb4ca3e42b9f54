"""Doing again, on an older database that was put back, what the journal knows and it does not.

Safe to repeat: a replay that was killed half-way is begun once more, for the position is moved last.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp import audit
from webapp.accounts import sessions
from webapp.consents import subscriptions, tracking
from webapp.consents.ledger import Statement
from webapp.consents.models import ConsentPurpose, Method, Topic
from webapp.db import db
from webapp.journal import shelf
from webapp.journal.models import Event, JournalState, Restore
from webapp.privacy.backups import erasing_again
from webapp.privacy.backups.erasing_again import Courses
from webapp.privacy.closing import closures
from webapp.privacy.restrictions import restrictions
from webapp.subjects.models import Subject

WORDING = "(taken over from the journal, after the database had been put back)"
Line = dict[str, Any]


def replay(*, now: datetime) -> Iterator[int]:
    """Answers at each yield how many entries are done; the caller commits. Raises shelf.Damaged."""
    state = _state()
    known, data_of = state.batch, state.beaten_at
    done: Counter[str] = Counter()
    courses = Courses()
    for batch, lines in shelf.newer_than(known):
        for line in lines:
            again = courses.learn if line["event"] in erasing_again.EVENTS else AGAIN[Event(line["event"])]
            again(line)
            done[line["event"]] += 1
        known = batch
        yield done.total()
    for _ in courses.follow(now=now):
        yield done.total()
    sessions.end_everybodys(now=now)  # some were ended since, perhaps because a device was stolen
    _catch_up(batch=known, now=now)
    db.session.add(Restore(at=now, data_of=data_of, replayed=dict(done)))
    audit.append(audit.Action.JOURNAL_REPLAYED, actor_id=None, subject_id=None, details=None, now=now)
    yield done.total()


def _state() -> JournalState:
    state = db.session.scalars(select(JournalState)).first()
    if state is None:
        state = JournalState(only=1, batch=0, beat=0)
        db.session.add(state)
    return state


def _catch_up(*, batch: int, now: datetime) -> None:
    state, head = _state(), shelf.head()
    state.batch, state.beaten_at = max(state.batch, batch, head.batch if head else 0), now
    state.beat = max(state.beat, head.beat if head else 0)


def _withdraw(line: Line) -> None:
    subject, topic_id = _subject(line), line["facts"].get("topic_id")
    if topic_id is None:
        if subject:
            subscriptions.stop_everything(subject, **_statement(line))
        subscriptions.suppress(bytes.fromhex(line["address_hash"]), now=_at(line))  # of then; it may have been another
    elif subject and db.session.get(Topic, UUID(topic_id)):  # to a newer topic nobody here is subscribed
        subscriptions.withdraw(subject, UUID(topic_id), **_statement(line))


def _stop_tracking(line: Line) -> None:
    if subject := _subject(line):
        kind = ConsentPurpose(line["facts"]["kind"])
        tracking.choose(subject, kind, allowed=False, **_statement(line))


def _restrict(line: Line) -> None:
    if subject := _subject(line):
        restrictions.put_in_force_again(subject, line["facts"], at=_at(line))


def _close(line: Line) -> None:
    if subject := _subject(line):
        closures.close_again(subject, at=_at(line))


def _reopen(line: Line) -> None:
    if (subject := _subject(line)) and (closure := closures.of(subject)):
        closures.open_again(closure, at=_at(line))


def _statement(line: Line) -> Statement:
    return Statement(
        method=Method(line["facts"]["method"]),
        wording=WORDING,
        language=line["facts"]["language"],
        now=_at(line),
    )


def _subject(line: Line) -> Subject | None:
    """Whoever came after this database was saved is not in it."""
    return db.session.get(Subject, UUID(line["subject_id"]))


def _at(line: Line) -> datetime:
    return datetime.fromisoformat(line["at"])


AGAIN: dict[Event, Callable[[Line], None]] = {
    Event.WITHDRAWN: _withdraw,
    Event.TRACKING_STOPPED: _stop_tracking,
    Event.RESTRICTED: _restrict,
    Event.ACCOUNT_CLOSED: _close,
    Event.ACCOUNT_REOPENED: _reopen,
}
