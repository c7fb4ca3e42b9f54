"""Files that the demo's staff imported, and one that waits for somebody to say yes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from random import Random

from deploy.demo.cast import Cast
from webapp.db import db
from webapp.imports import imports
from webapp.imports.columns import guess
from webapp.imports.models import Import, ImportState, Kind
from webapp.subjects.models import Subject

HEADER = "Nr;Kundennummer;Rechnungsnummer;Status;Datum;Fällig am;Betrag;Währung;Land;Empfänger;Betreff;Bemerkung"
BEFORE = [  # kind, name of the file, days ago, size, what became of its rows
    (Kind.CUSTOMERS, "kunden-2026.csv", 63, 214_000, {"created": 1_310, "refused": 9}),
    (Kind.PRODUCTS, "vertraege.csv", 63, 188_400, {"created": 1_702}),
    (Kind.INVOICES, "rechnungen-archiv.csv", 62, 3_907_000, {"created": 24_880, "unchanged": 12}),
    (Kind.CUSTOMERS, "customers.csv", 20, 61_300, {"created": 38, "updated": 121, "unchanged": 604, "kept": 17}),
]
WRITTEN = {"encoding": "cp1252", "separator": ";", "starts": 0, "header": []}


def write(cast: Cast, *, now: datetime) -> None:
    db.session.add_all(_done(*told, by=cast, now=now) for told in BEFORE)
    officer = db.session.get_one(Subject, cast.officer.id)
    file = BytesIO("\r\n".join([HEADER, *_invoices(now)]).encode("cp1252"))
    found = imports.receive(file, Kind.INVOICES, name="rechnungen-neu.csv", by=officer, now=now)
    db.session.flush()
    imports.keep(found, file)
    imports.check(found, guess(found.kind, found.header), dates="dmy", decimal=",", now=now)


def _done(kind: Kind, name: str, days: int, size: int, counts: dict[str, int], *, by: Cast, now: datetime) -> Import:
    """One of long ago, whose file is deleted."""
    at = now - timedelta(days=days)
    times = {"received_at": at, "working_since": at, "finished_at": at + timedelta(minutes=4)}
    return Import(
        kind=kind,
        state=ImportState.DONE,
        file_name=name,
        size=size,
        started_by=by.administrator.id,
        position=size,
        counts=counts,
        reasons={"email\temail": counts["refused"]} if "refused" in counts else {},
        **times,
        **WRITTEN,
    )


def _invoices(now: datetime) -> Iterator[str]:
    """Of last month. Three of them are not as they should be."""
    rng = Random("alpenglow uploads")
    issued = now - timedelta(days=6)
    for number in range(120):
        customer, amount, note = f"K-{8_001 + number}", f"{rng.randint(9, 240)},{rng.choice(['00', '50', '90'])}", ""
        if number == 17:
            customer = "K-99999"
        elif number == 52:
            amount = "-45,00"
        elif number == 90:
            note = "bezahlt mit 4111 1111 1111 1111"
        yield (
            f"R-{71_200 + number};{customer};{issued.year}-{7_120 + number};offen;{issued:%d.%m.%Y};"
            f"{issued + timedelta(days=30):%d.%m.%Y};{amount};CHF;Schweiz;Kundin oder Kunde {customer};Hosting;{note}"
        )
