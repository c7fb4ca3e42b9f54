"""The files in a copy: readable by programs that are not ours, the same bytes each time, whole or named as missing."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID, uuid4

import pytest
import vobject
from flask import Flask
from jsonschema import Draft202012Validator

from tests.people import Person, person
from tests.privacy.canaries import fill
from webapp import storage
from webapp.accounts.models import Profile
from webapp.audit import Action
from webapp.db import db
from webapp.privacy import copy, exports
from webapp.privacy.copy.documents import safe_name
from webapp.privacy.data_map.places import FILES
from webapp.privacy.data_map.vocabulary import FilePlace, HeldFile
from webapp.spreadsheets import BYTE_ORDER_MARK
from webapp.storage import Store
from webapp.subjects import trail
from webapp.subjects.models import Subject

NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
SCRIPTS = ["Zoë Åström", "李小龍", "Мария Петрова", "مريم"]


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


def made(who: Person, *, now: datetime = NOW) -> bytes:
    with TemporaryFile() as file:
        for _part in copy.write(file, db.session.get_one(Subject, who.id), now=now):
            db.session.commit()
        file.seek(0)
        return file.read()


def unpacked(copied: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(copied)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_line_fits_its_schema_and_the_schema_is_one(anna: Person) -> None:
    fill(anna)
    files = unpacked(made(anna))
    schemas = [name for name in files if name.endswith(".schema.json")]
    assert len(schemas) > 20
    for name in schemas:
        schema = json.loads(files[name])
        Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False
        for line in files[name.replace(".schema.json", ".jsonl")].decode().splitlines():
            Draft202012Validator(schema).validate(json.loads(line))


def test_the_same_rows_at_the_same_time_are_the_same_bytes(anna: Person) -> None:
    fill(anna)
    assert made(anna) == made(anna)
    assert made(anna) != made(anna, now=NOW + timedelta(seconds=2))


def test_a_copy_begun_again_after_any_step_is_the_same_as_one_that_was_not_disturbed(anna: Person) -> None:
    export = exports.request(db.session.get_one(Subject, anna.id), now=NOW)
    next(exports.build(export, now=NOW))
    db.session.commit()
    undisturbed = made(anna)
    for steps in range(1, len(copy.parts()) + 2):
        attempt = exports.build(export, now=NOW)
        for _ in zip(range(steps), attempt, strict=False):
            db.session.commit()
        attempt.close()  # type: ignore[attr-defined]  # it is a generator
        db.session.rollback()
    for _ in exports.build(export, now=NOW):
        db.session.commit()
    assert b"".join(storage.read(Store.EXPORTS, export.id)) == undisturbed


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_of_a_table_is_a_formula(anna: Person, start: str) -> None:
    formula = f'{start}HYPERLINK("https://evil.example","x")'
    db.session.get_one(Profile, anna.id).organization = formula
    db.session.commit()
    files = unpacked(made(anna))
    text = files["data/profiles.csv"].decode()
    head, row = csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""))
    assert text.startswith(BYTE_ORDER_MARK)
    assert dict(zip(head, row, strict=True))["Company"] == f"'{formula}"
    assert json.loads(files["data/profiles.jsonl"])["organization"] == formula


@pytest.mark.parametrize("name", [*SCRIPTS, 'O\'Neil; Jr., \\ (the "third")', "two\nlines", "x" * 300, "👩‍🚀" * 30])
def test_any_name_can_be_taken_to_another_provider(anna: Person, name: str) -> None:
    profile = db.session.get_one(Profile, anna.id)
    profile.given_name, profile.organization = name, name
    db.session.commit()
    files = unpacked(made(anna))
    raw = files["portable/contact.vcf"]
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    card = vobject.readOne(raw.decode())
    assert (card.version.value, card.n.value.given, card.org.value) == ("4.0", name, [name])
    assert json.loads(files["portable/contact.jsonld"])["worksFor"]["name"] == name


def test_the_portable_files_have_all_that_the_person_told_of_themselves(anna: Person) -> None:
    own = {canary for canary in fill(anna).shown if canary.startswith(("profiles-", "subjects-email"))}
    files = unpacked(made(anna))
    card = vobject.readOne(files["portable/contact.vcf"].decode())
    told = " ".join([card.n.value.given, card.n.value.family, *card.org.value, card.tel.value, card.email.value])
    told += f"{card.adr.value.street} {card.adr.value.city} {card.adr.value.code} {card.adr.value.country}"
    assert {canary for canary in own if canary not in told} == set()
    assert {canary for canary in own if canary not in files["portable/contact.jsonld"].decode()} == set()


def test_a_number_and_a_country_are_what_other_programs_expect(anna: Person) -> None:
    profile = db.session.get_one(Profile, anna.id)
    profile.phone, profile.country = "+41441234567", "CH"
    db.session.commit()
    card = unpacked(made(anna))["portable/contact.vcf"].decode()
    assert "\r\nTEL;VALUE=uri;TYPE=cell:tel:+41441234567\r\n" in card
    assert "\r\nADR;CC=CH:;;;;;;Switzerland\r\n" in card


def test_somebody_without_an_account_gets_a_card_too(anna: Person) -> None:
    db.session.delete(db.session.get_one(Profile, anna.id))
    db.session.commit()
    assert vobject.readOne(unpacked(made(anna))["portable/contact.vcf"].decode()).fn.value == anna.email


def test_what_came_when_is_drawn_by_month_and_after_three_years_by_year(anna: Person) -> None:
    subject = db.session.get_one(Subject, anna.id)
    subject.created_at = db.session.get_one(Profile, anna.id).changed_at = NOW
    for month in (1, 11):
        trail.record(Action.SIGNED_IN, subject, now=datetime(2026, month, 5, tzinfo=UTC))
    db.session.commit()
    page = unpacked(made(anna))["index.html"].decode()
    assert "<title>Jan 2026: 1</title>" in page
    trail.record(Action.SIGNED_IN, subject, now=datetime(2021, 3, 5, tzinfo=UTC))
    db.session.commit()
    page = unpacked(made(anna))["index.html"].decode()
    assert "<title>2021: 1</title>" in page
    assert "<title>Jan 2026" not in page


# Files


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> dict[UUID, str]:
    """A kind of file that belongs to people; what is put here is Anna's."""
    held: dict[UUID, str] = {}
    place = FilePlace(
        holds="letters",
        whose="the person",
        until="never",
        title=FILES[Store.EXPORTS].title,
        of=lambda subject: [HeldFile(key, name) for key, name in held.items() if subject.email == "anna@example.org"],
    )
    monkeypatch.setitem(FILES, Store.EXPORTS, place)
    return held


