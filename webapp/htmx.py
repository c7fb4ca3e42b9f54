"""Full page or fragment: the same view serves both.

A fragment template owns its id and renders every state; its page includes it, so both always look the same.
"""

from typing import Any

from flask import Response, make_response, redirect, render_template
from htmx_flask import Htmx, request

htmx = Htmx()


def wants_fragment() -> bool:
    """A history restore wants the whole page, though htmx asks for it."""
    return bool(request.htmx) and not request.htmx.history_restore_request and not request.htmx.boosted


def render(page: str, *, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Renders `fragment` for htmx and `page` for everybody else."""
    template = fragment if fragment and wants_fragment() else page
    response = make_response(render_template(template, **context), status)
    response.vary.add("HX-Request")
    return response


def render_or_redirect(location: str, *, fragment: str, **context: Any) -> Response:
    """After a POST: the fragment in its new state for htmx, otherwise 303 to the page that shows it."""
    if not wants_fragment():
        return see_other(location)
    return render(fragment, fragment=fragment, **context)


def see_other(location: str) -> Response:
    """After a POST: the browser goes on with GET, so that reloading repeats nothing. For htmx the page changes."""
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = location
        return response
    return make_response(redirect(location, 303))
