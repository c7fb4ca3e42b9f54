"""What is in a copy: everything of the person, nothing of others, no secret, nothing that could do harm."""

import io
import json
import zipfile
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import Any

import pytest
from flask import Flask

from tests.people import Person, person, subscribe, topic
from tests.privacy.canaries import fill
from webapp.accounts.models import Account, DeviceSession, Profile
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy import copy
from webapp.privacy.copy.tables import ROWS_IN_OVERVIEW
from webapp.privacy.data_map import exported_tables
from webapp.subjects import trail
from webapp.subjects.models import Subject, SubjectKey

Files = dict[str, str]


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


def copy_of(who: Person) -> Files:
    with TemporaryFile() as file:
        for _part in copy.write(file, db.session.get_one(Subject, who.id), now=utc_now()):
            db.session.commit()
        file.seek(0)
        with zipfile.ZipFile(io.BytesIO(file.read())) as archive:
            assert archive.testzip() is None
            return {name: archive.read(name).decode() for name in archive.namelist()}


def rows_of(files: Files, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[f"data/{table}.jsonl"].splitlines()]


def test_a_copy_has_three_files_for_each_table_with_rows_and_tells_of_the_empty_ones(anna: Person) -> None:
    fill(anna)
    files = copy_of(anna)
    tables = {table.name for table in exported_tables()}
    expected = {f"data/{name}.{ending}" for name in tables for ending in ("jsonl", "schema.json", "csv")}
    assert {name for name in files if name.startswith("data/")} == expected
    assert set(files) - expected == {
        "index.html",
        "README.txt",
        "manifest.json",
        "portable/contact.vcf",
        "portable/contact.jsonld",
    }
    bert = copy_of(person("bert@example.org"))
    assert "data/passkeys.jsonl" not in bert
    held = {table["table"]: table["rows"] for table in json.loads(bert["manifest.json"])["tables"]}
    assert set(held) == tables
    assert held["passkeys"] == 0


def test_a_copy_has_all_values_of_the_person_and_none_of_another(anna: Person) -> None:
    bert = person("bert@example.org", given_name="Bert")
    own, foreign = fill(anna), fill(bert)
    files = copy_of(anna)
    data = "".join(text for name, text in files.items() if name.startswith("data/"))
    everything = "".join(files.values())
    assert {canary for canary in own.shown if canary not in data} == set()
    assert {canary for canary in own.shown if canary not in files["index.html"]} == set()
    assert {canary for canary in foreign.shown | foreign.withheld if canary in everything} == set()


def test_a_copy_has_no_secret_in_it(anna: Person) -> None:
    canaries = fill(anna)
    account, key = db.session.get_one(Account, anna.id), db.session.get_one(SubjectKey, anna.id)
    device = db.session.query(DeviceSession).one()
    secrets = {*canaries.withheld, account.password_hash}
    for raw in (device.token_hash, key.wrapped, trail.data_key(db.session.get_one(Subject, anna.id))):
        secrets |= {raw.hex(), b64encode(raw).decode(), repr(raw)}
    everything = "".join(copy_of(anna).values())
    assert {secret for secret in secrets if secret in everything} == set()


def test_internal_numbers_stay_inside(anna: Person) -> None:
    subscribe(anna, topic_id := topic())
    everything = "".join(copy_of(anna).values())
    assert str(anna.id) not in everything
    assert str(topic_id) not in everything
    assert "Product news" in everything


def test_what_was_done_can_be_read(anna: Person) -> None:
    subject = db.session.get_one(Subject, anna.id)
    trail.record(Action.PROFILE_CHANGED, subject, now=utc_now(), field="phone")
    db.session.commit()
    files = copy_of(anna)
    assert rows_of(files, "audit_entries")[0]["details"] == {"field": "phone"}
    assert "profile changed" in files["index.html"]


def test_an_entry_that_cannot_be_decrypted_does_not_hold_up_the_copy(anna: Person) -> None:
    db.session.add(AuditEntry(at=utc_now(), action="signed_in", subject_id=anna.id, details=b"broken" * 10))
    db.session.commit()
    assert "It cannot be read any more." in copy_of(anna)["data/audit_entries.jsonl"]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "../../../etc/passwd",
        "C:\\Windows\\system32\\..\\x",
        "👩‍🚀 Zoë",
        "مَرْيَم \u202e txt.exe",
        "{{ settings.secret_keys }}",
        "=HYPERLINK(1)",
    ],
)
def test_whatever_a_person_is_called_stays_text(anna: Person, name: str) -> None:
    db.session.get_one(Profile, anna.id).given_name = name
    db.session.commit()
    files = copy_of(anna)
    assert {PurePosixPath(path).parent.as_posix() for path in files} == {".", "data", "portable"}
    assert not any(".." in part for part in files)
    assert rows_of(files, "profiles")[0]["given_name"] == name
    page = _Page(files["index.html"])
    assert name in page.texts
    assert page.tags.isdisjoint({"script", "img", "iframe"})


def test_the_overview_needs_nothing_from_elsewhere(anna: Person) -> None:
    page = _Page(copy_of(anna)["index.html"])
    assert page.loaded == []
    assert "default-src 'none'" in page.policy


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_the_overview_is_in_the_language_of_the_person(app: Flask, language: str) -> None:
    who = person(language=language)
    assert _Page(copy_of(who)["index.html"]).language == language


def test_many_rows_are_all_in_the_data_and_only_the_newest_in_the_overview(anna: Person) -> None:
    now, many = utc_now(), ROWS_IN_OVERVIEW + 1
    db.session.add_all(AuditEntry(at=now, action=f"number {n}.", subject_id=anna.id) for n in range(many))
    db.session.commit()
    files = copy_of(anna)
    rows = rows_of(files, "audit_entries")
    assert [row["action"] for row in rows] == [f"number {n}." for n in reversed(range(many))]
    assert "number 1." in files["index.html"]
    assert "number 0." not in files["index.html"]
    assert f"The newest {ROWS_IN_OVERVIEW} of {many}" in files["index.html"]


class _Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self.loaded: list[str] = []
        self.policy = ""
        self.language: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.add(tag)
        self.loaded += [tag for name in ("src", "srcset", "data") if name in attributes]
        self.loaded += [tag] if tag == "link" else []
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"] or ""
        if tag == "html":
            self.language = attributes["lang"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
