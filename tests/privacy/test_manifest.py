"""What the data map says is locked: a change of it shows, and makes a new version."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from webapp import queue
from webapp.accounts.models import Profile
from webapp.db import db
from webapp.privacy import data_map, manifest
from webapp.privacy.data_map.retention import Clock, for_days
from webapp.privacy.data_map.vocabulary import NotPersonal

TODAY = date(2026, 11, 23)


def changed() -> manifest.Manifest:
    """The map with one period changed and one column that is personal no more."""
    profiles = data_map.table_of(Profile)
    city = replace(profiles.personal[Profile.city], keep=for_days(Clock.LAST_USED, 9))
    phone = NotPersonal("nobody answers")
    other = replace(profiles, attributes={**profiles.attributes, Profile.city: city, Profile.phone: phone})
    return manifest.compile_map([other if table is profiles else table for table in data_map.TABLES])


def test_the_committed_lock_is_that_of_the_map() -> None:
    assert manifest.lock().changes(manifest.current()) == [], "flask --app wsgi data-map --lock"
    assert manifest.number() == manifest.lock().versions[-1].number


def test_a_changed_map_with_the_old_lock_names_what_changed() -> None:
    said = [change[: change.index(" |")] for change in manifest.lock().changes(changed())]
    assert said[:3] == ["-column profiles.city", "+column profiles.city", "-column profiles.phone"]
    assert "+rule last_used + 9 days" in said
    assert manifest.lock().number_of(changed()) is None


def test_a_lock_whose_lines_were_refreshed_without_a_new_version_is_not_believed() -> None:
    before = manifest.lock()
    forged = manifest.Lock(before.versions, changed().lines)
    assert forged.changes(changed()) == ["! the hash of the newest version is not that of its lines"]


def test_locking_appends_a_version_and_keeps_those_before() -> None:
    before = manifest.lock()
    after = manifest.read_lock(manifest.locked(before, changed(), today=TODAY))
    newest = manifest.Version(before.versions[-1].number + 1, "2026-11-23", changed().hash)
    assert list(after.versions) == [*before.versions, newest]
    assert after.changes(changed()) == []


def test_locking_twice_is_locking_once() -> None:
    once = manifest.locked(manifest.lock(), changed(), today=TODAY)
    assert manifest.locked(manifest.read_lock(once), changed(), today=date(2027, 1, 1)) == once


def test_the_hash_does_not_depend_on_the_order_of_declarations() -> None:
    backwards = list(reversed(data_map.TABLES))
    assert manifest.compile_map(backwards).hash == manifest.current().hash


def test_the_command_checks_the_map_and_lists_what_is_not_declared(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    fine = run(args=["data-map", "--check"])
    assert fine.output == f"The data map is complete. Version {manifest.number()}, {manifest.current().hash}.\n"
    queue.connection().set("horoscope:7", "lion")
    db.session.execute(text("ALTER TABLE profiles ADD COLUMN shoe_size text"))
    db.session.commit()
    try:
        wrong = run(args=["data-map", "--check"])
    finally:
        queue.connection().delete("horoscope:7")
        db.session.execute(text("ALTER TABLE profiles DROP COLUMN shoe_size"))
        db.session.commit()
    assert wrong.exit_code == 1
    assert wrong.output.splitlines()[:2] == [
        "profiles.shoe_size: not in the data map",
        "Redis key horoscope:7: not in the data map",
    ]


def test_the_command_locks_and_prints(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(manifest, "LOCK", tmp_path / "manifest.lock")
    monkeypatch.setattr(manifest, "lock", lambda: manifest.Lock([], []))
    printed = app.test_cli_runner().invoke(args=["data-map", "--lock"]).output
    assert printed == f"Version 1, {manifest.current().hash}.\n"
    assert manifest.read_lock(manifest.LOCK.read_text()).changes(manifest.current()) == []
    assert "column profiles.city | category: contact" in app.test_cli_runner().invoke(args=["data-map"]).output
