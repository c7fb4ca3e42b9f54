"""The invoices of a person as a file for spreadsheets."""

from collections.abc import Iterator
from io import StringIO

from flask_babel import gettext as _

from webapp.products import money, payments
from webapp.products.models import Invoice, InvoiceKind
from webapp.products.words import INVOICE_KINDS, INVOICE_STATES
from webapp.spreadsheets import SafeWriter
from webapp.subjects.models import Subject


def lines(subject: Subject) -> Iterator[str]:
    """One line after the other, the newest invoice first. Credit notes are negative, so that the column adds up."""
    buffer = StringIO()
    writer = SafeWriter(buffer)
    head = [
        _("Date"),
        _("Number"),
        _("Kind"),
        _("For"),
        _("State"),
        _("Due on"),
        _("Paid on"),
        _("Amount"),
        _("Currency"),
    ]
    writer.write(head)
    yield _taken(buffer)
    for invoice in payments.everything(subject):
        writer.write(_cells(invoice))
        yield _taken(buffer)


def _cells(invoice: Invoice) -> list[object]:
    units = -invoice.amount if invoice.kind is InvoiceKind.CREDIT_NOTE else invoice.amount
    return [
        invoice.issued_on.isoformat(),
        invoice.number,
        str(INVOICE_KINDS[invoice.kind]),
        invoice.description,
        str(INVOICE_STATES[invoice.state]),
        invoice.due_on.isoformat() if invoice.due_on else "",
        invoice.paid_on.isoformat() if invoice.paid_on else "",
        money.in_whole(units, invoice.currency),
        invoice.currency,
    ]


def _taken(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
