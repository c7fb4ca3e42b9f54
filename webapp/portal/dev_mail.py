"""The inbox of the demo: every email that was sent, to whomever. It is registered in the demo only."""

from pathlib import Path

from flask import Blueprint, Response, abort, flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from webapp import queue
from webapp.access import public
from webapp.config import settings
from webapp.db import db
from webapp.headers import email_preview_policy
from webapp.htmx import render, see_other
from webapp.portal import caught_mail, dev_answers
from webapp.portal.caught_mail import CaughtEmail

SHOWN_OF_SOURCE = 20_000  # a page stays below 60 KB; the file holds all of it

blueprint = Blueprint("dev_mail", __name__, url_prefix="/dev/mail")


@blueprint.before_request
def _only_with_a_mail_catcher() -> None:
    if not settings().demo_mail_folder:
        abort(404)


@blueprint.get("")
@public
def inbox() -> ResponseReturnValue:
    search = request.args.get("search", "").strip()
    page = caught_mail.page(
        _folder(),
        search=search,
        older_than=request.args.get("older_than"),
        newer_than=request.args.get("newer_than"),
    )
    return render(
        "portal/dev_mail.html",
        fragment="portal/_dev_mail_list.html",
        inbox=page,
        search=search,
        searched=caught_mail.SEARCHED,
    )


@blueprint.get("/<name>")
@public
def email(name: str) -> ResponseReturnValue:
    found = _email(name)
    return render("portal/dev_mail_email.html", email=found, tab="html" if found.html else "text", answers=_answers())


@blueprint.post("/<name>/answers")
@public
def answer(name: str) -> ResponseReturnValue:
    """Something comes back to it, as if from the reader's mail server."""
    chosen = request.form.get("answer", "")
    if chosen not in _answers():
        abort(404)
    dev_answers.send(chosen, _email(name))
    queue.poke(queue.Job.READ_RETURNS)
    db.session.commit()
    flash(_("It is in the mailbox for what comes back, and will be read in a moment."), "success")
    return see_other(url_for(".email", name=name))


@blueprint.get("/<name>/<any(text, source):tab>")
@public
def part(name: str, tab: str) -> ResponseReturnValue:
    return render("portal/dev_mail_email.html", email=_email(name), tab=tab, shown=SHOWN_OF_SOURCE, answers=_answers())


@blueprint.get("/<name>/html")
@public
def html(name: str) -> Response:
    """The email as a document of its own, for the frame. Its links open beside it."""
    document = _email(name).html or abort(404)
    with_target = document.replace("<head>", '<head><base target="_blank">', 1)
    return email_preview_policy(make_response(with_target))


@blueprint.get("/<name>/file")
@public
def file(name: str) -> Response:
    response = make_response(_email(name).raw)
    response.mimetype = "text/plain"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _answers() -> dict[str, LazyString]:
    return dev_answers.LABELS if settings().bounce_mailbox else {}


def _folder() -> Path:
    return Path(settings().demo_mail_folder or "")


def _email(name: str) -> CaughtEmail:
    try:
        return caught_mail.read(_folder(), name)
    except LookupError:
        abort(404)
