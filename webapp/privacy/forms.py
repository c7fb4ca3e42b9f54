"""The forms about copies, and what they share with those about deletions and objections."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, RadioField, SelectChoice, StringField, ValidationError
from wtforms.validators import InputRequired

from webapp.accounts.forms import Form
from webapp.clock import utc_now
from webapp.privacy import deadlines, mailed_codes
from webapp.privacy.mailed_codes import CodeIsOver
from webapp.subjects.fields import AddressLine, Line

CHOSEN = InputRequired(_l("Choose one of them."))


class AskedOn(DateField):  # type: ignore[misc]  # WTForms has no types
    """The day on which somebody asked by letter or phone. The deadline counts from it."""

    def __init__(self, **more: Any) -> None:
        needed = InputRequired(_l("Enter the day on which the person asked."))
        super().__init__(_l("Asked on"), [needed, _lately], **more)

    def at(self, now: datetime) -> datetime:
        """When it reached us, which is not in the future."""
        return min(datetime.combine(self.data, time.min, tzinfo=UTC), now)


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

    def is_right(self, try_out: Callable[[str], bool]) -> bool:
        """Tries the digits out, and says beside the field why not. A wrong try counts: it is to be committed, too."""
        try:
            right = try_out(self.digits)
        except CodeIsOver:
            self.code.errors = [_("This code does not work any more. Let us send you a new one.")]
            return False
        if not right:
            self.code.errors = [_("This is not the code. Look for the newest email from us.")]
        return right


class StartForm(Form):
    """Staff start something for who asked by letter or phone: a copy, or a deletion."""

    email = AddressLine(_l("Email address that we know"))
    reason = Line(_l("Reason"), longest=500, needed=_l("Write down how the person asked for it."))
    asked_on = AskedOn()


def _lately(_form: object, field: DateField) -> None:
    today = utc_now().date()
    if field.data and not today - deadlines.PROMISED < field.data <= today:
        raise ValidationError(_("Enter a day of the last 30 days."))
