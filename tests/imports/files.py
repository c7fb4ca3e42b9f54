"""Files as other systems export them, and staff who imports them."""

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
INVOICES = (
    "external_id,customer,number,state,issued_on,amount,currency,country,billed_to\n"
    "I-1,K-1,2026-001,paid,2026-03-05,12.90,CHF,CH,Anna Keller\n"
    'I-2,K-2,2026-002,open,2026-03-06,"1,290.50",CHF,CH,Beat Müller\n'
)


def upload(
    client: PageClient, content: str | bytes, *, kind: str = "customers", name: str = "export.csv"
) -> TestResponse:
    data = content if isinstance(content, bytes) else content.encode()
    return client.submit("/staff/imports/new", {"kind": kind, "file": (BytesIO(data), name)})


def received() -> Import:
    return db.session.scalars(select(Import).order_by(Import.received_at.desc()).limit(1)).one()


def confirm_columns(client: PageClient, import_id: UUID, **columns: str) -> TestResponse:
    """As they were guessed, but for those that are given by their place."""
    page = f"/staff/imports/{import_id}/columns"
    return client.submit(page, {**guessed(client.get(page).text), **columns})


def guessed(page: str) -> dict[str, str]:
    from html.parser import HTMLParser

    chosen: dict[str, str] = {}

    class Selects(HTMLParser):
        name = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            if tag == "select":
                self.name = given["name"] or ""
            elif tag == "option" and "selected" in given:
                chosen[self.name] = given["value"] or ""

    Selects().feed(page)
    return chosen
