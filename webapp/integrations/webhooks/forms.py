"""The forms of this package."""

from datetime import UTC, datetime, timedelta

from flask_babel import LazyString, to_utc
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, Field, SelectMultipleField, StringField, ValidationError
from wtforms.validators import InputRequired

from webapp.accounts.forms import Form
from webapp.changes import Change
from webapp.clock import utc_now
from webapp.integrations.confirmations import NEEDED
from webapp.integrations.webhooks import replays, targets
from webapp.integrations.webhooks.models import Webhook
from webapp.integrations.webhooks.receivers import SUBSCRIBABLE
from webapp.integrations.webhooks.targets import InternalAddress, NotATarget, UnknownHost
from webapp.integrations.webhooks.words import CHANGES
from webapp.subjects.fields import Line

HTTPS = _l("Enter a whole address that starts with https://, without a user name and without a part after #.")
# What a system that holds data about people has to hear of (GDPR Art. 19), so it is chosen from the start.
BY_LAW = [*NEEDED, Change.ERASURE_CANCELLED, Change.PROCESSING_RELEASED]


class ReceiverForm(Form):
    """What may be changed later, too."""

    url = StringField(_l("Address"), [InputRequired(HTTPS)], filters=[lambda text: (text or "").strip()])
    changes = SelectMultipleField(_l("What it is told"), [InputRequired(_l("Choose at least one."))])
    confirms = BooleanField(_l("It holds data about people, so it confirms when it has erased or restricted theirs"))

    def __init__(self, webhook: Webhook | None = None) -> None:
        shown = {"url": webhook.url, "changes": webhook.changes, "confirms": webhook.confirms} if webhook else None
        super().__init__(data=shown or {"changes": BY_LAW, "confirms": True})
        self.changes.choices = [(change.value, CHANGES[change]) for change in SUBSCRIBABLE]

    @property
    def chosen(self) -> list[Change]:
        return [Change(name) for name in self.changes.data]

    def validate_url(self, field: Field) -> None:
        if problem := _problem(field.data):
            raise ValidationError(problem)


class NewReceiverForm(ReceiverForm):
    name = Line(_l("Name"), longest=60, needed=_l("Give the system a name, so that others know which one it is."))


class ReplayForm(Form):
    since = DateTimeLocalField(_l("Since"), [InputRequired(_l("Choose a day and a time."))])

    @property
    def start(self) -> datetime:
        """As people write it, in the time of the company."""
        chosen: datetime = to_utc(self.since.data)
        return chosen.replace(tzinfo=UTC)

    def validate_since(self, field: Field) -> None:
        if field.data is None or not timedelta(0) <= utc_now() - self.start <= replays.LONGEST:
            raise ValidationError(_("Choose a time within the last 90 days. What is older is not kept."))


class SettleForm(Form):
    note = Line(_l("How you know"), longest=300, needed=_l("Write down how you know that it was done, and from whom."))


def _problem(url: str) -> LazyString | str | None:
    try:
        targets.resolve(targets.parse(url))
    except NotATarget:
        return HTTPS
    except UnknownHost:
        return _("There is no such host. Is its name written correctly?")
    except InternalAddress as error:
        return _(
            "It leads to %(address)s, inside a network that may not be called. Whoever runs this site can allow that "
            "network (WEBHOOK_NETWORKS).",
            address=str(error),
        )
    return None
