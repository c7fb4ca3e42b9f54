"""My data: what the page says at each moment, with and without JavaScript, and the link in the email."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.pages import PageClient
from tests.people import Person, person
from tests.relay import TestRelay
from webapp import links, queue, storage
from webapp.app import create_app
from webapp.audit import AuditEntry
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db
from webapp.guard import limiter
from webapp.links import Purpose
from webapp.privacy import exports
from webapp.privacy.models import DataExport, ExportState
from webapp.storage import Store
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]
SignIn = Callable[[Person], PageClient]
PAGE, COPIES = "/account/data", "/account/data/exports"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


@pytest.fixture
def signed_in(anna: Person, sign_in: SignIn) -> PageClient:
    """Anna's browser, signed in."""
    return sign_in(anna)


@pytest.fixture
def ready(anna: Person, run_jobs: RunJobs, relay: TestRelay) -> DataExport:
    """Anna's finished copy."""
    export = exports.request(db.session.get_one(Subject, anna.id), now=utc_now())
    run_jobs()
    assert export.state is ExportState.READY
    return export


@pytest.fixture
def link(ready: DataExport, relay: TestRelay) -> str:
    """What the email leads to."""
    found = re.search(r"http://localhost(/account/data/exports/download/\S+)", relay.received[-1].text)
    assert found
    return found[1]


def trail() -> list[str]:
    actions = select(AuditEntry.action).where(AuditEntry.action.startswith("export")).order_by(AuditEntry.id)
    return list(db.session.scalars(actions.order_by(AuditEntry.id)))


def test_a_copy_without_javascript_from_the_button_to_the_file(
    signed_in: PageClient, anna: Person, run_jobs: RunJobs
) -> None:
    assert "Get a copy of my data" in signed_in.get(PAGE).text
    asked = signed_in.submit(COPIES, page=PAGE)
    assert (asked.status_code, asked.location) == (303, PAGE)
    waiting = signed_in.get(PAGE).text
    assert "Waiting for its turn" in waiting
    assert "See how far it is" in waiting
    assert "Get a copy of my data" not in waiting
    run_jobs()
    finished = signed_in.get(PAGE).text
    assert "Your copy is ready" in finished
    [address] = re.findall(r'href="(/account/data/exports/[0-9a-f-]{36})"', finished)
    file = signed_in.get(address)
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        assert json.loads(archive.read("data/subjects.jsonl"))["email"] == anna.email
    assert trail() == ["export_requested", "export_built", "export_downloaded"]


def test_the_part_that_htmx_swaps_asks_again_only_while_a_copy_is_in_the_making(
    signed_in: PageClient, run_jobs: RunJobs
) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', signed_in.get(PAGE).text)
    assert token
    asked = signed_in.post(COPIES, headers={**HTMX, "X-CSRFToken": token[1]})
    polled = signed_in.get(COPIES, headers=HTMX)
    for part in (asked, polled):
        assert part.status_code == 200
        assert "<html" not in part.text
        assert 'id="export-status"' in part.text
        assert 'hx-trigger="every 1s"' in part.text
    run_jobs()
    finished = signed_in.get(COPIES, headers=HTMX).text
    assert "hx-trigger" not in finished
    assert "The copy of your data is ready." in finished


def test_progress_is_told(signed_in: PageClient, anna: Person) -> None:
    export = exports.request(db.session.get_one(Subject, anna.id), now=utc_now())
    building = exports.build(export, now=utc_now())
    for _ in range(3):
        next(building)
        db.session.commit()
    text = signed_in.get(PAGE).text
    assert re.search(r"2 of \d+ parts", text)
    assert '<progress aria-label="Working on: ' in text


def test_a_copy_that_takes_long_is_not_forgotten_and_the_page_says_so(signed_in: PageClient, anna: Person) -> None:
    exports.request(db.session.get_one(Subject, anna.id), now=utc_now() - timedelta(minutes=2))
    text = signed_in.get(PAGE).text
    assert "This takes longer than usual" in text
    assert 'hx-trigger="every 5s"' in text


