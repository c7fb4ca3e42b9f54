"""What the person chooses in their account."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.consents import choices
from webapp.consents.models import Method
from webapp.consents.routes import choosing
from webapp.consents.routes.blueprint import blueprint
from webapp.htmx import render
from webapp.subjects.current import current_subject


@blueprint.get("/account/preferences")
@allow(EVERYBODY_SIGNED_IN)
def preferences() -> ResponseReturnValue:
    return render("consents/preferences.html", choices=choices.of_subject(current_subject()))


@blueprint.post("/account/preferences/topics/<uuid:topic_id>")
@allow(EVERYBODY_SIGNED_IN)
def choose_topic(topic_id: UUID) -> ResponseReturnValue:
    return choosing.choose_topic(current_subject(), topic_id, method=Method.ACCOUNT)


@blueprint.post("/account/preferences/everything-off")
@allow(EVERYBODY_SIGNED_IN)
def stop_everything() -> ResponseReturnValue:
    return choosing.stop_everything(current_subject(), method=Method.ACCOUNT)
