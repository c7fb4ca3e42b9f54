"""The forms in which a policy is written and published."""

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from webapp.privacy.policy import drafts
from webapp.privacy.policy.models import PolicyVersion
from webapp.subjects.fields import no_card_number

LONGEST_TEXT = 20_000
LONGEST_NEWS = 2_000


def _storable(text: str | None) -> str:
    """Without the one character that PostgreSQL cannot keep, and with the line ends of Unix."""
    return (text or "").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


class DraftForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """One language of a draft. `seen` names the text that this person saw; `replaces` one they agreed to write over."""

    text = TextAreaField(
        _l("Text"),
        filters=[_storable],
        validators=[
            Length(max=LONGEST_TEXT, message=_l("The text is too long: it may have %(max)s characters.")),
            no_card_number,
        ],
    )
    news = TextAreaField(
        _l("What is new"),
        filters=[_storable],
        validators=[
            Length(max=LONGEST_NEWS, message=_l("This is too long: it may have %(max)s characters.")),
            no_card_number,
        ],
    )
    seen = HiddenField()
    replaces = HiddenField()

    def __init__(self, draft: PolicyVersion | None = None, language: str = "") -> None:
        shown = {}
        if draft:
            text, news = drafts.wording(draft, language)
            shown = {"text": text, "news": news, "seen": drafts.mark(draft, language)}
        super().__init__(data=shown)
        self.text.flags.required = True  # a draft may wait for its text, but nothing is published without one

    @property
    def seen_mark(self) -> str:
        return str(self.replaces.data or self.seen.data)


class PublicationForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """`content` names what this person has read."""

    valid_from = DateField(_l("In force from"), validators=[DataRequired(_l("Please choose a day."))])
    content = HiddenField()

    def __init__(self, earliest: date, content: str) -> None:
        super().__init__(data={"valid_from": earliest, "content": content})
        self.earliest = earliest

    def validate_valid_from(self, field: DateField) -> None:
        if field.data and field.data < self.earliest:
            raise ValidationError(_l("It cannot hold before today, or before the version that it follows."))
