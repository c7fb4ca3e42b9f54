"""What the roles are called, and what each is there for."""

from flask_babel import lazy_gettext as _l

from webapp.access import Role

ROLES = {
    Role.CUSTOMER: _l("customer"),
    Role.MARKETER: _l("marketer"),
    Role.SUPPORT: _l("support"),
    Role.PRIVACY_OFFICER: _l("privacy officer"),
    Role.ADMINISTRATOR: _l("administrator"),
}

DUTIES = {
    Role.MARKETER: _l("Marketer: writes and sends emails to people who agreed to get them"),
    Role.SUPPORT: _l("Support: helps customers who cannot get on by themselves"),
    Role.PRIVACY_OFFICER: _l("Privacy officer: answers what people ask about their data"),
    Role.ADMINISTRATOR: _l("Administrator: all of this, and decides who works here"),
}
