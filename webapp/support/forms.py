"""The form of the register of disclosures."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, ValidationError
from wtforms.validators import InputRequired, Optional

from webapp.accounts.forms import Form
from webapp.clock import utc_now
from webapp.subjects.fields import AddressLine, Line


class DisclosureForm(Form):
    email = AddressLine(_l("Email address of the person"))
    recipient = Line(_l("To whom"), longest=200, needed=_l("Write down who got the data."))
    data = Line(_l("Which data"), longest=500, needed=_l("Write down which data it was."))
    reason = Line(_l("Why"), longest=500, needed=_l("Write down why it was passed on."))
    legal_basis = Line(_l("Legal basis"), longest=200, needed=_l("Name the law or the consent that allows it."))
    disclosed_on = DateField(_l("When"), [InputRequired(_l("Enter the day on which the data was passed on."))])
    secret_until = DateField(_l("Secret until"), [Optional()])

    def validate_disclosed_on(self, field: Field) -> None:
        if field.data and field.data > utc_now().date():
            raise ValidationError(_("This day is still to come."))

    def validate_secret_until(self, field: Field) -> None:
        if field.data and field.data < utc_now().date():
            raise ValidationError(_("This day is over. Leave it empty when nothing is secret."))

    def details(self) -> dict[str, str | date | None]:
        names = ("recipient", "data", "reason", "legal_basis", "disclosed_on", "secret_until")
        return {name: self[name].data for name in names}
