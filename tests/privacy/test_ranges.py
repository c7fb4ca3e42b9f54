"""A download that broke goes on: parts of the file, by RFC 9110, and only they are read."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.pages import PageClient
from tests.people import Person, person
from tests.signed_in import signed_in
from webapp import storage
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy import exports
from webapp.privacy.models import CopyDownload, DataExport
from webapp.storage import Store
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]
Read = Callable[..., Iterator[bytes]]


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


@pytest.fixture
def export(anna: Person, run_jobs: RunJobs) -> DataExport:
    wanted = exports.request(db.session.get_one(Subject, anna.id), now=utc_now())
    run_jobs()
    return wanted


@pytest.fixture
def laptop(client: PageClient, anna: Person) -> PageClient:
    return signed_in(client, anna)


@pytest.fixture
def whole(export: DataExport) -> bytes:
    return b"".join(storage.read(Store.EXPORTS, export.id))


def url(export: DataExport) -> str:
    return f"/account/data/exports/{export.id}"


def downloads() -> int:
    return db.session.scalar(select(func.count()).select_from(CopyDownload)) or 0


def test_the_whole_says_that_parts_can_be_had(laptop: PageClient, export: DataExport, whole: bytes) -> None:
    answer = laptop.get(url(export))
    assert (answer.status_code, answer.data) == (200, whole)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"].startswith('"')
    assert "Content-Range" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [("0-0", 0, 1), ("10-19", 10, 20), ("100-", 100, None), ("-7", -7, None), ("0-", 0, None), ("5-99999999", 5, None)],
)
def test_a_part_is_a_part(
    laptop: PageClient, export: DataExport, whole: bytes, wanted: str, start: int, stop: int | None
) -> None:
    part = whole[start:stop]
    answer = laptop.get(url(export), headers={"Range": f"bytes={wanted}"})
    first = start % len(whole)
    assert (answer.status_code, answer.data) == (206, part)
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
    assert int(answer.headers["Content-Length"]) == len(part)


def test_a_download_that_broke_twice_is_whole_and_one_download(
    laptop: PageClient, export: DataExport, whole: bytes
) -> None:
    etag = laptop.get(url(export)).headers["ETag"]
    pieces = [
        laptop.get(url(export), headers={"Range": f"bytes={wanted}", "If-Range": etag}).data
        for wanted in ("0-499", "500-999", "1000-")
    ]
    assert b"".join(pieces) == whole
    assert downloads() == 2  # the whole before, and the one in pieces


@pytest.mark.parametrize("wanted", ["99999999-", "99999999-100000000"])
def test_beyond_the_end_there_is_nothing(laptop: PageClient, export: DataExport, whole: bytes, wanted: str) -> None:
    answer = laptop.get(url(export), headers={"Range": f"bytes={wanted}"})
    assert (answer.status_code, answer.data) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(whole)}"
    assert downloads() == 0


@pytest.mark.parametrize("wanted", ["bytes=9-4", "bytes=a-b", "bytes=0-1,4-5", "rows=0-1", "bytes", "bytes=-0"])
def test_what_is_no_range_gets_the_whole(laptop: PageClient, export: DataExport, whole: bytes, wanted: str) -> None:
    answer = laptop.get(url(export), headers={"Range": wanted})
    assert (answer.status_code, answer.data) == (200, whole)


@pytest.mark.parametrize("condition", ['"another"', 'W/"weak"', "Mon, 06 Jul 2026 10:00:00 GMT"])
def test_who_has_a_part_of_another_file_gets_the_whole(
    laptop: PageClient, export: DataExport, whole: bytes, condition: str
) -> None:
    answer = laptop.get(url(export), headers={"Range": "bytes=5-", "If-Range": condition})
    assert (answer.status_code, answer.data) == (200, whole)


def test_head_tells_and_reads_nothing(
    laptop: PageClient, export: DataExport, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "read", None)
    answer = laptop.head(url(export))
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(whole)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert downloads() == 0


def test_only_the_bytes_asked_for_are_read(
    laptop: PageClient, export: DataExport, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading: Read = storage.read
    sizes: list[int] = []

    def counted(store: Store, key: UUID, **more: tuple[int, int]) -> Iterator[bytes]:
        for piece in reading(store, key, **more):
            sizes.append(len(piece))
            yield piece

    monkeypatch.setattr(storage, "read", counted)
    laptop.get(url(export), headers={"Range": "bytes=40-49"})
    assert sizes == [10]
