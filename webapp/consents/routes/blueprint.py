"""What the routes of this package share."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from webapp.guard import from_anywhere, limiter
from webapp.htmx import render
from webapp.links import InvalidLink

P = ParamSpec("P")
R = TypeVar("R")

blueprint = Blueprint("consents", __name__)


def by_link(view: Callable[P, R]) -> Callable[P, R]:
    """The token in the address is all the authority it takes.

    No CSRF token is asked for, and any website or mail program may post: who wants to forge a request must know it.
    No limit per network: the RFC 8058 requests for all mailboxes of a provider come from few addresses.
    """
    from_anywhere(view)
    limiter.exempt(view)
    return view


@blueprint.after_request
def _keep_out_of_caches(response: Response) -> Response:
    """Going back must show what is chosen now."""
    response.cache_control.no_store = True
    return response


@blueprint.errorhandler(InvalidLink)
def _show_broken_link(_error: InvalidLink) -> ResponseReturnValue:
    return render("consents/broken_link.html", status=404)
