"""What the person chooses in their account."""

from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.consents import choices
from webapp.consents.models import ConsentPurpose, Method
from webapp.consents.routes import choosing
from webapp.consents.routes.blueprint import blueprint
from webapp.htmx import render
from webapp.subjects.current import current_subject


@blueprint.get("/account/preferences")
@allow(EVERYBODY_SIGNED_IN)
def preferences() -> ResponseReturnValue:
    subject = current_subject()
    return render(
        "consents/preferences.html", choices=choices.of_subject(subject), switches=choices.of_tracking(subject)
    )


@blueprint.post("/account/preferences/topics/<uuid:topic_id>")
@allow(EVERYBODY_SIGNED_IN)
def choose_topic(topic_id: UUID) -> ResponseReturnValue:
    return choosing.choose_topic(current_subject(), topic_id, method=Method.ACCOUNT)


@blueprint.post("/account/preferences/everything-off")
@allow(EVERYBODY_SIGNED_IN)
def stop_everything() -> ResponseReturnValue:
    return choosing.stop_everything(current_subject(), method=Method.ACCOUNT)


@blueprint.post("/account/preferences/tracking/<any(usage, nearby):kind>")
@allow(EVERYBODY_SIGNED_IN)
def choose_tracking(kind: str) -> ResponseReturnValue:
    place = url_for("consents.preferences")
    return choosing.choose_tracking(current_subject(), ConsentPurpose(kind), method=Method.ACCOUNT, place=place)


@blueprint.post("/account/preferences/tracking/<any(usage, nearby):kind>/cookies")
@allow(EVERYBODY_SIGNED_IN)
def choose_tracking_by_cookies(kind: str) -> ResponseReturnValue:
    """The same switches stand on the page about cookies, for whoever looks for them there."""
    place = url_for("cookies.cookies")
    return choosing.choose_tracking(current_subject(), ConsentPurpose(kind), method=Method.COOKIES_PAGE, place=place)
