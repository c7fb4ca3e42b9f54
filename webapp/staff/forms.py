"""The forms of this package."""

from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField
from wtforms.validators import InputRequired

from webapp.access import Role
from webapp.accounts.fields import AddressLine
from webapp.accounts.forms import Form, NameForm, NewPasswordForm
from webapp.staff.words import DUTIES


class RoleForm(Form):
    role = RadioField(_l("Role"), [InputRequired(_l("Choose a role."))])

    def __init__(self, role: Role | None = None) -> None:
        super().__init__(data={"role": role.value if role else None})
        self.role.choices = [(role.value, duty) for role, duty in DUTIES.items()]

    @property
    def chosen(self) -> Role:
        return Role(self.role.data)


class InvitationForm(RoleForm):
    email = AddressLine(_l("Email"))


class NewcomerForm(NameForm, NewPasswordForm):
    """Of somebody who was invited and has no account yet."""

    def __init__(self, email: str) -> None:
        super().__init__(own=[email])

    def validate_password(self, field: Field) -> None:
        self.own = [*self.own, self.given_name.data, self.family_name.data]
        super().validate_password(field)
