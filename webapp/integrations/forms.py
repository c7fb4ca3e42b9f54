"""The forms of this package."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.validators import InputRequired

from webapp.access import Scope
from webapp.accounts.forms import Form
from webapp.integrations.words import SCOPES
from webapp.subjects.fields import Line


class ApiKeyForm(Form):
    name = Line(_l("Name"), longest=60, needed=_l("Give the key a name, so that others know what it is for."))
    scopes = SelectMultipleField(_l("What it may do"), [InputRequired(_l("Choose at least one."))])

    def __init__(self) -> None:
        super().__init__()
        self.scopes.choices = [(scope.value, text) for scope, text in SCOPES.items()]

    @property
    def chosen(self) -> list[Scope]:
        return [Scope(name) for name in self.scopes.data]
