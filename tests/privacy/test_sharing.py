"""Sharing a copy with another provider: a link that the person makes, watches and takes back."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.accounts.browsers import another_browser
from tests.pages import PageClient, QuickClient
from tests.people import Person, person
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp import links
from webapp.accounts.models import DeviceSession
from webapp.audit import AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.links import Purpose
from webapp.privacy import copy_shares, exports
from webapp.privacy.models import CopyDownload, CopyShare, DataExport, Way
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]
NAME = "Hosting Engadin"


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


@pytest.fixture
def laptop(client: PageClient, anna: Person) -> PageClient:
    return signed_in(client, anna)


@pytest.fixture
def export(anna: Person, run_jobs: RunJobs) -> DataExport:
    wanted = exports.request(db.session.get_one(Subject, anna.id), now=utc_now())
    run_jobs()
    return wanted


@pytest.fixture
def provider(app: Flask) -> PageClient:
    return another_browser(app)


def shared(export: DataExport, *, uses: int = 1, days: int = 3) -> CopyShare:
    share = copy_shares.create(export, NAME, uses=uses, lifetime=timedelta(days=days), now=utc_now())
    db.session.commit()
    return share


def address(share: CopyShare) -> str:
    return f"/shared-copies/{copy_shares.link_token(share, now=utc_now())}"


def as_another(app: Flask, number: int) -> QuickClient:
    visitor = QuickClient(app, app.response_class)
    visitor.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
    return visitor


def trail() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_from_the_button_to_the_other_provider_and_back_to_the_person(
    laptop: PageClient, provider: PageClient, export: DataExport, run_jobs: RunJobs, relay: TestRelay, anna: Person
) -> None:
    made = laptop.submit(f"/account/data/exports/{export.id}/shares/new", {"name": NAME, "uses": "1", "days": "3"})
    link = laptop.get(made.location).text.split('value="http://localhost')[1].split('"')[0]
    page = provider.get(link)
    assert "A copy of personal data for you" in page.text
    assert NAME in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert anna.email not in page.text
    assert "Keller" not in page.text
    file = provider.get(provider.submit(link).location)
    assert "index.html" in zipfile.ZipFile(io.BytesIO(file.data)).namelist()
    run_jobs()
    assert NAME in relay.to(anna.email)[-1].text
    seen = laptop.get(f"/account/data/exports/{export.id}/details").text
    assert seen.count(NAME) == 2  # the link, and its use
    assert "1 of 1" in seen
    assert trail()[-2:] == ["copy_shared", "copy_share_used"]


def test_looking_uses_nothing_up(provider: PageClient, export: DataExport) -> None:
    link = address(shared(export))
    for _ in range(20):
        assert provider.get(link).status_code == 200
        assert provider.head(link).status_code == 200
    assert db.session.scalars(select(CopyShare.uses)).all() == [0]
    assert trail()[-1] == "copy_shared"


def test_each_visitor_is_a_use_and_the_one_too_many_gets_nothing(app: Flask, export: DataExport) -> None:
    link = address(shared(export, uses=2))
    answers = [as_another(app, number).post(link) for number in (1, 1, 2, 2, 3, 1)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 303, 410, 303]
    assert "This link was used already" in answers[4].text
    assert db.session.scalars(select(CopyShare.uses)).all() == [2]
    assert db.session.scalar(select(func.count()).select_from(CopyDownload)) == 2


def test_after_some_hours_it_is_another_use(app: Flask, export: DataExport) -> None:
    link = address(shared(export))
    assert as_another(app, 1).post(link).status_code == 303
    db.session.scalars(select(CopyDownload)).one().started_at -= copy_shares.SAME_USE_WITHIN
    db.session.commit()
    assert as_another(app, 1).post(link).status_code == 410


def test_the_person_is_told_of_the_first_use_only(
    app: Flask, export: DataExport, run_jobs: RunJobs, relay: TestRelay
) -> None:
    link = address(shared(export, uses=3))
    relay.forget()
    for number in range(3):
        as_another(app, number).post(link)
    run_jobs()
    assert len(relay.received) == 1


def test_taken_back_it_leads_nowhere_even_in_the_middle_of_a_download(
    laptop: PageClient, app: Flask, export: DataExport
) -> None:
    share = shared(export, uses=3)
    link, provider = address(share), as_another(app, 1)
    file = provider.post(link).location
    assert provider.get(file, headers={"Range": "bytes=0-9"}).status_code == 206
    details = f"/account/data/exports/{export.id}"
    laptop.submit(f"{details}/shares/{share.id}/revocation", page=f"{details}/details")
    for answer in (provider.get(link), provider.post(link), provider.get(file)):
        assert answer.status_code == 410
        assert "This link was taken back" in answer.text


def test_it_ends_by_itself_and_with_the_copy(app: Flask, export: DataExport) -> None:
    share, provider = shared(export, uses=3, days=7), as_another(app, 1)
    link = address(share)
    assert share.expires_at == export.expires_at
    file = provider.post(link).location
    exports.delete(export, now=utc_now())
    db.session.commit()
    for answer in (provider.get(link), provider.post(link), provider.get(file)):
        assert answer.status_code == 410
    share.expires_at = utc_now()
    db.session.commit()
    assert "This link is too old" in provider.get(link).text
    assert provider.post(link).status_code == 410


@pytest.mark.parametrize("spoil", [lambda token: token[:-1], lambda token: token + "A", lambda token: "%00"])
@pytest.mark.parametrize("path", ["/shared-copies", "/shared-copies/files"])
def test_a_spoilt_link_gives_nothing(app: Flask, export: DataExport, spoil: Callable[[str], str], path: str) -> None:
    share = shared(export)
    token = copy_shares.link_token(share, now=utc_now())
    assert as_another(app, 1).get(f"{path}/{spoil(token)}").status_code == 404


def test_a_link_that_is_too_old_gives_nothing(app: Flask, export: DataExport) -> None:
    share = shared(export)
    old = utc_now() - timedelta(days=8)
    assert as_another(app, 1).post(f"/shared-copies/{copy_shares.link_token(share, now=old)}").status_code == 410
    assert as_another(app, 1).get(f"/shared-copies/files/{copy_shares.ticket(share, now=old)}").status_code == 410


def test_the_first_link_is_no_ticket_for_the_file(app: Flask, export: DataExport) -> None:
    token = copy_shares.link_token(shared(export), now=utc_now())
    assert as_another(app, 1).get(f"/shared-copies/files/{token}").status_code == 404
    stranger = links.sign(Purpose.SHARED_COPY, now=utc_now(), share=str(export.id))
    assert as_another(app, 1).get(f"/shared-copies/{stranger}").status_code == 404


def test_a_ticket_that_went_on_to_somebody_else_is_seen(app: Flask, export: DataExport) -> None:
    file = as_another(app, 1).post(address(shared(export))).location
    as_another(app, 1).get(file)
    as_another(app, 2).get(file)
    networks = db.session.scalars(select(CopyDownload.network).order_by(CopyDownload.started_at)).all()
    assert networks == ["192.0.2.1", "192.0.2.2"]


def test_nobody_shares_the_copy_of_another(laptop: PageClient, app: Flask, export: DataExport) -> None:
    share = shared(export)
    bert = signed_in(another_browser(app), person("bert@example.org"))
    base = f"/account/data/exports/{export.id}"
    for path in (f"{base}/shares/new", f"{base}/shares/{share.id}", f"{base}/details"):
        assert bert.get(path).status_code == 404
    assert bert.submit(f"{base}/shares/{share.id}/revocation", page="/account/data").status_code == 404
    assert share.revoked_at is None


def test_making_a_link_needs_a_fresh_proof(laptop: PageClient, export: DataExport) -> None:
    db.session.scalars(select(DeviceSession)).one().proved_at -= timedelta(hours=1)
    db.session.commit()
    assert "/account/proof" in laptop.get(f"/account/data/exports/{export.id}/shares/new").location


def test_nobody_can_keep_more_than_ten_links_in_view(laptop: PageClient, export: DataExport) -> None:
    for _ in range(copy_shares.MOST):
        shared(export)
    new = f"/account/data/exports/{export.id}/shares/new"
    refused = laptop.submit(new, {"name": NAME, "uses": "1", "days": "1"})
    assert refused.status_code == 422
    assert "ten links" in refused.text


def test_the_way_is_written_down(app: Flask, laptop: PageClient, export: DataExport) -> None:
    laptop.get(f"/account/data/exports/{export.id}")
    as_another(app, 1).post(address(shared(export)))
    assert set(db.session.scalars(select(CopyDownload.way))) == {Way.SIGN_IN, Way.SHARE}
