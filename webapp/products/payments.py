"""What a person paid and has to pay: page by page, and the totals of each year in each currency."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select

from webapp.db import db
from webapp.paging import OnDay, cut, next_to
from webapp.products.models import Invoice, InvoiceKind, InvoiceState
from webapp.subjects.models import Subject

PAGE = 12
MONTHS = 12
IN_MEMORY = 500


@dataclass(frozen=True)
class Page:
    invoices: list[Invoice]
    newer_than: OnDay | None
    older_than: OnDay | None


@dataclass(frozen=True)
class Total:
    """What was paid in a year in one currency, credit notes taken off; `owed` is what is open."""

    year: int
    currency: str
    paid: int
    owed: int


@dataclass(frozen=True)
class Entry:
    """What was paid in a month, which is given by its first day, in one currency; `owed` is what is open of it."""

    month: date
    currency: str
    paid: int
    owed: int


@dataclass(frozen=True)
class Month:
    """The first day of a month, and what was paid in it."""

    first: date
    paid: int


def page(subject: Subject, *, older_than: OnDay | None = None, newer_than: OnDay | None = None) -> Page:
    """The newest invoices, or those next to a place."""
    order = (Invoice.issued_on, Invoice.external_id)
    mine = select(Invoice).where(_is_seen(subject))
    found = db.session.scalars(next_to(mine, order, size=PAGE, older_than=older_than, newer_than=newer_than)).all()
    return Page(*cut(found, _place, size=PAGE, older_than=older_than, newer_than=newer_than))


def everything(subject: Subject) -> Iterator[Invoice]:
    """For the download: the newest first, a few at a time."""
    mine = select(Invoice).where(_is_seen(subject)).order_by(Invoice.issued_on.desc(), Invoice.external_id.desc())
    return iter(db.session.scalars(mine, execution_options={"yield_per": IN_MEMORY}))


def ledger(subject: Subject) -> list[Entry]:
    """What was paid and is owed, month by month and currency by currency, the latest first: in one statement."""
    month = func.date_trunc("month", _counted_on())
    asked = (
        select(month, Invoice.currency, _sum(InvoiceState.PAID), _sum(InvoiceState.OPEN))
        .where(_is_seen(subject), Invoice.state != InvoiceState.CANCELLED)
        .group_by(month, Invoice.currency)
        .order_by(month.desc(), Invoice.currency)
    )
    return [Entry(row[0].date(), row[1], int(row[2]), int(row[3])) for row in db.session.execute(asked)]


def totals(entries: Sequence[Entry]) -> list[Total]:
    """The latest year first."""
    years: dict[tuple[int, str], tuple[int, int]] = {}
    for entry in entries:
        paid, owed = years.get((entry.month.year, entry.currency), (0, 0))
        years[entry.month.year, entry.currency] = paid + entry.paid, owed + entry.owed
    in_order = sorted(years.items(), key=lambda item: (-item[0][0], item[0][1]))
    return [Total(year, currency, *sums) for (year, currency), sums in in_order]


def months(entries: Sequence[Entry], currency: str, *, today: date) -> list[Month]:
    """The last twelve, this one included."""
    paid = {entry.month: entry.paid for entry in entries if entry.currency == currency}
    firsts = [_first_of_month(today, ago=ago) for ago in range(MONTHS - 1, -1, -1)]
    return [Month(first, paid.get(first, 0)) for first in firsts]


def main_currency(found: Sequence[Total]) -> str | None:
    """That of the latest year, and of several the one most was paid in."""
    latest = [total for total in found if total.year == found[0].year]
    return max(latest, key=lambda total: total.paid).currency if latest else None


def signed_amount() -> ColumnElement[int]:
    """A credit note counts against the others."""
    return case((Invoice.kind == InvoiceKind.CREDIT_NOTE, -Invoice.amount), else_=Invoice.amount)


def _first_of_month(today: date, *, ago: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - ago, 12)
    return date(year, month + 1, 1)


def _place(invoice: Invoice) -> OnDay:
    return OnDay(invoice.issued_on, invoice.external_id)


def _is_seen(subject: Subject) -> ColumnElement[bool]:
    """A draft is not part of the books and may change before it is sent."""
    return (Invoice.subject_id == subject.id) & (Invoice.state != InvoiceState.DRAFT)


def _counted_on() -> ColumnElement[date]:
    return func.coalesce(Invoice.paid_on, Invoice.issued_on)


def _sum(state: InvoiceState) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((Invoice.state == state, signed_amount()), else_=0)), 0)
