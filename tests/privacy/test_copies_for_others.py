"""A copy for somebody without an account: started by staff, confirmed, made, and opened with a link and a code."""

import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.accounts.browsers import another_browser
from tests.accounts.mailbox import link, newest
from tests.pages import PageClient
from tests.people import person
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp import links
from webapp.access import Role
from webapp.audit import AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.links import Purpose
from webapp.privacy import copies_for_others, exports, mailed_codes
from webapp.privacy.models import CopyCode, CopyDownload, DataExport, ExportState, Way
from webapp.subjects import subjects
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]
NEW, NORA = "/staff/copies/new", "nora@example.org"


@pytest.fixture
def nora(app: Flask) -> Subject:
    subject = subjects.find_or_create(NORA, language="en")
    db.session.commit()
    return subject


@pytest.fixture
def office(app: Flask) -> PageClient:
    return signed_in(another_browser(app), person("olga@example.org", role=Role.SUPPORT))


@pytest.fixture
def ready(nora: Subject, office: PageClient, client: PageClient, run_jobs: RunJobs, relay: TestRelay) -> str:
    """The link to Nora's finished copy."""
    start(office)
    run_jobs()
    client.submit(link(newest(relay, NORA)))
    run_jobs()
    return link(newest(relay, NORA))


def start(office: PageClient, address: str = NORA, **more: str) -> int:
    entries = {"email": address, "reason": "a letter", "asked_on": str(utc_now().date()), **more}
    return office.submit(NEW, entries).status_code


def export() -> DataExport:
    return db.session.scalars(select(DataExport)).one()


def code(client: PageClient, path: str, run_jobs: RunJobs, relay: TestRelay) -> str:
    """Sent to the mailbox now."""
    client.submit(f"{path}/code", page=path)
    run_jobs()
    found = re.search(r"^(\d{6})\s*$", newest(relay, NORA).text, re.MULTILINE)
    assert found
    return found[1]


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 10**6:06}"


def test_from_the_letter_to_the_file(
    ready: str, client: PageClient, run_jobs: RunJobs, relay: TestRelay, nora: Subject
) -> None:
    assert "we send a code to n•••@example.org" in client.get(ready).text
    assert client.get(f"{ready}/file").location == ready
    right = code(client, ready, run_jobs, relay)
    assert client.submit(ready, {"code": f" {right[:3]} {right[3:]}"}).location == ready
    file = client.get(f"{ready}/file", headers={"Range": "bytes=0-"})
    assert file.status_code == 206
    assert "index.html" in zipfile.ZipFile(BytesIO(file.data)).namelist()
    assert db.session.scalars(select(CopyDownload.way)).one() is Way.CODE
    done = ["export_started", "export_confirmed", "export_built", "export_downloaded"]
    assert (
        db.session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject_id == nora.id).order_by(AuditEntry.id)
        ).all()
        == done
    )


