"""Pages that span domains."""

from flask import Blueprint, Response, make_response
from flask.typing import ResponseReturnValue

from webapp.access import EVERYBODY_SIGNED_IN, allow, public
from webapp.config import settings
from webapp.htmx import render

blueprint = Blueprint("portal", __name__)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    return render("portal/home.html")


@blueprint.get("/account")
@allow(EVERYBODY_SIGNED_IN)
def overview() -> ResponseReturnValue:
    return render("portal/overview.html")


@blueprint.get("/account/emails")
@allow(EVERYBODY_SIGNED_IN)
def emails() -> ResponseReturnValue:
    return render("portal/emails.html")


@blueprint.get("/brand.css")
@public
def brand() -> Response:
    """The company's colour, from which the whole stylesheet derives its own."""
    response = make_response(f":root {{ --brand: {settings().brand_colour} }}\n")
    response.mimetype = "text/css"
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    return response
