"""What the codes of this package are called when a person reads them."""

from flask_babel import lazy_gettext as _l

from webapp.products.models import Interval, InvoiceKind, InvoiceState, ProductKind, ProductState

PRODUCT_KINDS = {
    ProductKind.PRODUCT: _l("product"),
    ProductKind.SERVICE: _l("service"),
}

PRODUCT_STATES = {
    ProductState.ACTIVE: _l("in use"),
    ProductState.ENDING: _l("cancelled, still in use"),
    ProductState.ENDED: _l("over"),
}

INTERVALS = {
    Interval.ONCE: _l("once only"),
    Interval.MONTH: _l("every month"),
    Interval.QUARTER: _l("every three months"),
    Interval.YEAR: _l("every year"),
}

INVOICE_KINDS = {
    InvoiceKind.INVOICE: _l("invoice"),
    InvoiceKind.CREDIT_NOTE: _l("credit note"),
}

INVOICE_STATES = {
    InvoiceState.DRAFT: _l("draft"),
    InvoiceState.OPEN: _l("to be paid"),
    InvoiceState.PAID: _l("paid"),
    InvoiceState.CANCELLED: _l("cancelled"),
}
