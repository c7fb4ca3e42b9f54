"""The history of consents and its downloads, in the account and behind an emailed link."""

from uuid import UUID

from flask import Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from webapp import language
from webapp.access import EVERYBODY_SIGNED_IN, allow, public
from webapp.clock import utc_now
from webapp.consents import history as histories
from webapp.consents.choices import HOW
from webapp.consents.routes.blueprint import blueprint
from webapp.htmx import render
from webapp.links import ExpiredLink
from webapp.subjects.addresses import masked
from webapp.subjects.current import current_subject
from webapp.subjects.models import Subject


@blueprint.get("/account/preferences/history")
@allow(EVERYBODY_SIGNED_IN)
def history() -> ResponseReturnValue:
    return render("consents/history.html", history=_page(current_subject()), how=HOW)


@blueprint.get("/account/preferences/history.<any(csv, json):kind>")
@allow(EVERYBODY_SIGNED_IN)
def history_download(kind: str) -> Response:
    return _download(current_subject(), kind)


@blueprint.get("/consents/<token>")
@public
def linked_history(token: str) -> ResponseReturnValue:
    subject = _reader(token)
    if subject is None:
        return render("consents/history_link_problem.html", status=410)
    return render(
        "consents/linked_history.html",
        token=token,
        history=_page(subject),
        how=HOW,
        address=masked(subject.email),
    )


@blueprint.get("/consents/<token>/<any(csv, json):kind>")
@public
def linked_history_download(token: str, kind: str) -> ResponseReturnValue:
    subject = _reader(token)
    return render("consents/history_link_problem.html", status=410) if subject is None else _download(subject, kind)


def _reader(token: str) -> Subject | None:
    try:
        subject = histories.read_link(token, now=utc_now())
    except ExpiredLink:
        return None
    if subject is not None:
        language.speak(subject.language)
    return subject


def _page(subject: Subject) -> histories.Page:
    """An address that was mistyped shows the newest lines."""
    older, newer = request.args.get("older_than", type=UUID), request.args.get("newer_than", type=UUID)
    return histories.page(subject, older_than=older, newer_than=newer)


def _download(subject: Subject, kind: str) -> Response:
    if kind == "json":
        response = jsonify(histories.as_data(subject))
    else:
        response = make_response(histories.as_csv(subject))
        response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f"attachment; filename=consents.{kind}"
    return response
