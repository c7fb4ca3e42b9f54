"""The forms about copies."""

from datetime import UTC, datetime, time, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, RadioField, SelectChoice, StringField, ValidationError
from wtforms.validators import InputRequired

from webapp.accounts.forms import Form
from webapp.clock import utc_now
from webapp.privacy import deadlines, mailed_codes
from webapp.subjects.fields import AddressLine, Line

CHOSEN = InputRequired(_l("Choose one of them."))


class ShareForm(Form):
    name = Line(_l("For whom?"), needed=_l("Write down for whom the link is, so that you know it again."))
    uses = RadioField(
        _l("How often"),
        [CHOSEN],
        choices=[SelectChoice("1", _l("Once")), SelectChoice("3", _l("Up to three times"))],
        default="1",
    )
    days = RadioField(
        _l("How long"),
        [CHOSEN],
        choices=[
            SelectChoice("1", _l("One day")),
            SelectChoice("3", _l("Three days")),
            SelectChoice("7", _l("As long as the copy is there")),
        ],
        default="3",
    )

    @property
    def chosen_uses(self) -> int:
        return int(self.uses.data)

    @property
    def chosen_lifetime(self) -> timedelta:
        return timedelta(days=int(self.days.data))


class CodeForm(Form):
    code = StringField(_l("Code"), [InputRequired(_l("Enter the code from the email."))])

    def validate_code(self, field: Field) -> None:
        if not (len(self.digits) == mailed_codes.DIGITS and self.digits.isascii() and self.digits.isdigit()):
            raise ValidationError(_("The code has six digits."))

    @property
    def digits(self) -> str:
        """However it was copied: emails and phones like to put spaces in between."""
        return "".join(str(self.code.data).replace("-", "").split())


class CopyForm(Form):
    email = AddressLine(_l("Email address that we know"))
    reason = Line(_l("Reason"), longest=500, needed=_l("Write down how the person asked for it."))
    asked_on = DateField(_l("Asked on"), [InputRequired(_l("Enter the day on which the person asked."))])

    def validate_asked_on(self, field: Field) -> None:
        asked, today = field.data, utc_now().date()
        if asked is not None and not today - deadlines.PROMISED < asked <= today:
            raise ValidationError(_("Enter a day of the last 30 days."))

    def asked_at(self, now: datetime) -> datetime:
        """The deadline counts from the day on which the request reached us."""
        return min(datetime.combine(self.asked_on.data, time.min, tzinfo=UTC), now)
