"""The history of consents, and its downloads."""

from uuid import UUID

from flask import Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.consents import history as histories
from webapp.consents.choices import HOW
from webapp.consents.routes.blueprint import blueprint
from webapp.htmx import render
from webapp.subjects.current import current_subject


@blueprint.get("/account/preferences/history")
@allow(EVERYBODY_SIGNED_IN)
def history() -> ResponseReturnValue:
    """An address that was mistyped shows the newest lines."""
    page = histories.page(
        current_subject(),
        older_than=request.args.get("older_than", type=UUID),
        newer_than=request.args.get("newer_than", type=UUID),
    )
    return render("consents/history.html", history=page, how=HOW)


@blueprint.get("/account/preferences/history.csv")
@allow(EVERYBODY_SIGNED_IN)
def history_as_csv() -> Response:
    response = make_response(histories.as_csv(current_subject()))
    response.mimetype = "text/csv"
    return _download(response, "consents.csv")


@blueprint.get("/account/preferences/history.json")
@allow(EVERYBODY_SIGNED_IN)
def history_as_json() -> Response:
    return _download(jsonify(histories.as_data(current_subject())), "consents.json")


def _download(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
