"""Pages that span domains: the start page, the account's overview, and every email that somebody got."""

from flask import Blueprint, Response, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow, public
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.htmx import render
from webapp.portal import email_history
from webapp.portal import overview as overviews
from webapp.portal.email_history import Place
from webapp.privacy.policy import showings
from webapp.privacy.policy.models import Way
from webapp.subjects.current import current_subject

blueprint = Blueprint("portal", __name__)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    return render("portal/home.html")


@blueprint.get("/account")
@allow(EVERYBODY_SIGNED_IN)
def overview() -> ResponseReturnValue:
    account, now = current_user.account, utc_now()
    news = showings.news_for(account.subject, now=now)
    page = render("portal/overview.html", account=account, overview=overviews.of_account(account, now=now), news=news)
    if news and not news.shown:
        showings.record(account.subject_id, news.number, Way.BANNER, now=now)
        db.session.commit()
    return page


@blueprint.get("/account/emails")
@allow(EVERYBODY_SIGNED_IN)
def emails() -> ResponseReturnValue:
    history = email_history.page(current_subject(), older_than=_place("older_than"), newer_than=_place("newer_than"))
    return render("portal/emails.html", history=history, listed_since=email_history.news_listed_since(now=utc_now()))


@blueprint.get("/brand.css")
@public
def brand() -> Response:
    """The company's colour, from which the whole stylesheet derives its own."""
    response = make_response(f":root {{ --brand: {settings().brand_colour} }}\n")
    response.mimetype = "text/css"
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    return response


def _place(name: str) -> Place | None:
    """An address that was mistyped shows the newest emails."""
    return request.args.get(name, type=Place.parse)
