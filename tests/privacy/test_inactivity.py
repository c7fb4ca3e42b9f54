"""People without an account: when nothing connects them with us any more, their six months begin; then they go."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.people import person, topic
from webapp.consents.models import ConsentPurpose, Ground, Restriction, Subscription, TrackingChoice, Use
from webapp.db import db
from webapp.privacy.erasure.models import Cause, Erasure
from webapp.privacy.models import DataExport, ExportState
from webapp.privacy.retention import inactivity
from webapp.products.models import CustomerRecord, Product, ProductKind, ProductState
from webapp.subjects import subjects
from webapp.subjects.models import Subject

NOW = datetime(2026, 8, 31, 12, tzinfo=UTC)
SIX_MONTHS_LATER = datetime(2027, 2, 28, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=900)


@pytest.fixture
def nora(app: Flask) -> Subject:
    """She read the newsletter once."""
    nora = subjects.find_or_create("nora@example.org", language="en")
    nora.created_at = LONG_AGO
    db.session.commit()
    return nora


def look(now: datetime, *, days: int = 30) -> None:
    for day in range(days):
        for _ in inactivity.look_at_some(now=now + timedelta(days=day)):
            db.session.commit()
        db.session.commit()
    db.session.expire_all()


def test_everybody_is_looked_at_within_a_month(app: Flask) -> None:
    for number in range(40):
        subjects.find_or_create(f"reader{number}@example.org", language="en").created_at = LONG_AGO
    db.session.commit()
    look(NOW, days=1)
    assert len(db.session.scalars(select(Subject).where(Subject.ended_at.is_not(None))).all()) < 20
    look(NOW)
    assert db.session.scalars(select(Subject).where(Subject.ended_at.is_(None))).all() == []


def sent(changed_at: datetime, **of: Any) -> dict[str, Any]:
    return {"external_id": "1", "changed_at": changed_at, "received_at": changed_at, **of}


CONNECTIONS: dict[str, Callable[[], Any]] = {
    "a topic": lambda: Subscription(topic_id=topic(), subscribed=True, changed_at=LONG_AGO),
    "a service": lambda: Product(
        **sent(LONG_AGO, customer="1", name="Web", kind=ProductKind.SERVICE, state=ProductState.ENDING)
    ),
    "a customer number": lambda: CustomerRecord(**sent(NOW - timedelta(days=300))),
    "an app": lambda: TrackingChoice(kind=ConsentPurpose.USAGE, allowed=True, changed_at=LONG_AGO),
    "a copy": lambda: DataExport(state=ExportState.REQUESTED, requested_at=NOW),
    "a wish": lambda: Restriction(
        use=Use.EVERYTHING, ground=Ground.CLAIMS, words="", asked_at=LONG_AGO, due_at=LONG_AGO
    ),
}
LOOSE_ENDS: dict[str, Callable[[], Any]] = {
    "a topic that ended": lambda: Subscription(topic_id=topic(), subscribed=False, changed_at=LONG_AGO),
    "a service that ended": lambda: Product(
        **sent(LONG_AGO, customer="1", name="Web", kind=ProductKind.SERVICE, state=ProductState.ENDED)
    ),
    "an old customer number": lambda: CustomerRecord(**sent(LONG_AGO)),
    "an objection to marketing": lambda: Restriction(
        use=Use.MARKETING, ground=Ground.OBJECTION, words="", asked_at=LONG_AGO, due_at=LONG_AGO
    ),
}


@pytest.mark.parametrize("name", CONNECTIONS)
def test_what_connects_them_keeps_them(nora: Subject, name: str) -> None:
    tie = CONNECTIONS[name]()
    tie.subject_id = nora.id
    db.session.add(tie)
    db.session.commit()
    look(NOW)
    assert nora.ended_at is None


@pytest.mark.parametrize("name", LOOSE_ENDS)
def test_what_is_over_does_not(nora: Subject, name: str) -> None:
    tie = LOOSE_ENDS[name]()
    tie.subject_id = nora.id
    db.session.add(tie)
    db.session.commit()
    look(NOW)
    assert nora.ended_at is not None


def test_who_is_new_or_has_an_account_is_left_alone(app: Flask) -> None:
    new = subjects.find_or_create("new@example.org", language="en")
    new.created_at = NOW
    anna = db.session.get_one(Subject, person().id)
    anna.created_at = LONG_AGO
    db.session.commit()
    look(NOW, days=29)
    assert (new.ended_at, anna.ended_at) == (None, None)


def test_six_months_later_their_deletion_begins_once(nora: Subject) -> None:
    nora.ended_at = NOW
    db.session.commit()
    look(SIX_MONTHS_LATER - timedelta(days=1), days=1)
    assert db.session.scalars(select(Erasure)).all() == []
    look(SIX_MONTHS_LATER, days=3)
    [erasure] = db.session.scalars(select(Erasure))
    assert (erasure.cause, erasure.subject_id) == (Cause.INACTIVE, nora.id)


def test_who_comes_back_in_time_stays(nora: Subject) -> None:
    nora.ended_at = NOW
    db.session.add(Subscription(subject_id=nora.id, topic_id=topic(), subscribed=True, changed_at=NOW))
    db.session.commit()
    look(SIX_MONTHS_LATER, days=1)
    assert nora.ended_at is None
    assert db.session.scalars(select(Erasure)).all() == []
