"""The emails about objections and restrictions: that they are in force, what was decided, and that it takes longer."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.accounts import profiles
from webapp.consents.models import Restriction, Use, Verdict
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.privacy.data_map.words import RESTRICTED_USES

ASKED = _l("You get this because you asked us not to use your data for something.")


@service_email("restrictions/restricted", title=_l("We stopped using your data as you asked"), reason=ASKED)
def restricted(message: Message) -> Content:
    found = _restriction(message)
    day = None if found.use is Use.MARKETING else found.due_at
    return _to_person(message, found, day=day, url=links.absolute_url("restrictions.restrictions"))


@service_email("restrictions/decided", title=_l("What we decided about the use of your data"), reason=ASKED)
def decided(message: Message) -> Content:
    found = _restriction(message)
    agreed = found.verdict is Verdict.UPHELD
    url = links.absolute_url("restrictions.restrictions")
    return _to_person(message, found, agreed=agreed, why=found.verdict_reason, until=found.ends_at, url=url)


@service_email("restrictions/extended", title=_l("Our answer takes longer"), reason=ASKED)
def extended(message: Message) -> Content:
    found = _restriction(message)
    if not found.is_open:
        raise Obsolete
    return _to_person(message, found, day=found.due_at, why=found.extension_reason, when=found.asked_at)


def _to_person(message: Message, found: Restriction, **variables: Any) -> Content:
    name = profiles.first_name(message.subject_id)
    return Content({"name": name, "what": str(RESTRICTED_USES[found.use]), **variables})


def _restriction(message: Message) -> Restriction:
    found = db.session.get(Restriction, UUID(message.ids["restriction"]))
    if found is None:
        raise Obsolete
    return found
