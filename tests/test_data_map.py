"""The data map tells the truth: it is compared with the migrated database, the file stores, Redis and the cookies."""

import ast
import re
import tempfile
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Column, ForeignKey, MetaData, String, Table

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
from webapp.privacy.data_map import check
from webapp.privacy.data_map.contradictions import name_of
from webapp.privacy.data_map.places import FILES, REDIS_KEYS, TEMPORARY_FILES
from webapp.privacy.data_map.subjects import DETAILS
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.storage import Store
from webapp.subjects.models import Subject

ROOT = Path(__file__).parents[1]


@pytest.fixture
def database(app: Flask) -> MetaData:
    return check.migrated(db.engine)


def test_every_column_of_the_database_is_declared(database: MetaData) -> None:
    assert check.columns(database) == []


def test_a_column_that_is_not_declared_is_named(database: MetaData) -> None:
    database.tables["profiles"].append_column(Column("shoe_size", String))
    assert check.columns(database) == ["profiles.shoe_size: not in the data map"]


def test_a_table_that_is_not_declared_is_named(database: MetaData) -> None:
    Table("horoscopes", database, Column("subject_id", ForeignKey("subjects.id")))
    assert check.columns(database) == ["horoscopes.subject_id: not in the data map"]


def test_a_declaration_of_what_is_not_there_is_named(database: MetaData) -> None:
    database.remove(database.tables["ticks"])
    assert check.columns(database) == [f"ticks.{name}: not in the database" for name in ("at", "job", "period")]


def test_a_file_store_a_redis_key_and_a_cookie_that_are_not_declared_are_named() -> None:
    assert check.stores([*Store, "horoscopes"]) == ["file store horoscopes: not in the data map"]
    assert check.redis_keys(["rq:queues", "horoscope:7"]) == ["Redis key horoscope:7: not in the data map"]
    assert check.cookies(["session", "__Host-device", "_ga"]) == ["cookie _ga: not in the data map"]


def test_each_declaration_stands_at_its_own_table() -> None:
    for table in data_map.TABLES:
        assert {attribute.class_ for attribute in table.attributes} == {table.model}


def test_a_table_that_leads_to_a_person_says_how(database: MetaData) -> None:
    """Whatever refers to a subject, directly or through another table, belongs to that subject."""
    ways = {table.name: name_of(table.reach) for table in data_map.TABLES if isinstance(table, SubjectTable)}
    # Campaigns and imports lead to whoever made them, not to their readers; erasures outlive their person.
    owned = set(ways) - {"campaigns", "imports", "erasures"}
    for table in database.tables.values():
        leading = {f"{table.name}.{key.parent.name}" for key in table.foreign_keys if key.column.table.name in owned}
        assert not leading or ways.get(table.name) in leading | {f"{table.name}.id"}, table.name


def test_no_secret_is_exported() -> None:
    """P3, by the names that secrets have."""
    exported = {name_of(attribute) for table in data_map.exported_tables() for attribute in table.exported}
    telling = ("hash", "token", "secret", "password_hash", "wrapped", "key")
    assert [name for name in exported if name.rpartition(".")[2].endswith(telling)] == []


def test_every_code_that_a_person_may_read_has_a_word(app: Flask) -> None:
    for table in data_map.exported_tables():
        for attribute, what in table.exported.items():
            codes = getattr(attribute.type, "enum_class", None) or []
            with app.test_request_context():
                assert [code for code in codes if what.words is None or what.words(code) == code] == [
                    code for code in codes if code in SAME_IN_ENGLISH
                ], name_of(attribute)


SAME_IN_ENGLISH = {
    "customer",
    "marketer",
    "support",
    "administrator",
    "draft",
    "paused",
    "stopped",
    "sent",
    "ready",
    "expired",
    "deleted",
    "product",
    "service",
    "invoice",
    "paid",
    "cancelled",
}


def test_every_detail_of_the_log_is_declared() -> None:
    """What `trail.record` is given beside the action, the person and the time."""
    given = {
        keyword.arg
        for path in (ROOT / "webapp").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("trail.record")
        for keyword in node.keywords
    }
    assert given - {None, "now", "actor_id"} - set(DETAILS) == set()


def test_every_kind_of_file_is_declared() -> None:
    assert check.stores(Store) == []
    assert set(FILES) == set(Store)


def test_every_file_store_says_what_is_deleted_with_a_person() -> None:
    unsaid = [store for store, place in FILES.items() if (place.owned is None) == (place.stays is None)]
    assert unsaid == []


def test_only_declared_modules_write_files() -> None:
    """Everything else that is kept in files goes through the stores."""
    writing = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for folder in ("webapp", "jobs")
        for path in (ROOT / folder).rglob("*.py")
        if any(_writes(node) for node in ast.walk(ast.parse(path.read_text())))
    }
    no_data = {"webapp.privacy.commands", "jobs.crew"}  # manifest.lock, into the code; the name of a process, to Linux
    assert writing == {*TEMPORARY_FILES, *no_data}


def _writes(node: ast.AST) -> bool:
    """Whether a call opens a file for writing, by the names that Python has for that."""
    if not isinstance(node, ast.Call):
        return False
    of_an_object = isinstance(node.func, ast.Attribute)
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    modes = [*node.args[slice(0, 1) if of_an_object else slice(1, 2)], *(keyword.value for keyword in node.keywords)]
    return called in WRITERS or (called == "open" and any(MODE.fullmatch(ast.unparse(mode)) for mode in modes))


MODE = re.compile("'[rb]*[wax+][wbt+]*'")
WRITERS = {"write_text", "write_bytes", "touch", "mkstemp", "mkdtemp", "symlink_to", "hardlink_to"} | {
    name for name in dir(tempfile) if name.endswith(("File", "Directory"))
}


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
    assert check.redis_keys(seen) == []


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
    assert check.cookies(seen) == []


def keys_in_redis() -> set[str]:
    return {key.decode() for key in queue.connection().scan_iter()}
