"""Beside the front door: the one request that must get through when everything else is busy (RFC 8058, 3.1).

It knows no session, no cookie, no limit and no page. What is not exactly that request, or has no valid link, goes on to
the application, whose route answers it in the same way.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Flask, Response

from webapp.clock import utc_now
from webapp.consents.one_click import Click, unsubscribe
from webapp.consents.unsubscribe_links import read_token
from webapp.journal import gate
from webapp.links import InvalidLink

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/unsubscribe/"
FORM = "application/x-www-form-urlencoded"
BODY = b"List-Unsubscribe=One-Click"


class SideDoor:
    def __init__(self, app: Flask) -> None:
        self._app, self._front_door = app, app.wsgi_app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = self._let_through(environ) if _fits(environ) else None
        return (answer or self._front_door)(environ, start_response)

    def _let_through(self, environ: "WSGIEnvironment") -> Response | None:
        body = environ["wsgi.input"].read(len(BODY))
        environ["wsgi.input"] = BytesIO(body)
        with self._app.app_context():
            if body != BODY or gate.is_closed():
                return None
            try:
                named = read_token(environ["PATH_INFO"].removeprefix(PATH))
            except InvalidLink:
                return None
            return done(changed=unsubscribe(Click(named, environ.get("REMOTE_ADDR", ""), utc_now())))


def done(*, changed: bool) -> Response:
    """In English, for a program reads it, if anybody does."""
    text = "Done: you are unsubscribed.\n" if changed else "You are unsubscribed already. All is well.\n"
    return Response(text, mimetype="text/plain", headers={"Cache-Control": "no-store"})


def _fits(environ: "WSGIEnvironment") -> bool:
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ["PATH_INFO"].startswith(PATH)
        and environ.get("CONTENT_TYPE", "").startswith(FORM)
        and environ.get("CONTENT_LENGTH") == str(len(BODY))
    )
