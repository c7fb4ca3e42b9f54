"""What a key may do, in words."""

from flask_babel import lazy_gettext as _l

from webapp.access import Scope

SCOPES = {
    Scope.CUSTOMERS_READ: _l("Read customers"),
    Scope.CUSTOMERS_WRITE: _l("Send customers"),
    Scope.PRODUCTS_READ: _l("Read products and services"),
    Scope.PRODUCTS_WRITE: _l("Send products and services"),
    Scope.INVOICES_READ: _l("Read invoices"),
    Scope.INVOICES_WRITE: _l("Send invoices"),
    Scope.PAYMENT_METHODS_READ: _l("Read payment methods"),
    Scope.PAYMENT_METHODS_WRITE: _l("Send payment methods"),
    Scope.DISCLOSURES_READ: _l("Read what was passed on to others"),
    Scope.DISCLOSURES_WRITE: _l("Record what was passed on to others"),
    Scope.CONFIRMATIONS_WRITE: _l("Confirm what it was told by a webhook"),
    Scope.INTERACTIONS_WRITE: _l("Report interactions of apps and sites"),
}
