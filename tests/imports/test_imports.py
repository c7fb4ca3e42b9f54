"""A file on its way into the tables: its columns, the check, the import, and what is refused."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from jobs.imports import delete_import_files
from tests.imports.files import CUSTOMERS, INVOICE, INVOICES, Staff, newest
from tests.pages import PageClient
from tests.people import person
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.accounts.models import DeviceSession, Profile
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db
from webapp.imports import running
from webapp.imports.models import Import, ImportRefusal, ImportState
from webapp.products.models import CustomerRecord, Invoice
from webapp.storage import Store
from webapp.subjects.models import Subject


@pytest.fixture
def staff(client: PageClient, run_jobs: Callable[[], None]) -> Staff:
    olga = person("olga@example.net", role=Role.ADMINISTRATOR, given_name="Olga", family_name="Frei")
    return Staff(signed_in(client, olga), run_jobs)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_nothing_is_kept_before_somebody_has_seen_what_would_become_of_it(staff: Staff) -> None:
    found = staff.check(CUSTOMERS.encode("cp1252"))
    assert (found.encoding, found.separator, found.state) == ("cp1252", ";", ImportState.CHECKED)
    assert found.counts == {"created": 2}
    assert count(CustomerRecord) == 0
    assert "Checked: nothing is kept yet" in staff.page(found.id)
    staff.start(found.id)
    staff.run_jobs()
    assert "Imported on" in staff.page(found.id)
    assert newest().counts == {"created": 2}
    beat = db.session.scalars(
        select(Profile)
        .join(CustomerRecord, CustomerRecord.subject_id == Profile.subject_id)
        .where(CustomerRecord.external_id == "K-2")
    ).one()
    assert (beat.family_name, beat.phone, beat.country) == ("Müller", "+41791234567", "CH")
    done = {Action.IMPORT_RECEIVED, Action.IMPORT_STARTED}
    assert done <= set(db.session.scalars(select(AuditEntry.action)))


def test_the_same_file_twice_changes_nothing_twice(staff: Staff) -> None:
    staff.take_in(CUSTOMERS)
    again = staff.take_in(CUSTOMERS)
    assert set(again.counts) <= {"unchanged", "updated"}
    staff.start(again.id)
    staff.run_jobs()
    assert newest().counts == {"unchanged": 2}
    assert count(CustomerRecord) == 2


def test_three_bad_rows_cost_themselves_alone(staff: Staff) -> None:
    staff.take_in(CUSTOMERS)
    bad = [
        "I-2,K-1,2026-002,paid,2026-03-05,-5.00,CHF,CH,Anna",
        "I-3,K-1,2026-003,paid,2026-03-05,5.00,XXX,CH,Anna",
        "I-4,K-9,2026-004,paid,2026-03-05,5.00,CHF,CH,Nobody",
    ]
    good = INVOICE + 'I-5,K-2,2026-005,open,2026-03-06,"1,290.50",JPY,CH,Beat Müller\n'.replace(".50", "")
    found = staff.take_in(INVOICES + good + "\n".join(bad), kind="invoices")
    assert found.counts == {"created": 2, "refused": 3}
    page = staff.page(found.id)
    for reason in ("Amount: is negative", "Currency: is not a currency", "The customer is not here yet"):
        assert reason in page
    amounts = dict(db.session.execute(select(Invoice.external_id, Invoice.amount)).all())
    assert amounts == {"I-1": 1290, "I-5": 1290}


BAD_ROWS = {
    "K-1,anna@example.org,=HYPERLINK(1)": "First name: is a formula",
    "K-1,anna@example.org,+cmd|x!A0": "First name: is a formula",
    "K-1,anna@example.org,4111 1111 1111 1111": "First name: holds the number of a payment card",
    "K-1,anna at example.org,Anna": "Email address: is not an email address",
    ",anna@example.org,Anna": "Number of the customer: is missing",
    "K 1,anna@example.org,Anna": "Number of the customer: may have letters",
    "K-1,anna@example.org,An\0na": "First name: holds line breaks or invisible",
    "K-1,anna@example.org," + "A" * 101: "First name: is too long",
    "K-1,anna@example.org": "fewer columns",
    "K-1,anna@example.org,Anna,Keller": "more columns",
    "external_id,email,given_name": "names of the columns stand here once more",
    'K-1,anna@example.org,"An"na"': "The quotes are wrong",
    "K-1,anna@example.org,Ren\udce9": "First name: holds characters that are not in the encoding",
    'K-1,anna@example.org,"Anna': "opened and never closed",
}


def test_a_row_is_refused_with_a_reason(staff: Staff) -> None:
    good = [f"K-{number},é{number}@example.org,Zoë" for number in range(5, 15)]
    lines = ["external_id,email,given_name", *BAD_ROWS, *good]
    found = staff.check("\n".join(lines).encode("utf-8", "surrogateescape"))
    assert found.counts == {"created": len(good), "refused": len(BAD_ROWS)}
    page = staff.page(found.id)
    assert [reason for reason in BAD_ROWS.values() if reason not in page] == []


FILES = {
    "nothing": (b"", "The file is empty"),
    "blank lines": (b"\n\n", "The file is empty"),
    "a workbook": (b"PK\x03\x04" + bytes(100), "This is a spreadsheet, not CSV"),
    "a picture": (b"\x89PNG\r\n" + bytes(100), "This is not a text file"),
    "a name twice": (b"id,email,Email\n1,a@b.ch,a@b.ch\n", "Two columns have the same name"),
    "a line without end": (b'"' + b"x" * 200_000, "The first line cannot be read"),
}


def test_a_file_that_cannot_be_read_is_refused_at_once(staff: Staff) -> None:
    for content, reason in FILES.values():
        answer = staff.upload(content)
        assert answer.status_code == 422
        assert reason in answer.text
    assert count(Import) == 0


def test_a_file_that_is_too_large_is_refused_before_it_takes_room(staff: Staff, settings: Settings) -> None:
    size = str(settings.import_limit_bytes + 1_000_000)
    form = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": size}
    answer = staff.client.post("/staff/imports/new", environ_overrides=form, input_stream=Unread())
    assert answer.status_code == 413
    assert "up to 500 MB" in answer.text


class Unread(BytesIO):
    """A body of which nobody reads a byte."""

    def read(self, _size: int | None = -1, /) -> bytes:
        raise AssertionError("somebody read it")


def test_a_wrong_guess_is_corrected(staff: Staff) -> None:
    staff.upload("id;email\n1;a@example.org\n2;b@example.org\n".encode("cp1252"))
    page = f"/staff/imports/{newest().id}"
    staff.client.submit(f"{page}/writing", {"encoding": "cp1252", "separator": "|"}, page=f"{page}/columns")
    assert newest().header == ["id;email"]
    answer = staff.confirm(newest().id)
    assert answer.status_code == 422
    assert "Which column holds this?" in answer.text
    staff.client.submit(f"{page}/writing", {"encoding": "cp1252", "separator": ";"}, page=f"{page}/columns")
    staff.confirm(newest().id, **{"column-given_name": "1"})
    staff.run_jobs()
    assert newest().mapping == {"external_id": 0, "email": 1, "given_name": 1}


def test_refused_rows_are_downloaded_corrected_and_uploaded_again(staff: Staff) -> None:
    rows = [
        "K-1,anna at example.org,Anna,=1+1",
        'K-2,beat at example.org,"Beat\nMüller",-',
        "K-3,eva@example.org,Eva,x",
    ]
    found = staff.check("\n".join(["external_id,email,given_name,note", *rows]))
    answer = staff.client.get(f"/staff/imports/{found.id}/refused")
    assert answer.mimetype == "text/csv"
    listed = list(csv.reader(answer.text.removeprefix("\ufeff").splitlines(keepends=True)))
    assert listed[0] == ["external_id", "email", "given_name", "note", "Line", "Why it was refused"]
    assert listed[1][:5] == ["K-1", "anna at example.org", "Anna", "'=1+1", "2"]
    assert listed[2][2:5] == ["Beat\nMüller", "'-", "3"]
    assert Action.IMPORT_REFUSALS_DOWNLOADED in db.session.scalars(select(AuditEntry.action)).all()
    corrected = answer.text.replace(" at ", "@").replace("\nMüller", "")
    assert staff.check(corrected).counts == {"created": 2}


def test_columns_that_mean_something_else_stop_it_early(staff: Staff) -> None:
    rows = [f"K-{number},nobody,x" for number in range(running.HOPELESS + 200)]
    found = staff.check("\n".join(["external_id,email,given_name", *rows]))
    assert found.state is ImportState.FAILED
    assert "None of the first rows could be taken in" in staff.page(found.id)


def test_an_import_that_was_interrupted_goes_on_where_it_was(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STEP", 2)
    lines = ["external_id,email", *(f"K-{number},c{number}@example.org" for number in range(7))]
    found = staff.check("\n".join(lines))
    staff.start(found.id)
    db.session.commit()
    killed = running.run(newest(), now=utc_now())
    next(killed)
    db.session.commit()
    next(killed)
    killed.close()
    db.session.rollback()
    assert (newest().counts, newest().line, count(CustomerRecord)) == ({"created": 2}, 4, 2)
    staff.run_jobs()
    assert (newest().state, newest().counts, count(CustomerRecord)) == (ImportState.DONE, {"created": 7}, 7)


def test_of_two_workers_one_goes_on(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STEP", 2)
    lines = ["external_id,email", *(f"K-{number},c{number}@example.org" for number in range(5))]
    staff.start(staff.check("\n".join(lines)).id)
    slow = running.run(newest(), now=utc_now())
    next(slow)
    db.session.commit()
    stale = dict(newest().counts), newest().position
    staff.run_jobs()
    assert newest().counts == {"created": 5}
    assert stale[0] == {"created": 2}
    assert list(slow) == []
    assert newest().counts == {"created": 5}


def test_stopped_it_takes_in_no_more_and_forgets_the_file(staff: Staff, settings: Settings) -> None:
    found = staff.check(CUSTOMERS)
    stored = Path(settings.storage_url.removeprefix("file://")) / Store.IMPORTS / str(found.id)
    assert stored.exists()
    assert b"anna@example.org" not in stored.read_bytes()
    staff.post(found.id, "cancellation")
    assert not stored.exists()
    assert (newest().state, newest().wrapped_key) == (ImportState.STOPPED, None)
    assert staff.start(found.id).status_code == 410
    staff.run_jobs()
    assert count(CustomerRecord) == 0


def test_files_are_deleted_in_time_with_their_keys(staff: Staff, settings: Settings) -> None:
    found = staff.check(CUSTOMERS + "K-3;nobody;;;;;;\r\n")
    assert count(ImportRefusal) == 1
    found.delete_after = utc_now() - timedelta(seconds=1)
    db.session.commit()
    delete_import_files()
    assert (newest().wrapped_key, count(ImportRefusal)) == (None, 0)
    assert not (Path(settings.storage_url.removeprefix("file://")) / Store.IMPORTS / str(found.id)).exists()
    assert "It is deleted" in staff.page(found.id)


def test_to_import_and_to_download_rows_takes_a_fresh_proof(staff: Staff) -> None:
    found = staff.check(CUSTOMERS)
    for session in db.session.scalars(select(DeviceSession)):
        session.proved_at = utc_now() - timedelta(hours=1)
    db.session.commit()
    assert staff.client.get(f"/staff/imports/{found.id}/refused").status_code == 303
    staff.start(found.id)
    staff.run_jobs()
    assert newest().state is ImportState.CHECKED


def test_somebody_who_has_an_account_keeps_their_own_address(staff: Staff) -> None:
    anna = person("anna@example.org")
    staff.take_in(CUSTOMERS)
    moved = staff.take_in(CUSTOMERS.replace("anna@example.org", "mallory@example.org"))
    assert moved.counts["kept"] >= 1
    assert "kept what they entered here" in staff.page(moved.id)
    assert db.session.get_one(Subject, anna.id).email == "anna@example.org"


def test_the_empty_file_has_the_columns_that_are_guessed(staff: Staff) -> None:
    names = staff.client.get("/staff/imports/columns/customers").text.removeprefix("\ufeff").strip()
    row = names.replace("external_id", "K-1").replace("email", "a@example.org")
    cells = [cell if cell in {"K-1", "a@example.org"} else "" for cell in row.split(",")]
    assert staff.check(f"{names}\n{','.join(cells)}\n").counts == {"created": 1}
    assert newest().mapping.keys() >= {"billing_address.city", "changed_at"}
