"""Objecting to a use of one's data, and having it restricted (P35; GDPR Art. 18 and 21; FADP Art. 30(2)(b)).

It takes effect with the commit. Marketing stops for ever and nobody decides about that (Art. 21(3)); other uses stop
until the privacy officer has decided, and for good if the person is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from webapp import changes
from webapp.audit import Action
from webapp.changes import Change
from webapp.consents import subscriptions, tracking, wordings
from webapp.consents.ledger import by_words
from webapp.consents.models import TRACKING, Ground, Method, Restriction, Use, Verdict
from webapp.db import db
from webapp.journal import entries as journal
from webapp.journal.models import Event
from webapp.mail import messages
from webapp.privacy import deadlines, jurisdictions
from webapp.subjects import trail
from webapp.subjects.models import Subject

LONGEST_LIST = 50


@dataclass(frozen=True)
class Wish:
    """What somebody does not want, by what right, and in their words."""

    use: Use
    ground: Ground
    words: str = ""
    network: str = ""


def ask(subject: Subject, wish: Wish, *, asked_at: datetime, now: datetime, noted_by: Subject | None = None) -> None:
    """In force at once. Asked for twice, it is one. `noted_by` wrote down what reached us by letter or phone."""
    if (restriction := _write_down(subject, wish, asked_at=asked_at, noted_by=noted_by, now=now)) is None:
        return
    if wish.use is Use.MARKETING:
        restriction.verdict, restriction.decided_at = Verdict.UPHELD, now
    _switch_off(subject, wish, now=now)
    actor_id = noted_by.id if noted_by else None
    trail.record(Action.RESTRICTION_ASKED, subject, now=now, actor_id=actor_id, use=wish.use)
    changes.record(Change.PROCESSING_RESTRICTED, subject.id, now=now, reference=restriction.id, use=wish.use)
    messages.send("restrictions/restricted", subject, now=now, restriction=str(restriction.id))


def of(subject: Subject) -> Sequence[Restriction]:
    """All of this person, the newest first."""
    theirs = select(Restriction).where(Restriction.subject_id == subject.id)
    return db.session.scalars(theirs.order_by(Restriction.asked_at.desc()).limit(LONGEST_LIST)).all()


def find(restriction_id: UUID) -> Restriction | None:
    return db.session.get(Restriction, restriction_id)


def lift(restriction: Restriction, *, now: datetime) -> None:
    """The person does not mind any more. Repeated, it does nothing. Emails come back only if they ask for them."""
    db.session.refresh(restriction, with_for_update={"of": Restriction})
    if not restriction.in_force(now):
        return
    restriction.ends_at = now
    trail.record(Action.RESTRICTION_LIFTED, restriction.subject, now=now, use=restriction.use)
    release(restriction, now=now)


def release(restriction: Restriction, *, now: datetime) -> None:
    """Tells the company's other systems that it is over."""
    changes.record(
        Change.PROCESSING_RELEASED, restriction.subject_id, now=now, reference=restriction.id, use=restriction.use
    )


def put_in_force_again(subject: Subject, facts: dict[str, str], *, at: datetime) -> None:
    """After an older database was put back, by what the journal knows. Nobody is told a second time."""
    wish, asked_at = Wish(Use(facts["kind"]), Ground(facts["ground"])), datetime.fromisoformat(facts["asked_at"])
    restriction = _write_down(subject, wish, asked_at=asked_at, noted_by=None, now=at)
    if restriction and wish.use is Use.MARKETING:
        restriction.verdict, restriction.decided_at = Verdict.UPHELD, at


def _write_down(
    subject: Subject, wish: Wish, *, asked_at: datetime, noted_by: Subject | None, now: datetime
) -> Restriction | None:
    row = {
        "subject_id": subject.id,
        "use": wish.use,
        "ground": wish.ground,
        "words": wish.words,
        "asked_at": asked_at,
        "noted_by": noted_by.id if noted_by else None,
        "due_at": deadlines.due_at(asked_at, jurisdictions.countries_of(subject)),
    }
    new = db.session.scalars(insert(Restriction).values(row).on_conflict_do_nothing().returning(Restriction)).first()
    if new:
        facts = {"kind": wish.use.value, "ground": wish.ground.value, "asked_at": asked_at.isoformat()}
        journal.record(Event.RESTRICTED, subject.id, address_hash=subject.address_hash, now=now, **facts)
    return new


def _switch_off(subject: Subject, wish: Wish, *, now: datetime) -> None:
    """What they agreed to before, they do not agree to any more. To store only changes nothing of what they chose."""
    language = subject.language
    said = partial(by_words, method=Method.OBJECTION, language=language, network=wish.network, now=now)
    if wish.use is Use.MARKETING:
        subscriptions.stop_everything(subject, **said(wordings.stop_button(language)))
    if wish.use is Use.IMPROVEMENT:
        for kind in TRACKING:
            tracking.choose(subject, kind, allowed=False, **said(wordings.TRACKING[kind].shown(language)))
