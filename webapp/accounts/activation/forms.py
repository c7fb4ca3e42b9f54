"""The form behind the link to a customer's account."""

from flask_babel import lazy_gettext as _l
from wtforms import Field, PasswordField
from wtforms.validators import InputRequired

from webapp.accounts import passwords
from webapp.accounts.forms import Form, check_new_password
from webapp.subjects.fields import Line


class ActivationForm(Form):
    knowledge = Line(
        _l("Customer number or postal code"), needed=_l("Enter your customer number, or your postal code.")
    )
    password = PasswordField(_l("New password"), [InputRequired(_l("Choose a password."))])

    def __init__(self, email: str) -> None:
        super().__init__()
        self.address = email

    def validate_password(self, field: Field) -> None:
        check_new_password(field, own=[self.address], shortest=passwords.SHORTEST)
