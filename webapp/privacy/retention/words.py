"""What the kinds of data are called when staff speak of somebody else's."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.data_map.vocabulary import Category

KINDS = {
    Category.CONTACT: _l("Contact details"),
    Category.ACCESS: _l("Sign-in"),
    Category.INTERACTION: _l("Devices and use"),
    Category.PAYMENT: _l("Products and payments"),
    Category.DOCUMENT: _l("Documents"),
    Category.CONSENT: _l("Consents"),
    Category.COMMUNICATION: _l("Emails"),
    Category.REQUEST: _l("Requests"),
    Category.HISTORY: _l("History"),
}
