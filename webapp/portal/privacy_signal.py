"""Global Privacy Control (https://w3c.github.io/gpc/): a browser that says no for its person is heeded.

Once per sign-in is enough: the signal turns off what was allowed before, and a yes that the person gives after that
was given knowing it. What it changes is written down before the page is shown.
"""

from flask import Flask, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.clock import utc_now
from webapp.consents import tracking
from webapp.consents.routes.choosing import privacy_signal
from webapp.db import db
from webapp.htmx import see_other
from webapp.language import current_language

HEEDED = "privacy_signal"  # in the session: the sign-in for which the signal was heeded


def init_app(app: Flask) -> None:
    app.before_request(_heed)
    app.jinja_env.globals["privacy_signal"] = privacy_signal


def _heed() -> ResponseReturnValue | None:
    if request.endpoint in {None, "static"} or not privacy_signal() or not current_user.is_authenticated:
        return None
    sign_in = current_user.device.id.hex
    if session.get(HEEDED) == sign_in:
        return None
    session[HEEDED] = sign_in
    network, language = request.remote_addr or "", current_language()
    if not tracking.heed_signal(current_user.subject, network=network, language=language, now=utc_now()):
        return None
    db.session.commit()
    return see_other(request.full_path.rstrip("?")) if request.method in {"GET", "HEAD"} else None
