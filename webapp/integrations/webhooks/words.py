"""Changes and what became of them, in words."""

from flask_babel import lazy_gettext as _l

from webapp.changes import Change
from webapp.integrations.webhooks.models import Outcome, State

CHANGES = {
    Change.CUSTOMER_CHANGED: _l("contact details changed"),
    Change.PRODUCT_CANCELLED: _l("product cancelled"),
    Change.PRODUCT_KEPT: _l("cancellation of a product taken back"),
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
