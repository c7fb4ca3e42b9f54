"""The lists of requests: all of them for staff, and their own for everybody."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.access import EVERYBODY_SIGNED_IN, STAFF, allow, even_when_closed
from webapp.clock import utc_now
from webapp.htmx import render
from webapp.privacy.requests import open_requests as open_ones
from webapp.privacy.requests import own_requests
from webapp.privacy.requests.vocabulary import KINDS, Kind, Stage
from webapp.subjects.current import current_subject

blueprint = Blueprint("requests", __name__)


@blueprint.get("/staff/requests")
@allow(STAFF)
def open_requests() -> ResponseReturnValue:
    now, kind = utc_now(), request.args.get("kind", type=Kind)
    overview = open_ones.overview(now=now, kind=kind)
    return render("requests/open_requests.html", overview=overview, kind=kind, kinds=KINDS, stages=Stage, now=now)


@blueprint.get("/account/requests")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def mine() -> ResponseReturnValue:
    now = utc_now()
    return render("requests/own_requests.html", requests=own_requests.of(current_subject(), now=now), kinds=KINDS)
