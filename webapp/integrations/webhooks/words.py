"""Changes and what became of them, in words."""

from flask_babel import lazy_gettext as _l

from webapp.changes import Change
from webapp.integrations.webhooks.models import State

CHANGES = {
    Change.CUSTOMER_CHANGED: _l("contact details changed"),
    Change.PRODUCT_CANCELLED: _l("product cancelled"),
    Change.PAYMENT_METHOD_REMOVED: _l("payment method removed"),
    Change.BILLING_ADDRESS_CHANGED: _l("billing address changed"),
    Change.ACCOUNT_CLOSED: _l("account closed"),
    Change.ACCOUNT_REOPENED: _l("account opened again"),
    Change.CONSENT_GIVEN: _l("consent given"),
    Change.CONSENT_WITHDRAWN: _l("consent withdrawn"),
    Change.MARKETING_STOPPED: _l("all marketing turned off"),
    Change.PROCESSING_RESTRICTED: _l("use of data restricted"),
    Change.PROCESSING_RELEASED: _l("restriction ended"),
    Change.ERASURE_DUE: _l("erasure due"),
    Change.ERASURE_CANCELLED: _l("erasure called off"),
    Change.ERASURE_DONE: _l("erased"),
    Change.WEBHOOK_TESTED: _l("test by staff"),
}

STATES = {
    State.WAITING: _l("on its way"),
    State.DELIVERED: _l("arrived"),
    State.FAILED: _l("given up"),
    State.DROPPED: _l("not sent"),
}
