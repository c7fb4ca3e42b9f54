"""One click in the email stops it, signed in or not. GET shows the button; mail scanners open links, too."""

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from webapp import links
from webapp.access import public
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.links import InvalidLink, LinkProblem, Purpose
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure.erasures import TooLate
from webapp.privacy.erasure.models import Erasure, ErasureState
from webapp.privacy.erasure.routes.blueprint import blueprint
from webapp.privacy.erasure.routes.confirmation import explain

TRIES = "30 per hour"


@blueprint.get("/erasure/stopping/<token>")
@public
def stopping(token: str) -> ResponseReturnValue:
    try:
        return _show(_erasure(token), token)
    except LinkProblem as problem:
        return explain(problem)


@blueprint.post("/erasure/stopping/<token>")
@public
@limiter.limit(TRIES)
def stop(token: str) -> ResponseReturnValue:
    """It may be pressed again and again."""
    try:
        erasures.cancel(_erasure(token), now=utc_now())
    except LinkProblem as problem:
        return explain(problem)
    except TooLate:
        db.session.rollback()
    db.session.commit()
    return see_other(url_for("erasure.stopping", token=token))


def _erasure(token: str) -> Erasure:
    """Raises LinkProblem."""
    erasure = erasures.find(erasures.named_by(links.read(Purpose.CANCEL_ERASURE, token, now=utc_now())))
    if erasure is None:
        raise InvalidLink
    return erasure


def _show(erasure: Erasure, token: str) -> Response:
    stopped = erasure.state in {ErasureState.CANCELLED, ErasureState.LAPSED}
    begun = not stopped and erasure.executing_since is not None
    return render("erasure/stopping.html", erasure=erasure, token=token, stopped=stopped, begun=begun)
