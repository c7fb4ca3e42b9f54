"""The data map tells the truth: it is compared with the migrated database, the file stores, Redis and the cookies."""

import re
from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, ForeignKey, MetaData, String, Table, inspect, text
from sqlalchemy.orm import ColumnProperty

from tests.pages import PageClient
from tests.people import Person, person
from tests.relay import TestRelay
from webapp import queue
from webapp.app import create_app
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db
from webapp.guard import limiter
from webapp.privacy import data_map, exports
from webapp.privacy.data_map.places import COOKIES, FILES, REDIS_KEYS
from webapp.privacy.data_map.vocabulary import OtherTable, Personal, SubjectTable
from webapp.storage import Store
from webapp.subjects.models import Subject

# What the migrations keep for themselves.
ALEMBIC = "alembic_version"


def undeclared(database: MetaData) -> list[str]:
    """The columns of a database that the map does not know, and what it declares that is not there."""
    real = {f"{table.name}.{column.name}" for table in database.tables.values() for column in table.columns}
    declared = [column_of(attribute) for table in data_map.TABLES for attribute in table.attributes]
    assert len(declared) == len(set(declared)), "declared twice"
    return sorted(real ^ set(declared))


def column_of(attribute: Any) -> str:
    held = inspect(attribute.class_).attrs[attribute.key]
    assert isinstance(held, ColumnProperty)
    return f"{held.parent.local_table}.{held.columns[0].name}"


@pytest.fixture
def database(app: Flask) -> MetaData:
    """The database as the migrations made it. Partitions have the columns of their table."""
    metadata = MetaData()
    partitions = set(db.session.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))
    metadata.reflect(db.engine, only=lambda name, _: name != ALEMBIC and name not in partitions)
    return metadata


def test_every_column_of_the_database_is_declared(database: MetaData) -> None:
    assert undeclared(database) == []


def test_a_column_that_is_not_declared_is_named(database: MetaData) -> None:
    database.tables["profiles"].append_column(Column("shoe_size", String))
    assert undeclared(database) == ["profiles.shoe_size"]


def test_a_table_that_is_not_declared_is_named(database: MetaData) -> None:
    Table("horoscopes", database, Column("subject_id", ForeignKey("subjects.id")))
    assert undeclared(database) == ["horoscopes.subject_id"]


def test_each_declaration_stands_at_its_own_table() -> None:
    for table in data_map.TABLES:
        assert {attribute.class_ for attribute in table.attributes} == {table.model}


def test_a_table_that_leads_to_a_person_says_how(database: MetaData) -> None:
    """Whatever refers to a subject, directly or through another table, belongs to that subject."""
    ways = {table.name: column_of(table.reach) for table in data_map.TABLES if isinstance(table, SubjectTable)}
    owned = {name for name in ways if name != "campaigns"}  # it leads to whoever wrote it, not to its readers
    for table in database.tables.values():
        leading = {f"{table.name}.{key.parent.name}" for key in table.foreign_keys if key.column.table.name in owned}
        assert not leading or ways.get(table.name) in leading | {f"{table.name}.id"}, table.name


def test_a_table_that_leads_to_nobody_holds_nothing_personal() -> None:
    for table in data_map.TABLES:
        if isinstance(table, OtherTable):
            assert not any(isinstance(what, Personal) for what in table.attributes.values()), table.model


def test_everything_personal_has_a_purpose() -> None:
    for table in data_map.TABLES:
        for attribute, what in table.attributes.items():
            assert not isinstance(what, Personal) or what.purposes, attribute


def test_no_secret_is_exported() -> None:
    """P3, by the names that secrets have."""
    exported = {column_of(attribute) for table in data_map.exported_tables() for attribute in table.exported}
    telling = ("hash", "token", "secret", "password_hash", "wrapped", "key")
    assert [name for name in exported if name.rpartition(".")[2].endswith(telling)] == []


def test_every_code_that_a_person_may_read_has_a_word(app: Flask) -> None:
    for table in data_map.exported_tables():
        for attribute, what in table.exported.items():
            codes = getattr(attribute.type, "enum_class", None) or []
            with app.test_request_context():
                assert [code for code in codes if what.words is None or what.words(code) == code] == [
                    code for code in codes if code in SAME_IN_ENGLISH
                ], column_of(attribute)


SAME_IN_ENGLISH = {
    "customer",
    "marketer",
    "support",
    "administrator",
    "draft",
    "stopped",
    "sent",
    "ready",
    "expired",
    "deleted",
}


def test_every_kind_of_file_is_declared() -> None:
    assert set(FILES) == set(Store)


def test_every_key_in_redis_is_declared(
    app: Flask, settings: Settings, run_jobs: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = db.session.get_one(Subject, person().id)
    exports.request(subject, now=utc_now())
    queue.later(queue.Job.SEND_MESSAGES, nonsense="fails")
    db.session.commit()
    seen = keys_in_redis()
    run_jobs()
    monkeypatch.setattr(limiter, "enabled", limiter.enabled)  # the app below switches it on for all
    limited = create_app(settings.model_copy(update={"rate_limits": True}))
    PageClient(limited, limited.response_class).submit("/sign-in")
    seen |= keys_in_redis()
    assert {pattern for pattern in REDIS_KEYS if any(fnmatch(key, pattern) for key in seen)} == set(REDIS_KEYS)
    assert [key for key in seen if not any(fnmatch(key, pattern) for pattern in REDIS_KEYS)] == []


def test_every_cookie_is_declared(
    client: PageClient, sign_in: Callable[[Person], PageClient], run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    who = person()
    client.submit("/password/forgotten", {"email": who.email})
    run_jobs()
    link = re.search(r"http://localhost(/password/reset/\S+)", relay.received[0].text)
    assert link
    client.get(link[1])
    sign_in(who).get("/account")
    seen = {cookie.key for cookie in (client._cookies or {}).values()}
    assert seen == {"session", "device", "password_reset"}
    assert seen <= set(COOKIES)


def keys_in_redis() -> set[str]:
    return {key.decode() for key in queue.connection().scan_iter()}
