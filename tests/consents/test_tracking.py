"""What people chose about data on how they use the services, and the signal that their browser may send."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.pages import statements
from tests.people import person
from webapp.audit import AuditEntry
from webapp.clock import utc_now
from webapp.consents import tracking, wordings
from webapp.consents.ledger import Statement
from webapp.consents.models import TRACKING, Consent, ConsentPurpose, Method
from webapp.db import db
from webapp.subjects.models import Subject

NOW = utc_now()
USAGE, NEARBY = ConsentPurpose.USAGE, ConsentPurpose.NEARBY


@pytest.fixture
def anna(app: Flask) -> Subject:
    return db.session.get_one(Subject, person().id)


def choose(
    subject: Subject, kind: ConsentPurpose, *, allowed: bool, days: int = 0, despite_signal: bool = False
) -> bool:
    shown = wordings.TRACKING[kind].shown("en")
    said = Statement(
        method=Method.ACCOUNT,
        wording=shown.text,
        wording_version=shown.version,
        language="en",
        network="203.0.113.7",
        now=NOW + timedelta(days=days),
    )
    return tracking.choose(subject, kind, allowed=allowed, despite_signal=despite_signal, **said)


def heed(subject: Subject, *, days: int = 0) -> bool:
    return tracking.heed_signal(subject, network="203.0.113.7", language="en", now=NOW + timedelta(days=days))


def ledger() -> list[tuple[ConsentPurpose, bool, Method]]:
    lines = db.session.scalars(select(Consent).order_by(Consent.at, Consent.purpose.desc()))
    return [(line.purpose, line.given, line.method) for line in lines]


def allowed(subject: Subject) -> set[ConsentPurpose]:
    return {kind for _subject, kind in tracking.allowed([subject.id])}


def test_nothing_is_allowed_by_who_was_never_asked(anna: Subject) -> None:
    assert allowed(anna) == set()


def test_a_yes_is_written_down_with_its_words_their_version_and_where_it_came_from(anna: Subject) -> None:
    assert choose(anna, USAGE, allowed=True)
    [line] = db.session.scalars(select(Consent))
    assert (line.purpose, line.given, line.topic_id) == (USAGE, True, None)
    assert line.topic_title == "Improve the services by how I use them"
    assert line.wording.startswith("Improve the services by how I use them – Yes, record which device")
    assert (line.wording_version, line.network, line.evidence) == ("usage/1", "203.0.113.7", "")


def test_what_is_allowed_is_told_with_its_first_day_for_many_people_by_one_statement(anna: Subject) -> None:
    bruno = db.session.get_one(Subject, person("bruno@example.org").id)
    choose(anna, USAGE, allowed=True)
    choose(anna, NEARBY, allowed=True)
    choose(anna, NEARBY, allowed=False, days=1)
    choose(bruno, NEARBY, allowed=True, days=2)
    db.session.flush()
    statements.clear()
    found = tracking.allowed([anna.id, bruno.id])
    assert len(statements) == 1
    since = {about: allowed.since for about, allowed in found.items()}
    assert since == {(anna.id, USAGE): NOW, (bruno.id, NEARBY): NOW + timedelta(days=2)}


def test_a_second_yes_changes_nothing_not_even_the_first_day(anna: Subject) -> None:
    choose(anna, USAGE, allowed=True)
    assert not choose(anna, USAGE, allowed=True, days=3)
    assert tracking.allowed([anna.id])[anna.id, USAGE].since == NOW
    assert len(ledger()) == 1


def test_the_signal_of_a_browser_is_a_no_that_is_written_down(anna: Subject) -> None:
    choose(anna, USAGE, allowed=True)
    assert heed(anna, days=1)
    assert allowed(anna) == set()
    signal = Method.PRIVACY_SIGNAL
    assert ledger()[1:] == [(USAGE, False, signal), (NEARBY, False, signal)]


def test_a_signal_that_flips_neither_floods_the_ledger_nor_turns_anything_on(anna: Subject) -> None:
    for day in range(5):
        heed(anna, days=day)
    assert len(ledger()) == len(TRACKING)
    assert allowed(anna) == set()


def test_a_yes_given_in_view_of_the_signal_stands(anna: Subject) -> None:
    heed(anna)
    choose(anna, USAGE, allowed=True, days=1, despite_signal=True)
    assert not heed(anna, days=2)
    assert allowed(anna) == {USAGE}


def test_a_yes_given_without_the_signal_does_not_outlast_it(anna: Subject) -> None:
    choose(anna, USAGE, allowed=True, despite_signal=True)
    choose(anna, USAGE, allowed=False, days=1)
    choose(anna, USAGE, allowed=True, days=2)
    assert heed(anna, days=3)
    assert allowed(anna) == set()


def test_the_audit_log_tells_of_it(anna: Subject) -> None:
    choose(anna, USAGE, allowed=True)
    choose(anna, USAGE, allowed=False)
    db.session.flush()
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["tracking_allowed", "tracking_stopped"]
