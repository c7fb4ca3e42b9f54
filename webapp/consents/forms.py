"""The newsletter's form."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired

from webapp import language
from webapp.consents import subscriptions, wordings
from webapp.language import current_language
from webapp.subjects.fields import AddressLine


class NewsletterForm(FlaskForm):  # type: ignore[misc]  # WTForms has no types
    email = AddressLine(_l("Email"))
    topics = SelectMultipleField(_l("Topics"), [DataRequired(_l("Choose at least one topic."))])
    language = SelectField(_l("Language of the emails"), [InputRequired()])

    def __init__(self) -> None:
        spoken = current_language()
        super().__init__(data={"language": spoken})
        self.topics.choices = [
            (str(topic.id), wordings.topic_box(topic, spoken).text) for topic in subscriptions.topics()
        ]
        self.language.choices = language.offered()

    def ticked(self) -> dict[str, str]:
        """The topics with the words beside their boxes, which are the consent."""
        words = dict(self.topics.choices)
        return {topic: words[topic] for topic in self.topics.data}