def keep(held: dict[UUID, str], name: str, content: bytes | None) -> None:
    key = uuid4()
    held[key] = name
    if content is not None:
        storage.put(Store.EXPORTS, key, io.BytesIO(content))


def test_files_are_in_the_copy_of_their_owner_only(anna: Person, letters: dict[UUID, str]) -> None:
    keep(letters, "Passport.pdf", b"%PDF canary")
    files = unpacked(made(anna))
    assert files["files/exports/1-Passport.pdf"] == b"%PDF canary"
    assert "Passport.pdf" in files["index.html"].decode()
    assert not any(name.startswith("files/") for name in unpacked(made(person("bert@example.org"))))


def test_a_missing_file_is_named_and_does_not_hold_up_the_copy(anna: Person, letters: dict[UUID, str]) -> None:
    keep(letters, "lost.pdf", None)
    keep(letters, "there.pdf", b"%PDF")
    files = unpacked(made(anna))
    manifest = json.loads(files["manifest.json"])
    assert [missing["name"] for missing in manifest["missing"]] == ["lost.pdf"]
    assert [document["path"] for document in manifest["documents"]] == ["files/exports/2-there.pdf"]
    assert all("lost.pdf" in files[name].decode() for name in ("index.html", "README.txt"))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\x.dll", "x.dll"),
        ("/etc/shadow", "shadow"),
        ("..", "file"),
        ("", "file"),
        ("con.txt", "_con.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00\x1b[31mb.txt", "a[31mb.txt"),
        ('<a href="x">?*.pdf', "a_href=_x_.pdf"),
        ("Zoë 李.pdf", "Zoë_李.pdf"),
        ("n" * 300 + ".pdf", "n" * 50 + ".pdf"),
    ],
)
def test_a_name_of_a_file_cannot_lead_anywhere(anna: Person, letters: dict[UUID, str], name: str, safe: str) -> None:
    assert safe_name(name) == safe
    keep(letters, name, b"content")
    [path] = [path for path in unpacked(made(anna)) if path.startswith("files/")]
    assert path == f"files/exports/1-{safe}"


def test_two_files_of_one_name_are_both_there(anna: Person, letters: dict[UUID, str]) -> None:
    keep(letters, "scan.pdf", b"one")
    keep(letters, "scan.pdf", b"two")
    files = unpacked(made(anna))
    assert [content for path, content in files.items() if path.startswith("files/")] == [b"one", b"two"]


class Nothing(io.RawIOBase):
    """A file that forgets, so that the disk need not be as large as what is written."""

    def __init__(self) -> None:
        self.position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def write(self, data: bytes) -> int:  # type: ignore[override]  # it gets bytes and nothing else
        self.position += len(data)
        return len(data)


@pytest.mark.deep
def test_two_gigabytes_of_documents_need_no_memory_for_them(
    anna: Person, letters: dict[UUID, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """2.1 GB: more than a ZIP without its 64-bit extension can hold in one entry written in one go."""
    piece, pieces = bytes(1 << 20), 2_100

    def endless(_store: Store, _key: UUID) -> Iterator[bytes]:
        return (piece for _ in range(pieces))

    keep(letters, "film.mp4", None)
    monkeypatch.setattr(storage, "read", endless)
    written: Any = Nothing()
    for _part in copy.write(written, db.session.get_one(Subject, anna.id), now=NOW):
        db.session.commit()
    assert written.position > pieces * len(piece)
