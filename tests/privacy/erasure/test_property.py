"""Whatever the data map says: no field goes while something needs it, none stays after the last, twice changes nothing.

The oracle below reckons anew, in Python and row by row, what the engine finds out in SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask_babel import lazy_gettext as _l
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from webapp.accounts.models import EmailChange, Profile
from webapp.db import db
from webapp.privacy import data_map
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.contradictions import contradictions
from webapp.privacy.data_map.purposes import USES
from webapp.privacy.data_map.retention import PROOF_OF_EVENT, WHILE_CUSTOMER, Clock, Period, Retention, for_days
from webapp.privacy.data_map.vocabulary import (
    AS_IT_WAS,
    NUMBER,
    Category,
    Erasure,
    Personal,
    Purpose,
    Source,
    SubjectTable,
)
from webapp.privacy.erasure import execution, models
from webapp.privacy.erasure.models import Cause, ErasureState
from webapp.privacy.retention.models import LegalHold
from webapp.products.models import Product, ProductKind, ProductState
from webapp.subjects import subjects
from webapp.subjects.models import Subject, SubjectKey

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
FAR = NOW + timedelta(days=366 * 30)
ONE_YEAR = Retention(Clock.RECORDED, Period(years=1), "a law")
PEOPLE_TABLES = [table for table in data_map.subject_tables() if table.model in {Subject, SubjectKey}]
PURPOSES = [Purpose.CONTRACT, Purpose.PROVISION, Purpose.SUPPORT, Purpose.INFORMATION]


@dataclass(frozen=True)
class World:
    """A data map, a person, and what needs their data."""

    tables: Sequence[SubjectTable]
    ages: Sequence[int]  # of the changes of address, in days
    product: bool
    held: frozenset[Category] | None  # nothing: no hold; an empty set: everything


def purposes() -> st.SearchStrategy[list[Purpose]]:
    return st.lists(st.sampled_from(PURPOSES), min_size=1, max_size=3, unique=True)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    return World(
        tables=[draw(profiles()), draw(changes()), *PEOPLE_TABLES],
        ages=draw(st.lists(st.integers(0, 2_000), min_size=1, max_size=3)),
        product=draw(st.booleans()),
        held=draw(st.none() | st.frozensets(st.sampled_from([Category.CONTACT, Category.HISTORY]), max_size=1)),
    )


@st.composite
def profiles(draw: st.DrawFn) -> SubjectTable:
    """Goes with the account, in one piece or emptied."""
    columns = (Profile.given_name, Profile.phone, Profile.city)
    fields = {column: Personal(_l("x"), Category.CONTACT, draw(purposes()), Source.OBSERVED) for column in columns}
    keep = draw(st.sampled_from([WHILE_CUSTOMER, for_days(Clock.RECORDED, 30)]))
    way = draw(st.sampled_from([Erasure.DELETE, Erasure.BLANK]))
    return SubjectTable(
        Profile,
        _l("x"),
        reach=Profile.subject_id,
        since=Profile.changed_at,
        keep=keep,
        on_erasure=way,
        attributes={**fields, Profile.subject_id: NUMBER},
    )


@st.composite
def changes(draw: st.DrawFn) -> SubjectTable:
    """Goes at once, or stays for a while by a law, whole or in part."""
    way = draw(st.sampled_from([Erasure.DELETE, Erasure.KEEP]))
    own = draw(st.sampled_from([None, Erasure.BLANK])) if way is Erasure.KEEP else None
    history = {"category": Category.HISTORY, "source": Source.OBSERVED, "fixed": AS_IT_WAS}
    return SubjectTable(
        EmailChange,
        _l("x"),
        reach=EmailChange.subject_id,
        order=EmailChange.asked_at,
        keep=draw(st.sampled_from([PROOF_OF_EVENT, ONE_YEAR])),
        on_erasure=way,
        attributes={
            EmailChange.old_email: Personal(_l("x"), purposes=draw(purposes()), **history),
            EmailChange.new_email: Personal(_l("x"), purposes=draw(purposes()), on_erasure=own, **history),
            EmailChange.subject_id: NUMBER,
        },
    )


@given(world=worlds(), ending=st.permutations(["product", "hold"]))
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_field_goes_too_early_and_none_stays_too_long(app: Flask, world: World, ending: list[str]) -> None:
    it_holds(world, ending)


@pytest.mark.deep
@pytest.mark.timeout(600)
@given(world=worlds(), ending=st.permutations(["product", "hold"]))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_field_goes_too_early_and_none_stays_too_long_often(app: Flask, world: World, ending: list[str]) -> None:
    it_holds(world, ending)


def it_holds(world: World, ending: list[str]) -> None:
    """After each end of something that needed data, in any order, exactly what is still needed is there."""
    assert contradictions(world.tables, USES) == []
    subject, erasure = _somebody(world)
    product, held = world.product, world.held
    for ended in ["", *ending]:
        _end(subject, ended)
        product, held = product and ended != "product", None if ended == "hold" else held
        expected = _needed(world, subject, product=product, held=held, now=NOW)
        _carry_out(erasure, world, now=NOW)
        assert _there(subject) == expected
        _carry_out(erasure, world, now=NOW)
        assert _there(subject) == expected
    _carry_out(erasure, world, now=FAR)
    assert _there(subject) == _needed(world, subject, product=False, held=None, now=FAR)
    assert not any(any(values) for values in _there(subject).values())


Row = tuple[str, Any]


def _needed(
    world: World, subject: Subject, *, product: bool, held: frozenset[Category] | None, now: datetime
) -> dict[Row, list[str]]:
    """What is to be left of each row that is there now: its values, emptied where nothing needs them."""
    there = _there(subject)
    left: dict[Row, list[str]] = {}
    for table in world.tables:
        for row, values in there.items():
            if row[0] == table.name:
                stays = [
                    _stays(table, what, row, product=product, held=held, now=now) for what in table.personal.values()
                ]
                emptied = [value if stay else "" for value, stay in zip(values, stays, strict=True)]
                if any(stays) or table.on_erasure is Erasure.BLANK:
                    left[row] = emptied
    return left


def _stays(
    table: SubjectTable, what: Personal, row: Row, *, product: bool, held: frozenset[Category] | None, now: datetime
) -> bool:
    if held is not None and (not held or {other.category for other in table.personal.values()} & held):
        return True
    [rule] = data_map.kept(table, what)
    if table.on_erasure is Erasure.KEEP:
        asked_at = db.session.get_one(EmailChange, row[1]).asked_at
        return table.erasure_of(what) is Erasure.KEEP and clocks.until(rule, asked_at.date()) > now.date()
    by_contract = bool({Purpose.CONTRACT, Purpose.PROVISION} & set(what.purposes))
    return product and by_contract and rule.clock is Clock.ACCOUNT_ENDED


def _there(subject: Subject) -> dict[Row, list[str]]:
    db.session.expire_all()
    profile = db.session.get(Profile, subject.id)
    found: dict[Row, list[str]] = {}
    if profile:
        found["profiles", subject.id] = [profile.given_name, profile.phone, profile.city]
    for change in db.session.scalars(select(EmailChange).where(EmailChange.subject_id == subject.id)):
        found["email_changes", change.id] = [change.old_email, change.new_email]
    return found


def _somebody(world: World) -> tuple[Subject, models.Erasure]:
    subject = subjects.find_or_create(f"{uuid4()}@example.org", language="en")
    db.session.add(Profile(subject_id=subject.id, given_name="A", family_name="K", phone="7", city="C", changed_at=NOW))
    for age in world.ages:
        asked_at = NOW - timedelta(days=age)
        db.session.add(EmailChange(subject_id=subject.id, old_email="o", new_email="n", asked_at=asked_at))
    if world.product:
        kind = {"kind": ProductKind.SERVICE, "state": ProductState.ACTIVE, "name": "Hosting", "customer": ""}
        db.session.add(
            Product(external_id=str(uuid4()), subject_id=subject.id, changed_at=NOW, received_at=NOW, **kind)
        )
    if world.held is not None:
        _hold(subject, world.held)
    erasure = models.Erasure(
        subject_id=subject.id,
        cause=Cause.CLOSURE,
        state=ErasureState.EXECUTING,
        plan_hash="",
        manifest_hash="",
        asked_at=NOW,
        starts_at=NOW,
    )
    db.session.add(erasure)
    db.session.commit()
    return subject, erasure


def _hold(subject: Subject, categories: frozenset[Category]) -> None:
    db.session.add(
        LegalHold(
            subject_id=subject.id,
            categories=[category.value for category in categories],
            reason="a claim",
            set_by=subject.id,
            set_at=NOW,
            review_by=NOW.date(),
        )
    )


def _end(subject: Subject, what: str) -> None:
    if what == "product":
        for product in db.session.scalars(select(Product).where(Product.subject_id == subject.id)):
            product.state = ProductState.ENDED
    if what == "hold":
        for hold in db.session.scalars(select(LegalHold).where(LegalHold.subject_id == subject.id)):
            hold.released_at = NOW
    db.session.commit()


def _carry_out(erasure: models.Erasure, world: World, *, now: datetime) -> None:
    for _ in execution.carry_out(erasure.id, now=now, tables=world.tables):
        db.session.commit()
    db.session.commit()
