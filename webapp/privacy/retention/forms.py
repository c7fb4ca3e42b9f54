"""The forms about legal holds."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, SelectMultipleField, ValidationError
from wtforms.validators import Optional

from webapp.accounts.forms import Form
from webapp.clock import utc_now
from webapp.privacy import data_map
from webapp.privacy.data_map.vocabulary import Category
from webapp.privacy.retention.words import KINDS
from webapp.subjects.fields import AddressLine, Line


class TermForm(Form):
    expected_until = DateField(_l("Expected until"), [Optional()])

    def validate_expected_until(self, field: Field) -> None:
        if field.data is not None and field.data <= utc_now().date():
            raise ValidationError(_("Enter a day to come, or leave it empty."))


class HoldForm(TermForm):
    email = AddressLine(_l("Email address of the person"))
    reason = Line(_l("Reason"), longest=500, needed=_l("Write down why this data must stay."))
    reference = Line(_l("File number"))
    categories = SelectMultipleField(_l("What must stay"))

    def offer(self) -> "HoldForm":
        """The categories, in the language of the moment."""
        self.categories.choices = [(category.value, KINDS[category]) for category in data_map.categories()]
        return self

    @property
    def chosen(self) -> list[Category]:
        return [Category(name) for name in self.categories.data or []]


class ReleaseForm(Form):
    reason = Line(_l("Why it ends"), longest=500, needed=_l("Write down why this data need not stay any more."))
