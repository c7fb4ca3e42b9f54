"""The email that tells of a new version."""

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.accounts import profiles
from webapp.campaigns.plain_text import plain_text
from webapp.language import current_language
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.privacy.policy import showings, versions
from webapp.privacy.policy.document import html_of, markdown
from webapp.privacy.policy.facts import facts


@service_email(
    "privacy/policy_changed",
    title=_l("Our privacy policy changes"),
    reason=_l("You get this because we hold data about you, and tell everybody when our privacy policy changes."),
    when_sent=showings.record_email,
)
def policy_changed(message: Message) -> Content:
    version = versions.find(int(message.ids["version"]))
    if version is None:
        raise Obsolete
    news = version.changes.get(current_language(), "")
    before = str(version.number - 1)
    number = str(version.number)
    return Content(
        {
            "name": profiles.first_name(message.subject_id),
            "is_first": version.number == 1,
            "valid_from": version.valid_from,
            "body_html": html_of(news, facts()),
            "body_text": plain_text(markdown.parse(news)),
            "url": links.absolute_url("policy.version", number=number),
            "changes_url": links.absolute_url("policy.changes", older=before, newer=number),
        }
    )
