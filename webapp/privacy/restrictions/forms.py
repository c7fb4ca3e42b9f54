"""The forms with which people say what they do not want, and staff decide about it."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, RadioField, ValidationError
from wtforms.validators import InputRequired

from webapp.accounts.forms import Form
from webapp.consents.models import Ground, Restriction, Use, Verdict
from webapp.privacy.forms import AskedOn
from webapp.privacy.restrictions import decisions
from webapp.subjects.fields import AddressLine, Line, Paragraphs

WISHES = {
    "marketing": (Use.MARKETING, Ground.OBJECTION, _l("Do not send me marketing – for ever")),
    "improvement": (Use.IMPROVEMENT, Ground.OBJECTION, _l("Do not use my data to improve your services")),
    "new_customers": (Use.NEW_CUSTOMERS, Ground.OBJECTION, _l("Do not use my data to find new customers")),
    "inaccurate": (Use.EVERYTHING, Ground.INACCURATE, _l("Only store my data, until something wrong is corrected")),
    "unlawful": (Use.EVERYTHING, Ground.UNLAWFUL, _l("Only store my data: I find its use unlawful")),
    "claims": (Use.EVERYTHING, Ground.CLAIMS, _l("Only store my data: I need it for a legal claim")),
}
CHOSEN = InputRequired(_l("Choose one of them."))


class WishForm(Form):
    wish = RadioField(_l("What do you want?"), [CHOSEN], choices=[(key, wish[2]) for key, wish in WISHES.items()])
    words = Paragraphs(_l("In your words"))

    @property
    def use(self) -> Use:
        return WISHES[self.wish.data][0]

    @property
    def ground(self) -> Ground:
        return WISHES[self.wish.data][1]


class NotedWishForm(WishForm):
    """For who asked by letter or phone."""

    email = AddressLine(_l("Email address that we know"))
    asked_on = AskedOn()


class DecisionForm(Form):
    verdict = RadioField(
        _l("Decision"),
        [CHOSEN],
        choices=[
            (Verdict.UPHELD.value, _l("The person is right: it stays as it is until they end it")),
            (Verdict.REFUSED.value, _l("We do not agree: it ends in a week")),
        ],
    )
    reason = Paragraphs(_l("Reasons"), needed=_l("The person has a right to know why."))

    @property
    def chosen(self) -> Verdict:
        return Verdict(self.verdict.data)


class ExtensionForm(Form):
    until = DateField(_l("New date"), [InputRequired(_l("Enter a date."))])
    reason = Line(_l("Why it takes longer"), longest=500, needed=_l("The person has a right to know why."))

    def __init__(self, restriction: Restriction) -> None:
        super().__init__()
        self.earliest = (restriction.due_at + timedelta(days=1)).date()
        self.latest = decisions.latest(restriction).date()
        self._time = restriction.due_at.timetz()

    def validate_until(self, field: Field) -> None:
        if field.data and not self.earliest <= field.data <= self.latest:
            raise ValidationError(_("The law allows a date until three months after the request, and no more."))

    @property
    def until_when(self) -> datetime:
        return datetime.combine(self.until.data, self._time)
