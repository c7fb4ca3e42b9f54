"""What is said about a campaign in more than one place."""

from flask_babel import lazy_gettext as _l

from webapp.campaigns.models import PauseReason

PAUSES = {
    PauseReason.PERSON: _l("somebody paused it."),
    PauseReason.REFUSALS: _l("mail servers refused too many of its emails."),
    PauseReason.BOUNCES: _l("too many of its emails came back, because there is no such mailbox."),
    PauseReason.COMPLAINTS: _l("too many of its readers reported it as spam."),
}
