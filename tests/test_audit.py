"""The audit log: append-only, sealed in order, and honest about being changed."""

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.people import person
from webapp import audit
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.crypto import CannotDecrypt
from webapp.db import db
from webapp.subjects import trail
from webapp.subjects.models import Subject, SubjectKey


@pytest.fixture
def anna(app: Flask) -> Subject:
    return db.session.get_one(Subject, person().id)


def write(subject: Subject, times: int = 3) -> None:
    for number in range(times):
        trail.record(Action.PROFILE_CHANGED, subject, now=utc_now(), field=f"field {number}")
    db.session.commit()


def test_entries_are_sealed_in_the_order_they_were_written(anna: Subject) -> None:
    write(anna)
    assert audit.seal_pending() == 3
    db.session.commit()
    assert audit.seal_pending() == 0
    positions = db.session.scalars(select(AuditEntry.position).order_by(AuditEntry.id)).all()
    assert positions == [1, 2, 3]
    assert audit.verify() == audit.Verification(3, broken_at=None)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entries SET action = 'signed_in' WHERE position = 2",
        "UPDATE audit_entries SET at = at + interval '1 hour' WHERE position = 2",
        "UPDATE audit_entries SET details = NULL WHERE position = 2",
        "DELETE FROM audit_entries WHERE position = 2",
    ],
)
def test_whoever_gets_around_the_trigger_still_breaks_the_seal(anna: Subject, tampering: str) -> None:
    write(anna)
    audit.seal_pending()
    db.session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER append_only"))
    db.session.execute(text(tampering))
    db.session.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER append_only"))
    db.session.commit()
    assert audit.verify().broken_at == 2


def test_the_database_refuses_to_change_or_delete_an_entry(anna: Subject) -> None:
    write(anna)
    audit.seal_pending()
    db.session.commit()
    for statement in (update(AuditEntry).values(action="signed_in"), delete(AuditEntry)):
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(statement)
        db.session.rollback()


def test_the_details_are_for_who_has_the_subjects_key_and_for_nobody_once_it_is_shredded(anna: Subject) -> None:
    write(anna, 1)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert entry.details is not None
    assert b"field 0" not in entry.details
    assert trail.details_of(entry, anna) == {"field": "field 0"}
    other = db.session.get_one(Subject, person("other@example.org").id)
    with pytest.raises(CannotDecrypt):
        trail.details_of(entry, other)
    audit.seal_pending()
    db.session.execute(delete(SubjectKey).where(SubjectKey.subject_id == anna.id))
    db.session.commit()
    assert audit.verify().broken_at is None
