"""Files as other systems export them, and what staff does with them."""

from collections.abc import Callable
from html.parser import HTMLParser
from io import BytesIO
from uuid import UUID

from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.pages import PageClient
from webapp.db import db
from webapp.imports.models import Import

CUSTOMERS = (
    "Kundennummer;E-Mail;Vorname;Name;Telefon;PLZ;Ort;Land\r\n"
    "K-1;anna@example.org;Anna;Keller;044 668 18 00;8002;Zürich;Schweiz\r\n"
    "K-2;beat@example.org;Beat;Müller;+41 79 123 45 67;3011;Bern;CH\r\n"
)
INVOICES = "external_id,customer,number,state,issued_on,amount,currency,country,billed_to\n"
INVOICE = "I-1,K-1,2026-001,paid,2026-03-05,12.90,CHF,CH,Anna Keller\n"


class Staff:
    """Somebody at the pages for imports."""

    def __init__(self, client: PageClient, run_jobs: Callable[[], None]) -> None:
        self.client, self.run_jobs = client, run_jobs

    def upload(self, content: str | bytes, *, kind: str = "customers", name: str = "export.csv") -> TestResponse:
        data = content if isinstance(content, bytes) else content.encode()
        return self.client.submit("/staff/imports/new", {"kind": kind, "file": (BytesIO(data), name)})

    def check(self, content: str | bytes, *, kind: str = "customers", **columns: str) -> Import:
        """Uploads it and confirms the columns as they were guessed, but for those that are given by their place."""
        assert self.upload(content, kind=kind).status_code == 303
        self.confirm(newest().id, **columns)
        self.run_jobs()
        return newest()

    def take_in(self, content: str | bytes, *, kind: str = "customers", **columns: str) -> Import:
        self.start(self.check(content, kind=kind, **columns).id)
        self.run_jobs()
        return newest()

    def confirm(self, import_id: UUID, **columns: str) -> TestResponse:
        page = f"/staff/imports/{import_id}/columns"
        return self.client.submit(page, {**_chosen(self.client.get(page).text), **columns})

    def start(self, import_id: UUID) -> TestResponse:
        return self.post(import_id, "start")

    def post(self, import_id: UUID, what: str) -> TestResponse:
        return self.client.submit(f"/staff/imports/{import_id}/{what}", page=f"/staff/imports/{import_id}")

    def page(self, import_id: UUID) -> str:
        return self.client.get(f"/staff/imports/{import_id}").text


def newest() -> Import:
    return db.session.scalars(select(Import).order_by(Import.received_at.desc()).limit(1)).one()


def _chosen(page: str) -> dict[str, str]:
    selects = _Selects()
    selects.feed(page)
    return selects.chosen


class _Selects(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.chosen: dict[str, str] = {}
        self._name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "select":
            self._name = given["name"] or ""
        elif tag == "option" and "selected" in given:
            self.chosen[self._name] = given["value"] or ""
