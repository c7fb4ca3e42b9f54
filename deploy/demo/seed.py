"""Fills the demo's database with what a company would have after three years.

All of it in one transaction: killed half-way, it leaves nothing behind and starts over the next time.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Flask
from sqlalchemy import select, text

from deploy.demo import (
    backups,
    came_back,
    cast,
    copies,
    deletions,
    downstream,
    erasures,
    history,
    newcomers,
    paused,
    policy,
    promises,
    readers,
    retention,
    rights,
    uploads,
    usage,
)
from deploy.demo.cast import SIGN_INS
from deploy.demo.records import Records
from deploy.demo.story import Story, invent
from webapp import audit
from webapp.clock import utc_now
from webapp.consents.models import SuppressionReason
from webapp.db import db
from webapp.subjects.models import Subject

__all__ = ["SIGN_INS", "seed"]

PART = 500
HARD_BOUNCE = SuppressionReason.HARD_BOUNCE

Progress = Callable[[str, int, int], None]
Item = TypeVar("Item")


def seed(app: Flask, progress: Progress) -> None:
    """A database that has people in it is left alone."""
    with app.app_context():
        if db.session.scalar(select(Subject.id).limit(1)) is None:
            _write(invent(now=utc_now()), progress)
            db.session.commit()


def _write(story: Story, progress: Progress) -> None:
    records, agreements, marketer = Records(story.people), story.agreements, story.cast.marketer
    _in_parts("people", story.people, records.add_people, progress)
    _in_parts("consents", agreements.choices, records.add_consents, progress)
    records.add_subscriptions(agreements.choices)
    records.add_tracking(story.tracking)
    records.add_suppressions(agreements.suppressions.values())
    records.add_campaigns(story.mailings, author=marketer)
    came_back.add((mailing.id, returned) for mailing in story.mailings for returned in mailing.returns)
    records.add_draft(story.draft, author=marketer)
    records.add_keys(usage.keys(story.cast.administrator, now=story.now))
    uses, near = usage.of_everybody(story.tracking, story.cast.customer, now=story.now)
    _in_parts("interactions", uses, records.add_interactions, progress)
    records.add_access_points(near)
    emails = [(mailing, outcome) for mailing in story.mailings for outcome in mailing.outcomes]
    _in_parts("emails of past campaigns", emails, records.add_deliveries, progress)
    came_back.note_refused()
    _in_parts("audit entries", history.entries(story), records.add_entries, progress)
    readers.subscribe(now=story.now)
    _write_policy(story, records, progress)
    db.session.add_all(cast.authenticator_of(member) for member in (story.cast.administrator, story.cast.officer))
    _write_what_the_cast_did(story)
    _put_log_in_order()
    while audit.seal_pending():
        db.session.flush()


def _write_what_the_cast_did(story: Story) -> None:
    played = story.cast
    life = cast.life_of(played.customer, now=story.now)
    db.session.add_all([*life, *copies.uses_of(life)])
    db.session.add_all(cast.tests_of(story.mailings, played.marketer))
    paused.write(story.mailings, played.marketer)
    db.session.add_all(promises.kept(story.people, but=played.everybody, now=story.now))
    db.session.add(backups.practised(now=story.now))
    db.session.add_all(retention.runs(now=story.now))
    db.session.add_all(retention.holds(story.people, played.officer.id, now=story.now))
    newcomers.write(story.people, played, now=story.now)
    downstream.write(played, now=story.now)
    rights.write(played, now=story.now)
    erasures.write(now=story.now)
    uploads.write(played, now=story.now)
    deletions.write(played, now=story.now)
    copies.start_for_others(by=db.session.get_one(Subject, played.administrator.id), now=story.now)


def _put_log_in_order() -> None:
    """The parts of the demo write what happened one after the other, each about its own years."""
    db.session.flush()
    db.session.execute(text("SET LOCAL session_replication_role = replica"))  # nothing may be changed otherwise
    columns = "at, action, actor_id, subject_id, details"
    db.session.execute(
        text(
            f"WITH entries AS (DELETE FROM audit_entries RETURNING id, {columns}) "
            f"INSERT INTO audit_entries (id, {columns}) OVERRIDING SYSTEM VALUE "
            f"SELECT row_number() OVER (ORDER BY at, id), {columns} FROM entries"
        )
    )
    db.session.execute(text("SET LOCAL session_replication_role = DEFAULT"))
    db.session.expire_all()


def _write_policy(story: Story, records: Records, progress: Progress) -> None:
    policy.write(story.cast, now=story.now)
    bounced = {each.person.id for each in story.agreements.suppressions.values() if each.reason == HARD_BOUNCE}
    emails = list(policy.notices(story.people, bounced, now=story.now))
    _in_parts("emails about the privacy policy", emails, records.add_messages, progress)
    records.add_showings(list(policy.showings(story.people, bounced, now=story.now)))


def _in_parts(label: str, items: Sequence[Item], add: Callable[[Sequence[Item]], None], progress: Progress) -> None:
    for done in range(0, len(items), PART):
        progress(label, done, len(items))
        add(items[done : done + PART])
    progress(label, len(items), len(items))
