"""What every request passes before its view: our own address, whether this person may use the page, where a form comes
from, its CSRF token, and limits per network.

Who is not signed in any more is asked to sign in before the CSRF token is looked at: it went with the session.
"""

import math
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf import CSRFProtect

from webapp import access
from webapp.access import Refused
from webapp.config import Settings, settings
from webapp.htmx import see_other

P = ParamSpec("P")
R = TypeVar("R")

TOO_MANY = 429
READING = {"GET", "HEAD", "OPTIONS"}
ROOM_FOR_FIELDS = 100_000  # bytes, beside the file
FROM_HERE = {None, "same-origin", "none"}  # Sec-Fetch-Site; absent in old browsers and in what is no browser

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
    for check in (_check_host, _check_access, _check_sender, _allow_files):
        app.before_request(check)
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(_say_when_to_come_again)
    access.public(app.view_functions["static"])


def under_any_name(view: Callable[P, R]) -> Callable[P, R]:
    """For monitors and load balancers, which call a server by its number."""
    view.under_any_name = True  # type: ignore[attr-defined]  # a mark on a function has no typed form
    return view


def from_anywhere(view: Callable[P, R]) -> Callable[P, R]:
    """Where no cookie gives any authority there is none to misuse: forms of other sites and mail programs may post."""
    view.from_anywhere = True  # type: ignore[attr-defined]  # as above
    csrf.exempt(view)
    return view


def is_marked(mark: str) -> bool:
    """Whether the view of this request carries one of the marks above."""
    return request.endpoint is not None and hasattr(current_app.view_functions[request.endpoint], mark)


def takes_files(limit: Callable[[], int]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """More than other forms may send, in bytes. It counts once it is known that this person may use the route."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.takes_files = limit  # type: ignore[attr-defined]  # as above
        return view

    return mark


def _check_host() -> None:
    """A name that is not ours in the Host header comes from a misled browser (DNS rebinding) or from a poisoner."""
    ours = urlsplit(settings().public_url).netloc
    if request.host.lower() != ours.lower() and not is_marked("under_any_name"):
        title, message = _l("Not our address"), _l("This site answers at %(url)s.", url=settings().public_url)
        raise Refused(400, title, message)


def _check_access() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such address: 404
    view = current_app.view_functions[request.endpoint]
    if access.is_public(view):
        return None  # and nobody has to know who asks
    if access.scope_of(view):
        return None  # for a system: its key is looked at by the route itself, and its cookies by nobody
    if access.is_for_work(view) and not _is_in_staff_network():
        raise Refused(
            403,
            _l("Not from this network"),
            _l("This page opens only from the networks of the company. Connect to one of them, then reload."),
        )
    signed_in = current_user.is_authenticated
    if access.may_use(view, current_user.role if signed_in else None):
        return _lead_elsewhere(view) if signed_in else None
    if signed_in:
        abort(403)
    flash(_("Please sign in to go on."), "info")
    return see_other(url_for("accounts.sign_in", next=_page_at_hand()))


def _lead_elsewhere(view: Callable[..., object]) -> ResponseReturnValue | None:
    """Who closed their account may only look at that, see their data, and open it again."""
    if current_user.has_closed and not access.is_open_when_closed(view):
        return see_other(url_for("closing.closure"))
    return _lead_to_second_factor() if access.is_for_work(view) else None


def _lead_to_second_factor() -> ResponseReturnValue | None:
    """Who works here sees other people's data, so a password that somebody guessed must not be enough."""
    if current_user.role not in access.STAFF or current_user.has_second_factor:
        return None
    flash(_("Please add a second factor first: these pages show other people's data."), "info")
    return see_other(url_for("accounts.security", _anchor="second-factor"))


def _check_sender() -> None:
    if request.method in READING or is_marked("from_anywhere"):
        return
    if request.headers.get("Sec-Fetch-Site") not in FROM_HERE:
        title = _l("Sent from another website")
        raise Refused(403, title, _l("So nothing was done. If it was you, open the page on this site and try again."))


def _allow_files() -> None:
    if not is_marked("takes_files"):
        return
    limit = current_app.view_functions[request.endpoint or ""].takes_files()  # type: ignore[union-attr]  # as above
    request.max_content_length = limit + ROOM_FOR_FIELDS
    if (request.content_length or 0) > limit + ROOM_FOR_FIELDS:  # before any of it takes room on the disk
        size = format_decimal(limit // 1_000_000)
        raise Refused(413, _l("Too large"), _l("A file may have up to %(size)s MB here.", size=size))


def _is_in_staff_network() -> bool:
    if not settings().staff_networks:
        return True
    address = ip_address(request.remote_addr or "::")
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped  # how a server that listens to both writes IPv4
    return any(address in network for network in settings().staff_networks)


def _say_when_to_come_again(response: Response) -> Response:
    limit = limiter.current_limit
    if response.status_code == TOO_MANY and limit and "Retry-After" not in response.headers:
        response.headers["Retry-After"] = str(max(1, math.ceil(limit.reset_at - time.time())))
    return response


def _page_at_hand() -> str | None:
    """The page to come back to: the one asked for, or the one from which a form or a part of a page was asked for."""
    if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    from_page = request.headers.get("HX-Current-URL") or request.referrer or ""
    here = settings().public_url
    return from_page.removeprefix(here).partition("#")[0] if from_page.startswith(f"{here}/") else None
