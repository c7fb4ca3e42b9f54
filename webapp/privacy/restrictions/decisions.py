"""What the privacy officer decides about an objection or a restriction, and more time for that where the law allows it.

The person is told the reasons, and that they may complain (GDPR Art. 12(4)). A restriction that was refused goes on for
a week after they were told (Art. 18(3)).
"""

from datetime import datetime, timedelta

from webapp import queue
from webapp.audit import Action
from webapp.consents.models import Restriction, Verdict
from webapp.db import db
from webapp.mail import messages
from webapp.privacy import deadlines
from webapp.queue import Job
from webapp.subjects import trail
from webapp.subjects.models import Subject

ENDS_AFTER = timedelta(days=7)
ACTIONS = {Verdict.UPHELD: Action.RESTRICTION_UPHELD, Verdict.REFUSED: Action.RESTRICTION_REFUSED}


class DecidedAlready(Exception):
    """By somebody else meanwhile, or the person lifted it."""


class NoMoreTime(Exception):
    """It was extended before, or the time for the answer is over, or it would end too late."""


def decide(restriction: Restriction, verdict: Verdict, *, reason: str, by: Subject, now: datetime) -> None:
    """Raises DecidedAlready."""
    _lock(restriction)
    restriction.verdict, restriction.verdict_reason = verdict, reason
    restriction.decided_at, restriction.decided_by = now, by.id
    if verdict is Verdict.REFUSED:
        restriction.ends_at = now + ENDS_AFTER
        queue.later(Job.RELEASE_RESTRICTION, due_at=restriction.ends_at, restriction_id=str(restriction.id))
    trail.record(ACTIONS[verdict], restriction.subject, now=now, actor_id=by.id, use=restriction.use)
    messages.send("restrictions/decided", restriction.subject, now=now, restriction=str(restriction.id))


def extend(restriction: Restriction, *, until: datetime, reason: str, by: Subject, now: datetime) -> None:
    """Once, and the person is told why within the first month. Raises DecidedAlready or NoMoreTime."""
    _lock(restriction)
    if not can_be_extended(restriction, now=now) or not restriction.due_at < until <= latest(restriction):
        raise NoMoreTime
    restriction.due_at, restriction.extended_at, restriction.extension_reason = until, now, reason
    trail.record(Action.RESTRICTION_EXTENDED, restriction.subject, now=now, actor_id=by.id, use=restriction.use)
    messages.send("restrictions/extended", restriction.subject, now=now, restriction=str(restriction.id))


def can_be_extended(restriction: Restriction, *, now: datetime) -> bool:
    return restriction.is_open and restriction.extended_at is None and now < restriction.due_at


def latest(restriction: Restriction) -> datetime:
    return deadlines.at_the_latest(restriction.asked_at)


def _lock(restriction: Restriction) -> None:
    """Of two decisions at once the first counts."""
    db.session.refresh(restriction, with_for_update={"of": Restriction})
    if not restriction.is_open:
        raise DecidedAlready
