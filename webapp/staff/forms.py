"""The forms of this package."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, PasswordField, RadioField, SelectChoice, ValidationError
from wtforms.validators import InputRequired

from webapp.access import Role
from webapp.accounts import passwords
from webapp.accounts.activation import runs
from webapp.accounts.forms import Form, NameForm, check_new_password
from webapp.staff.customers import search
from webapp.staff.words import DUTIES
from webapp.subjects.fields import AddressLine, Line


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


class RecoveryForm(Form):
    email = AddressLine(_l("Email address of the account"))
    reason = Line(
        _l("Reason"), longest=500, needed=_l("Write down what the person told you, and how you know who it is.")
    )


class PaceForm(Form):
    pace = RadioField(
        _l("Pace"),
        [InputRequired(_l("Choose a pace."))],
        choices=[SelectChoice(str(pace), _l("%(number)s an hour", number=f"{pace:,}")) for pace in runs.PACES],
        default=str(runs.PACES[1]),
    )

    @property
    def chosen(self) -> int:
        return int(self.pace.data)


class ReasonForm(Form):
    reason = Line(_l("Reason"), longest=300, needed=_l("Write down why you look at this person’s data."))


class SearchForm(ReasonForm):
    terms = Line(_l("Name, email address or customer number"), longest=254, needed=_l("Enter whom you look for."))

    def validate_terms(self, field: Field) -> None:
        if len(field.data) < search.SHORTEST:
            raise ValidationError(_("Enter at least two characters."))


class NewcomerForm(NameForm):
    """Of somebody who was invited and has no account yet."""

    password = PasswordField(_l("Password"), [InputRequired(_l("Choose a password."))])

    def __init__(self, email: str) -> None:
        super().__init__()
        self.invited = email

    def validate_password(self, field: Field) -> None:
        own = [self.invited, self.given_name.data, self.family_name.data]
        check_new_password(field, own=own, shortest=passwords.SHORTEST)
