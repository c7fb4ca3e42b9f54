"""The forms of this package. A form about a person gives their details in the form in which we keep them."""

from collections.abc import Iterable
from typing import Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, PasswordField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import InputRequired

from webapp import language
from webapp.accounts import credentials, passwords, phones, postal
from webapp.accounts.models import CONTACT_DETAILS, Account, Profile
from webapp.config import settings
from webapp.consents import subscriptions, wordings
from webapp.language import current_language
from webapp.subjects.fields import AddressLine, Line


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    pass


class SignInForm(Form):
    email = StringField(_l("Email"), [InputRequired(_l("Enter your email address."))])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])
    shared = BooleanField(_l("This is a shared computer"))


class ForgottenForm(Form):
    email = AddressLine(_l("Email"))


class OwnerForm(Form):
    """Asked where only a link speaks for the person."""

    password = PasswordField(_l("Password"), [InputRequired(_l("Enter the password."))])


class PasswordProofForm(Form):
    """Asked of a person who is signed in."""

    current_password = PasswordField(_l("Your password"), [InputRequired(_l("Enter your password."))])

    def validate_current_password(self, field: Field) -> None:
        if not passwords.verify(current_user.account.password_hash, field.data):
            raise ValidationError(_("This is not your password."))


class NewPasswordForm(Form):
    """The password of an account that is there already."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Choose a new password."))])

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account

    def validate_password(self, field: Field) -> None:
        shortest = credentials.shortest_password(self.account)
        check_new_password(field, own=self.account.known_words, shortest=shortest)


class RecoveredPasswordForm(NewPasswordForm):
    """The second factors go, so it will be the only one."""

    def validate_password(self, field: Field) -> None:
        check_new_password(field, own=self.account.known_words, shortest=passwords.SHORTEST)


class PasswordChangeForm(NewPasswordForm):
    current_password = PasswordField(_l("Current password"), [InputRequired(_l("Enter your current password."))])


class EmailForm(Form):
    email = AddressLine(_l("New email address"))


class LanguageForm(Form):
    language = SelectField(_l("Language"))

    def __init__(self, chosen: str) -> None:
        super().__init__(data={"language": chosen})
        self.language.choices = language.offered()


class DetailsForm(Form):
    @classmethod
    def of(cls, profile: Profile) -> Self:
        return cls(obj=profile)

    def details(self) -> dict[str, str]:
        return {field.name: field.data for field in self if field.name in CONTACT_DETAILS}


class NameForm(DetailsForm):
    given_name = Line(_l("First name"), needed=_l("Enter your first name."))
    family_name = Line(_l("Last name"), needed=_l("Enter your last name."))


class OrganizationForm(DetailsForm):
    organization = Line(_l("Company"), longest=200)


class PhoneForm(DetailsForm):
    tel = Line(_l("Mobile phone"), longest=40)
    home_country = ""

    @classmethod
    def of(cls, profile: Profile) -> Self:
        form = cls(data={"tel": phones.international(profile.phone)})
        form.home_country = profile.country
        return form

    def validate_tel(self, field: Field) -> None:
        try:
            self._phone()
        except phones.InvalidPhone as error:
            raise ValidationError(str(error)) from error

    def details(self) -> dict[str, str]:
        return super().details() | {"phone": self._phone()}

    def _phone(self) -> str:
        home = self.home_country or settings().default_country
        return phones.normalize(self.tel.data, country=home) if self.tel.data else ""


class AddressForm(DetailsForm):
    """All of it or nothing; a country alone is fine."""

    street_address = Line(_l("Street and number"), longest=200)
    postal_code = Line(_l("Postal code"), longest=20)
    city = Line(_l("City"))
    country = SelectField(_l("Country"), default="")

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        self.country.choices = [("", _("Choose a country")), *postal.countries(current_language())]

    def validate_street_address(self, field: Field) -> None:
        self._check_missing(field, _("Enter the street and the number."))

    def validate_postal_code(self, field: Field) -> None:
        code, country = self._postal_code(), self.country.data
        if country in postal.CODES:
            self._check_missing(field, _("Enter the postal code."))
        example = postal.example_of_wrong_code(code, country=country)
        if code and example:
            name = postal.country_name(country, current_language())
            message = _("A postal code in %(country)s looks like %(example)s.", country=name, example=example)
            raise ValidationError(message)

    def validate_city(self, field: Field) -> None:
        self._check_missing(field, _("Enter the city."))

    def validate_country(self, field: Field) -> None:
        self._check_missing(field, _("Choose the country."))

    def details(self) -> dict[str, str]:
        return super().details() | {"postal_code": self._postal_code()}

    def _check_missing(self, field: Field, message: str) -> None:
        if not field.data and (self.street_address.data or self.postal_code.data or self.city.data):
            raise ValidationError(message)

    def _postal_code(self) -> str:
        return postal.tidy_code(self.postal_code.data, country=self.country.data)


class SignUpForm(NameForm, OrganizationForm, PhoneForm, AddressForm):
    email = AddressLine(_l("Email"))
    password = PasswordField(_l("Password"), [InputRequired(_l("Choose a password."))])
    topics = SelectMultipleField(_l("Which emails would you like to get?"))

    def __init__(self) -> None:
        super().__init__()
        self.home_country = self.country.data
        self.topics.choices = [
            (str(topic.id), wordings.topic_box(topic, current_language()).text) for topic in subscriptions.topics()
        ]

    def validate_password(self, field: Field) -> None:
        own = [self.email.data, self.given_name.data, self.family_name.data, self.organization.data]
        check_new_password(field, own=own, shortest=passwords.SHORTEST)

    def ticked(self) -> dict[str, str]:
        """The topics with the words beside their boxes, which are the consent."""
        words = dict(self.topics.choices)
        return {topic: words[topic] for topic in self.topics.data}


def check_new_password(field: Field, *, own: Iterable[str], shortest: int) -> None:
    if problem := passwords.problem(field.data, own=[*own, settings().company_name], shortest=shortest):
        raise ValidationError(problem)
