"""Imports in words: their kinds, their states, and why a file or a row was refused."""

from flask_babel import lazy_gettext as _l

from webapp.imports.models import ImportState, Kind

KINDS = {
    Kind.CUSTOMERS: _l("Customers"),
    Kind.PRODUCTS: _l("Products and services"),
    Kind.INVOICES: _l("Invoices and credit notes"),
    Kind.PAYMENT_METHODS: _l("Payment methods"),
}
STATES = {
    ImportState.RECEIVED: _l("waits for its columns"),
    ImportState.CHECKING: _l("being checked"),
    ImportState.CHECKED: _l("checked, not imported yet"),
    ImportState.RUNNING: _l("being imported"),
    ImportState.DONE: _l("imported"),
    ImportState.STOPPED: _l("stopped"),
    ImportState.FAILED: _l("could not be read"),
}
