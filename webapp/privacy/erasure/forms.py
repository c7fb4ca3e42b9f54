"""The forms about deletions."""

from wtforms import HiddenField
from wtforms.validators import InputRequired

from webapp.accounts.forms import Form


class AgreementForm(Form):
    """To the plan that is shown, and to no other."""

    plan = HiddenField(validators=[InputRequired()])
