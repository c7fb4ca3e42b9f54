"""What every request passes before its view: CSRF token, limit per network, and whether this person may use it."""

from flask import Flask, abort, current_app, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf import CSRFProtect

from webapp import access
from webapp.config import Settings
from webapp.htmx import see_other

csrf = CSRFProtect()
limiter = Limiter(get_remote_address)


def init_app(app: Flask, settings: Settings) -> None:
    app.config |= {
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form left open over lunch must not be lost
        "RATELIMIT_ENABLED": settings.rate_limits,
        "RATELIMIT_STORAGE_URI": settings.redis_url,
        "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_KEY_PREFIX": "candor",
    }
    csrf.init_app(app)
    limiter.init_app(app)
    access.public(app.view_functions["static"])
    app.before_request(_check_access)


def _check_access() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such address: 404
    view = current_app.view_functions[request.endpoint]
    signed_in = current_user.is_authenticated
    if access.may_use(view, current_user.role if signed_in else None):
        return None
    if signed_in:
        abort(403)
    flash(_("Please sign in to go on."), "info")
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return see_other(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    return see_other(url_for("accounts.sign_in"))