def test_pressing_twice_gives_one_copy(signed_in: PageClient, run_jobs: RunJobs, relay: TestRelay) -> None:
    for _ in range(2):
        assert signed_in.submit(COPIES, {}, page="/account/profile").status_code == 303
    run_jobs()
    assert db.session.scalar(select(func.count()).select_from(DataExport)) == 1
    assert len(relay.received) == 1


def test_asking_needs_the_token_of_the_form(signed_in: PageClient) -> None:
    assert signed_in.post(COPIES).status_code == 400
    assert db.session.scalar(select(func.count()).select_from(DataExport)) == 0


def test_a_button_that_is_pressed_all_the_time_is_stopped(
    anna: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", limiter.enabled)  # the app below switches it on for all
    limited = create_app(settings.model_copy(update={"rate_limits": True}))
    browser = PageClient(limited, limited.response_class)
    browser.submit("/sign-in", {"email": anna.email, "password": anna.password})
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(PAGE).text)
    assert token
    answers = [browser.post(COPIES, data={"csrf_token": token[1]}).status_code for _ in range(21)]
    assert answers == [303] * 20 + [429]


def test_the_file_is_handed_over_as_a_file_and_kept_nowhere_else(signed_in: PageClient, ready: DataExport) -> None:
    file = signed_in.get(f"{COPIES}/{ready.id}")
    assert file.headers["Content-Type"] == "application/zip"
    assert file.headers["Content-Disposition"] == f"attachment; filename=my-data-{ready.ready_at:%Y-%m-%d}.zip"
    assert file.headers["Cache-Control"] == "no-store"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert int(file.headers["Content-Length"]) == len(file.data) == ready.size


def test_looking_at_the_headers_is_not_a_download(signed_in: PageClient, ready: DataExport) -> None:
    assert signed_in.head(f"{COPIES}/{ready.id}").status_code == 200
    assert ready.last_downloaded_at is None


def test_nobody_else_gets_or_deletes_the_file(ready: DataExport, sign_in: SignIn) -> None:
    bert = sign_in(person("bert@example.org"))
    assert bert.get(f"{COPIES}/{ready.id}").status_code == 404
    assert bert.submit(f"{COPIES}/{ready.id}/deletion", page=PAGE).status_code == 404
    assert ready.state is ExportState.READY


def test_the_person_can_delete_it_before_its_time(signed_in: PageClient, ready: DataExport, link: str) -> None:
    for _ in range(2):
        assert signed_in.submit(f"{COPIES}/{ready.id}/deletion", page=PAGE).status_code == 303
    with pytest.raises(FileNotFoundError):
        storage.read(Store.EXPORTS, ready.id)
    assert "Deleted" in signed_in.get(PAGE).text
    for address in (link, f"{COPIES}/{ready.id}"):
        gone = signed_in.get(address)
        assert gone.status_code == 410
        assert "This copy is not there any more" in gone.text
        assert "Get a copy of my data" in gone.text
    assert trail() == ["export_requested", "export_built", "export_deleted"]


def test_a_copy_past_its_time_is_not_handed_over_even_before_it_is_tidied_away(
    signed_in: PageClient, ready: DataExport, link: str
) -> None:
    ready.expires_at = utc_now() - timedelta(seconds=1)
    assert signed_in.get(link).status_code == 410
    assert signed_in.get(f"{COPIES}/{ready.id}").status_code == 410
    assert "Expired" in signed_in.get(PAGE).text


def test_a_file_that_the_storage_lost_is_admitted(signed_in: PageClient, ready: DataExport) -> None:
    storage.delete(Store.EXPORTS, ready.id)
    assert signed_in.get(f"{COPIES}/{ready.id}").status_code == 410
    assert ready.last_downloaded_at is None


def test_the_link_works_again_and_again_for_seven_days(signed_in: PageClient, ready: DataExport, link: str) -> None:
    for _ in range(3):
        shown = signed_in.get(link)
        assert shown.status_code == 200
        assert f'href="{COPIES}/{ready.id}"' in shown.text
        assert signed_in.get(f"{COPIES}/{ready.id}").status_code == 200


