"""The promises of the policy: for everybody with their live figures, and for staff with what needs attention."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webapp.access import STAFF, allow, public
from webapp.clock import utc_now
from webapp.htmx import render
from webapp.privacy.promises import overview
from webapp.privacy.promises.vocabulary import KEEPING

blueprint = Blueprint("promises", __name__)


@blueprint.get("/privacy-policy/promises")
@public
def promises() -> ResponseReturnValue:
    return render("privacy/promises.html", overview=overview.overview(now=utc_now()), keeping=KEEPING)


@blueprint.get("/staff/promises")
@allow(STAFF)
def staff() -> ResponseReturnValue:
    now = utc_now()
    return render(
        "privacy/promises_staff.html",
        overview=overview.overview(now=now),
        open_ones=overview.open_alarms(),
        past=overview.past_alarms(),
        now=now,
    )
