"""Error pages that say what happened and what to do next; for htmx the same as a fragment, for systems as a problem."""

import json

from flask import Flask, Response, current_app, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from webapp.access import Refused
from webapp.htmx import render

API = "/api/"


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _show)
    app.register_error_handler(CSRFError, _show_csrf)
    app.register_error_handler(Refused, _show_refused)


def problem(code: int, title: str, detail: str, **more: object) -> Response:
    """An error that a program can read (RFC 9457). The title is always the same for the same kind of problem."""
    body = {"type": "about:blank", "title": title, "status": code, "detail": detail, **more}
    return Response(json.dumps(body, ensure_ascii=False), code, content_type="application/problem+json")


def _show(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response  # the route has its own answer for this case
    code = error.code or 500
    title, message = _texts().get(code, _texts()[500] if code >= 500 else _texts()[400])
    response = _page(code, title, message)
    for name, value in error.get_headers():
        if name.lower() in {"retry-after", "allow"}:
            response.headers[name] = value
    return response


def _show_csrf(error: CSRFError) -> Response:
    message = _("This page was open for too long, or in a browser without cookies. Go back, reload it and try again.")
    return _page(400, _("Please try again"), message)


def _show_refused(refused: Refused) -> Response:
    return _page(refused.code or 403, str(refused.title), str(refused.message))


def _page(code: int, title: str, message: str) -> Response:
    if request.path.startswith(API):
        return problem(code, title, message)
    action = (_("Go to the start page"), current_app.url_for("portal.home"))
    return render(
        "errors/error.html",
        fragment="errors/_error.html",
        status=code,
        code=code,
        title=title,
        message=message,
        action=action,
    )


def _texts() -> dict[int, tuple[str, str]]:
    return {
        400: (_("That did not work"), _("The request was not understood. Please go back and try again.")),
        403: (_("Not for you"), _("Your account may not use this page.")),
        404: (_("Page not found"), _("This address leads nowhere. It may have been mistyped or cut short.")),
        405: (_("That did not work"), _("This address does not take this kind of request.")),
        413: (_("Too large"), _("What you sent is larger than we accept. Please send less.")),
        429: (_("Too many tries"), _("Please wait a moment, then try again.")),
        500: (
            _("Something broke on our side"),
            _("Your last step may not have been saved. Please try again in a moment."),
        ),
    }