def test_the_link_asks_for_the_sign_in_and_comes_back(client: PageClient, anna: Person, link: str) -> None:
    asked = client.get(link)
    assert (asked.status_code, urlsplit(asked.location).path) == (303, "/sign-in")
    assert unquote(urlsplit(asked.location).query) == f"next={link}"
    signed_in = client.submit(asked.location, {"email": anna.email, "password": anna.password, "next": link})
    assert (signed_in.status_code, signed_in.location) == (303, link)
    assert "Your copy is ready" in client.get(link).text


def test_scanners_cannot_use_the_link_up(client: PageClient, ready: DataExport, link: str, sign_in: SignIn) -> None:
    before = (db.session.scalar(select(func.count()).select_from(AuditEntry)), ready.state, ready.last_downloaded_at)
    for _ in range(25):
        assert client.get(link).status_code == 303
        assert client.head(link).status_code == 303
    after = (db.session.scalar(select(func.count()).select_from(AuditEntry)), ready.state, ready.last_downloaded_at)
    assert after == before
    assert sign_in(Person(ready.subject_id, ready.subject.email)).get(link).status_code == 200


def test_another_customer_learns_nothing_from_the_link(anna: Person, link: str, sign_in: SignIn) -> None:
    refused = sign_in(person("bert@example.org", given_name="Bert")).get(link)
    assert refused.status_code == 403
    assert "This link is not for this account" in refused.text
    assert anna.email not in refused.text
    assert "Keller" not in refused.text.replace("Bert Keller", "")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token[: len(token) // 2],
        lambda token: token + "A",
        lambda token: token.swapcase(),
        lambda token: ".",
        lambda token: "%00",
        lambda token: "🐮" * 10,
    ],
    ids=["cut", "halved", "longer", "changed", "dot", "zero byte", "cows"],
)
def test_a_link_that_was_spoilt_offers_a_new_copy(
    signed_in: PageClient, link: str, spoil: Callable[[str], str]
) -> None:
    path, _, token = link.rpartition("/")
    answer = signed_in.get(f"{path}/{spoil(token)}")
    assert answer.status_code == 404
    assert "Get a copy of my data" in answer.text


def test_a_link_made_for_another_purpose_is_no_link(signed_in: PageClient, ready: DataExport) -> None:
    token = links.sign(Purpose.RESET_PASSWORD, now=utc_now(), export_id=str(ready.id))
    assert signed_in.get(f"{COPIES}/download/{token}").status_code == 404


def test_an_old_link_offers_a_new_copy(signed_in: PageClient, ready: DataExport) -> None:
    token = links.sign(Purpose.DOWNLOAD_EXPORT, now=utc_now() - timedelta(days=7, seconds=2), export_id=str(ready.id))
    answer = signed_in.get(f"{COPIES}/download/{token}")
    assert answer.status_code == 410
    assert "This link is too old" in answer.text
    assert signed_in.submit(COPIES, page=f"{COPIES}/download/{token}").status_code == 303


def test_a_link_to_a_copy_that_never_was_says_it_is_gone(signed_in: PageClient, anna: Person) -> None:
    token = links.sign(Purpose.DOWNLOAD_EXPORT, now=utc_now(), export_id=str(anna.id))
    assert signed_in.get(f"{COPIES}/download/{token}").status_code == 410


@pytest.mark.parametrize("address", [PAGE, COPIES, f"{COPIES}/00000000-0000-4000-8000-000000000000"])
def test_who_is_not_signed_in_is_asked_to(client: PageClient, address: str) -> None:
    assert urlsplit(client.get(address).location).path == "/sign-in"


def test_a_request_stands_when_the_queue_was_emptied_between_button_and_worker(
    signed_in: PageClient, run_jobs: RunJobs
) -> None:
    signed_in.submit(COPIES, page=PAGE)
    queue.connection().flushall()
    queue.sweep(now=utc_now())
    run_jobs()
    assert "Your copy is ready" in signed_in.get(PAGE).text
