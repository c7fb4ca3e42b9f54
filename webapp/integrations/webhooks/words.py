"""Changes and what became of them, in words."""

from flask_babel import lazy_gettext as _l

from webapp.changes import Change
from webapp.integrations.webhooks.models import Outcome, State

CHANGES = {
    Change.CUSTOMER_CHANGED: _l("Contact details changed"),
    Change.PRODUCT_CANCELLED: _l("Product cancelled"),
    Change.PRODUCT_KEPT: _l("Cancellation of a product taken back"),
    Change.PAYMENT_METHOD_REMOVED: _l("Payment method removed"),
    Change.BILLING_ADDRESS_CHANGED: _l("Billing address changed"),
    Change.ACCOUNT_CLOSED: _l("Account closed"),
    Change.ACCOUNT_REOPENED: _l("Account opened again"),
    Change.CONSENT_GIVEN: _l("Consent given"),
    Change.CONSENT_WITHDRAWN: _l("Consent withdrawn"),
    Change.MARKETING_STOPPED: _l("All marketing turned off"),
    Change.PROCESSING_RESTRICTED: _l("Use of data restricted"),
    Change.PROCESSING_RELEASED: _l("Restriction ended"),
    Change.ERASURE_DUE: _l("Erasure due"),
    Change.ERASURE_CANCELLED: _l("Erasure called off"),
    Change.ERASURE_DONE: _l("Erased"),
    Change.WEBHOOK_TESTED: _l("Test by staff"),
}

STATES = {
    State.WAITING: _l("On its way"),
    State.DELIVERED: _l("Arrived"),
    State.FAILED: _l("Given up"),
    State.DROPPED: _l("Not sent"),
}

OUTCOMES = {
    Outcome.ACCEPTED: _l("Accepted."),
    Outcome.REFUSED: _l("It answered, but not that all is well: only an answer from 200 to 299 counts."),
    Outcome.REDIRECTED: _l("It sent us to another address. Redirects are not followed: enter the address itself."),
    Outcome.UNKNOWN_HOST: _l("There is no such host, or its name could not be looked up."),
    Outcome.INTERNAL_ADDRESS: _l("Its name leads inside a network that may not be called."),
    Outcome.UNREACHABLE: _l("Nobody answered there, or the connection broke."),
    Outcome.NOT_TRUSTED: _l("Its certificate is not valid for this name."),
    Outcome.TOO_SLOW: _l("It took longer than 10 seconds. It should answer first and work afterwards."),
    Outcome.NOT_HTTP: _l("It did not answer as a web server does."),
}
