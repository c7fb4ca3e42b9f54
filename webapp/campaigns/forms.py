"""The form in which a campaign is written."""

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from webapp import language
from webapp.campaigns import placeholders
from webapp.campaigns.campaigns import Wording, version_of
from webapp.campaigns.models import Campaign
from webapp.campaigns.variables import Mistake
from webapp.consents import subscriptions
from webapp.mail.rendering import one_line
from webapp.subjects.addresses import InvalidAddress, normalize
from webapp.subjects.fields import no_card_number

LONGEST_SUBJECT = 150
FASTEST = 1_000_000
LONGEST_BODY = 100_000
EVERYBODY = "all"


def _single_line(text: str | None) -> str:
    return one_line(_storable(text))


def _storable(text: str | None) -> str:
    """Without the one character that PostgreSQL cannot keep, and with the line ends of Unix."""
    return (text or "").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


class CampaignForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    topic = SelectField(_l("Topic"), validators=[DataRequired()])
    language = SelectField(_l("Language of the readers"), default=EVERYBODY, validators=[DataRequired()])
    subject = StringField(
        _l("Subject"),
        filters=[_single_line],
        validators=[
            no_card_number,
            DataRequired(_l("Please write a subject: it is what people see in their inbox.")),
            Length(max=LONGEST_SUBJECT, message=_l("The subject is too long: it may have %(max)s characters.")),
        ],
    )
    body = TextAreaField(
        _l("Message"),
        filters=[_storable],
        validators=[
            Length(max=LONGEST_BODY, message=_l("The message is too long: it may have %(max)s characters.")),
            no_card_number,
        ],
    )
    pace = IntegerField(
        _l("Emails per minute, at most"),
        validators=[
            Optional(),
            NumberRange(1, FASTEST, message=_l("Please enter a number from %(min)s to %(max)s, or leave it empty.")),
        ],
    )
    version = HiddenField()
    replaces = HiddenField()

    def __init__(self, campaign: Campaign | None = None) -> None:
        super().__init__(data=_shown(campaign) if campaign else None)
        self.body.flags.required = True  # a draft may wait for its message, but nothing is sent without one
        topics = subscriptions.topics()
        self.topic.choices = [(str(topic.id), topic.title(language.current_language())) for topic in topics]
        self.language.choices = [
            (EVERYBODY, _("Every language")),
            *language.offered(),
        ]

    @property
    def wording(self) -> Wording:
        return Wording(
            topic_id=UUID(self.topic.data),
            language=None if self.language.data == EVERYBODY else self.language.data,
            subject=self.subject.data,
            body=self.body.data,
            pace=self.pace.data,
        )

    @property
    def seen_version(self) -> str:
        """The version that this person saw, or agreed to write over."""
        return str(self.replaces.data or self.version.data)

    def validate_subject(self, field: StringField) -> None:
        try:
            placeholders.check(field.data)
        except Mistake as mistake:
            raise ValidationError(mistake.problem) from mistake
        if field.data and not placeholders.filled(field.data, {}).strip():
            raise ValidationError(
                _("Who is a stranger to us would get an empty subject. Write some words for them, too.")
            )

    def validate_body(self, field: TextAreaField) -> None:
        try:
            placeholders.check(field.data)
        except Mistake as mistake:
            raise ValidationError(
                _("Line %(line)s: %(problem)s", line=mistake.line, problem=mistake.problem)
            ) from mistake


def _shown(campaign: Campaign) -> dict[str, Any]:
    return {
        "topic": str(campaign.topic_id),
        "language": campaign.language or EVERYBODY,
        "subject": campaign.subject,
        "body": campaign.body,
        "pace": campaign.pace,
        "version": version_of(campaign),
    }


class AddressForm(FlaskForm):  # type: ignore[misc]  # as above
    """Looking for an address."""

    email = StringField(
        _l("Email address"),
        filters=[_single_line],
        validators=[DataRequired(_l("Please enter an email address.")), no_card_number],
    )

    def validate_email(self, field: StringField) -> None:
        try:
            normalize(field.data)
        except InvalidAddress as error:
            raise ValidationError(_("This is not an email address. Please check it.")) from error
