"""Forms that ask for a code or for a passkey: to sign in, to add a second factor, to prove who sits there."""

from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, Field, HiddenField, StringField, ValidationError
from wtforms.validators import InputRequired

from webapp.accounts.factors import passkeys, second_step
from webapp.accounts.factors.passkeys import PasskeyRefused
from webapp.accounts.forms import Form
from webapp.accounts.guessing import TooManyGuesses
from webapp.accounts.models import Account
from webapp.clock import utc_now
from webapp.subjects.fields import Line

WRONG = {
    second_step.APP: _l("This code is not right, or it was used already. Please wait for the next one."),
    second_step.RECOVERY_CODE: _l("This is not one of your recovery codes, or it was used already."),
}


class CodeForm(Form):
    code = StringField(_l("Code"), [InputRequired(_l("Enter the code."))])


class NewAuthenticatorForm(CodeForm):
    """`proposal` is the new key, sealed."""

    proposal = HiddenField()


class SecondStepForm(CodeForm):
    """A right code is used up by the validation."""

    def __init__(self, account: Account, way: str = second_step.APP) -> None:
        super().__init__()
        self.account, self.way = account, way

    def validate_code(self, field: Field) -> None:
        try:
            right = second_step.check(self.account, self.way, field.data, now=utc_now())
        except TooManyGuesses as too_many:
            pause = format_timedelta(too_many.pause, granularity="second", threshold=1)
            raise ValidationError(_("Too many tries. Please wait %(pause)s.", pause=pause)) from too_many
        if not right:
            raise ValidationError(WRONG[self.way])


class PasskeyForm(Form):
    """`answer` is what the browser says; a script fills it in."""

    answer = HiddenField()


class PasskeySignInForm(PasskeyForm):
    shared = BooleanField()


class NewPasskeyForm(PasskeyForm):
    name = Line(_l("Name of the passkey"), longest=60, needed=_l("Give the passkey a name."))


class CodeProofForm(CodeForm):
    """Asked of a person who is signed in."""

    validate_code = SecondStepForm.validate_code
    way = second_step.APP

    @property
    def account(self) -> Account:
        account: Account = current_user.account
        return account


class PasskeyProofForm(PasskeyForm):
    """Asked of a person who is signed in."""

    def validate_answer(self, field: Field) -> None:
        try:
            owner = passkeys.use(field.data or "", now=utc_now())
        except PasskeyRefused as error:
            raise ValidationError(_("That passkey did not work here. Please try again.")) from error
        if owner.subject_id != current_user.account.subject_id:
            raise ValidationError(_("This is the passkey of another account."))