def test_nothing_is_made_before_the_reader_of_the_mailbox_wants_it(
    nora: Subject, office: PageClient, client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    start(office)
    run_jobs()
    asked = newest(relay, NORA)
    assert export().state is ExportState.UNCONFIRMED
    for _ in range(5):
        client.get(link(asked))
    run_jobs()
    assert export().state is ExportState.UNCONFIRMED
    assert "a letter" not in asked.text


def test_two_who_start_it_and_two_who_confirm_it_give_one_copy(
    nora: Subject, office: PageClient, client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    assert [start(office), start(office)] == [303, 303]
    run_jobs()
    [asked] = relay.to(NORA)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(link(asked)).text)
    assert token
    for _ in range(2):
        assert client.post(link(asked), data={"csrf_token": token[1]}).status_code == 303
    run_jobs()
    assert len(relay.to(NORA)) == 2
    assert export().state is ExportState.READY


def test_who_has_one_in_the_making_already_gets_that_one(nora: Subject, office: PageClient, run_jobs: RunJobs) -> None:
    start(office)
    copies_for_others.start(NORA, reason="again", asked_at=utc_now(), by=nora, now=utc_now())
    started = db.session.scalars(select(DataExport)).one()
    own = exports.request(nora, now=utc_now())
    copies_for_others.confirm(started, now=utc_now())
    db.session.commit()
    assert (own.state, started.state) == (ExportState.REQUESTED, ExportState.LAPSED)


@pytest.mark.parametrize(
    ("address", "said"),
    [("nobody@example.org", "We hold nothing about this address"), ("anna@example.org", "has an account")],
)
def test_staff_is_told_why_it_cannot_be_started(
    office: PageClient, address: str, said: str, run_jobs: RunJobs, relay: TestRelay
) -> None:
    person()
    refused = office.submit(NEW, {"email": address, "reason": "x", "asked_on": str(utc_now().date())})
    assert refused.status_code == 422
    assert said in refused.text
    run_jobs()
    assert relay.received == []


@pytest.mark.parametrize("days", [-1, 31])
def test_the_day_of_the_request_is_one_of_the_last_30(office: PageClient, nora: Subject, days: int) -> None:
    assert start(office, asked_on=str((utc_now() - timedelta(days=days)).date())) == 422


def test_the_time_limit_counts_from_the_day_of_the_letter(office: PageClient, nora: Subject) -> None:
    assert start(office, asked_on=str((utc_now() - timedelta(days=20)).date())) == 303
    assert timedelta(days=20) <= utc_now() - export().requested_at < timedelta(days=21)


def test_a_wrong_code_opens_nothing_and_five_end_it(
    ready: str, client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    right = code(client, ready, run_jobs, relay)
    for _ in range(mailed_codes.TRIES):
        assert client.submit(ready, {"code": wrong(right)}).status_code == 422
    page = client.get(ready)
    assert "Send me the code" in page.text
    late = client.submit(ready, {"code": right})
    assert "does not work any more" in late.text
    assert client.get(f"{ready}/file").status_code == 303
    refused = select(func.count()).where(AuditEntry.action == "copy_code_refused")
    assert db.session.scalar(refused) == mailed_codes.TRIES


def test_an_old_code_and_one_from_before_open_nothing(
    ready: str, client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    before = code(client, ready, run_jobs, relay)
    db.session.scalars(select(CopyCode)).one().sent_at -= mailed_codes.PAUSE
    newer = code(client, ready, run_jobs, relay)
    if before != newer:
        assert client.submit(ready, {"code": before}).status_code == 422
    db.session.scalars(select(CopyCode)).one().expires_at = utc_now()
    assert client.submit(ready, {"code": newer}).status_code == 422


def test_a_code_works_once_and_only_in_the_browser_that_entered_it(
    ready: str, client: PageClient, app: Flask, run_jobs: RunJobs, relay: TestRelay
) -> None:
    right = code(client, ready, run_jobs, relay)
    client.submit(ready, {"code": right})
    thief = another_browser(app)
    assert thief.submit(ready, {"code": right}).status_code == 422
    assert thief.get(f"{ready}/file").status_code == 303
    thief.submit(f"{ready}/deletion", page=ready)
    assert export().state is ExportState.READY


def test_pressing_often_sends_one_code_a_minute_and_not_more_than_some(
    ready: str, client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    relay.forget()
    for _ in range(3):
        client.submit(f"{ready}/code", page=ready)
    run_jobs()
    assert len(relay.received) == 1
    held = db.session.scalars(select(CopyCode)).one()
    assert held.codes_sent == 1
    held.sent_at, held.codes_sent = utc_now() - mailed_codes.PAUSE, mailed_codes.MOST_CODES
    client.submit(f"{ready}/code", page=ready)
    assert "No more codes" in client.get(ready).text


@pytest.mark.parametrize("entered", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "x" * 5000, "12 34"])
def test_what_is_no_code_is_no_try(
    ready: str, client: PageClient, run_jobs: RunJobs, relay: TestRelay, entered: str
) -> None:
    code(client, ready, run_jobs, relay)
    assert client.submit(ready, {"code": entered}).status_code == 422
    assert db.session.scalars(select(CopyCode.wrong)).one() == 0


def test_a_copy_that_is_gone_or_a_link_that_is_old_can_be_had_anew(
    ready: str, client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    relay.forget()
    exports.delete(export(), now=utc_now())
    assert client.get(ready).status_code == 410
    for _ in range(2):
        assert "on its way" in client.submit(f"{ready}/again", page=ready).text
    run_jobs()
    assert [email.to for email in relay.received] == [NORA]
    old = links.sign(Purpose.COLLECT_COPY, now=utc_now() - timedelta(days=8), export_id=str(exports_of_nora()[0].id))
    assert client.get(f"/copies/{old}").status_code == 410


def exports_of_nora() -> list[DataExport]:
    return list(db.session.scalars(select(DataExport).order_by(DataExport.requested_at)))


@pytest.mark.parametrize("path", ["/copies/{}", "/copies/confirmation/{}"])
@pytest.mark.parametrize("spoil", [lambda token: token[:-1], lambda token: token + "A", lambda token: "%00"])
def test_a_spoilt_link_opens_nothing(client: PageClient, ready: str, path: str, spoil: Callable[[str], str]) -> None:
    token = spoil(ready.rpartition("/")[2])
    assert client.get(path.format(token)).status_code == 404
    assert client.submit(path.format(token), page="/sign-in").status_code == 404


def test_staff_can_take_it_back_until_it_is_confirmed(
    nora: Subject, office: PageClient, client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    start(office)
    run_jobs()
    back = f"/staff/copies/{export().id}/withdrawal"
    for _ in range(2):
        office.submit(back, page=NEW)
    assert client.get(link(newest(relay, NORA))).status_code == 410
    client.submit(link(newest(relay, NORA)), page="/sign-in")
    assert export().state is ExportState.LAPSED


def test_who_does_not_answer_until_the_day_it_is_due_does_not_want_it(nora: Subject, office: PageClient) -> None:
    start(office)
    waiting = export()
    waiting.requested_at -= timedelta(days=27)
    copies_for_others.end_unanswered(now=utc_now())
    assert not ended(waiting)
    waiting.requested_at -= timedelta(days=4)
    copies_for_others.end_unanswered(now=utc_now())
    assert ended(waiting)


def ended(waiting: DataExport) -> bool:
    return waiting.state is ExportState.LAPSED


def test_the_database_does_not_tell_the_code(
    ready: str, client: PageClient, run_jobs: RunJobs, relay: TestRelay
) -> None:
    right = code(client, ready, run_jobs, relay)
    held = db.session.scalars(select(CopyCode)).one()
    assert right not in " ".join(
        str(getattr(held, column.key)) for column in CopyCode.__table__.columns if column.key != "number"
    )
    assert int(right) != held.number.int % 10**6
