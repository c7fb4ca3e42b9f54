"""What this site keeps in a browser, in plain words, and the choice about data on use."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from webapp.access import public
from webapp.config import settings
from webapp.consents import choices
from webapp.htmx import render

blueprint = Blueprint("cookies", __name__)

SUPPORTED_SINCE = date(2026, 11, 23)


@dataclass(frozen=True)
class CookieWords:
    """What the data map says of a cookie, for people."""

    icon: str
    title: LazyString
    why: LazyString
    until: LazyString


WORDS = {
    "session": CookieWords(
        "user",
        _l("Your visit"),
        _l(
            "Keeps you signed in, remembers the language you chose, and shows us that a form was really sent by you. "
            "It also notes whether your browser sent a privacy signal, and which copy of data you opened with a code."
        ),
        _l("Kept until you sign out or the sign-in ends by itself; on a shared computer, until you close the browser."),
    ),
    "device": CookieWords(
        "monitor-smartphone",
        _l("This browser"),
        _l(
            "A random number by which we tell your browser from others, so that we can warn you when somebody signs in "
            "from one that is not yours. Only after you signed in, and never on a shared computer."
        ),
        _l("Kept for 400 days after you last signed in."),
    ),
    "password_reset": CookieWords(
        "key",
        _l("A new password"),
        _l("Carries the link from our email to the form, so that it does not stay in the address line."),
        _l("Kept until the new password is chosen, at most 30 minutes."),
    ),
}


@blueprint.get("/cookies")
@public
def cookies() -> ResponseReturnValue:
    listed = [(settings().cookie(name), words) for name, words in WORDS.items()]
    switches = choices.of_tracking(current_user.subject) if current_user.is_authenticated else None
    return render("portal/cookies.html", cookies=listed, switches=switches)


@blueprint.get("/.well-known/gpc.json")
@public
def global_privacy_control() -> Response:
    """Says that we heed the signal: https://w3c.github.io/gpc/#gpc-support-resource."""
    return jsonify(gpc=True, lastUpdate=SUPPORTED_SINCE.isoformat())
