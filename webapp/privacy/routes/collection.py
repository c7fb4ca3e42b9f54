"""A copy for somebody without an account: confirmed by a link, collected with a link and a code from another email."""

from datetime import datetime, timedelta
from functools import partial

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import links
from webapp.access import public
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.links import ExpiredLink, InvalidLink, Link, LinkProblem, Purpose
from webapp.privacy import copies_for_others, copy_codes, exports, opened
from webapp.privacy.copy_downloads import Fetching
from webapp.privacy.forms import CodeForm
from webapp.privacy.mailed_codes import NoMoreCodes
from webapp.privacy.models import DataExport, ExportState, Way
from webapp.privacy.routes.blueprint import blueprint
from webapp.privacy.routes.handing_over import hand_over, visitor
from webapp.subjects.addresses import masked

OPEN_FOR = timedelta(hours=1)  # after the code, in this browser
TRIES = "30 per hour"


@blueprint.get("/copies/confirmation/<token>")
@public
def confirm_copy(token: str) -> ResponseReturnValue:
    return _show_confirmation(token)


@blueprint.post("/copies/confirmation/<token>")
@public
@limiter.limit(TRIES)
def confirmed_copy(token: str) -> ResponseReturnValue:
    try:
        copies_for_others.confirm(copies_for_others.read(token, now=utc_now()), now=utc_now())
    except LinkProblem:
        return _show_confirmation(token)
    db.session.commit()
    return see_other(url_for("privacy.confirm_copy", token=token))


@blueprint.get("/copies/<token>")
@public
def collect_copy(token: str) -> ResponseReturnValue:
    """Where the email leads. It shows the way and does nothing, however often it is opened."""
    try:
        return _show(_export(token), token)
    except LinkProblem as problem:
        return _problem(problem, token)


@blueprint.post("/copies/<token>/code")
@public
@limiter.limit(TRIES)
def send_copy_code(token: str) -> ResponseReturnValue:
    try:
        export = _export(token)
        copy_codes.send(export, now=utc_now())
    except LinkProblem as problem:
        return _problem(problem, token)
    except NoMoreCodes:
        flash(_("No more codes are sent for this copy. Please write to us."), "error")
        return see_other(url_for("privacy.collect_copy", token=token))
    db.session.commit()
    flash(_("The code is on its way to %(address)s.", address=masked(export.subject.email)), "success")
    return see_other(url_for("privacy.collect_copy", token=token))


@blueprint.post("/copies/<token>")
@public
@limiter.limit(TRIES)
def open_copy(token: str) -> ResponseReturnValue:
    try:
        export = _export(token)
    except LinkProblem as problem:
        return _problem(problem, token)
    form, now = CodeForm(), utc_now()
    right = form.validate_on_submit() and form.is_right(partial(copy_codes.try_out, export, now=now))
    db.session.commit()
    if not right:
        return _show(export, token, form=form, status=422)
    opened.keep_open("copy", export.id, until=now + OPEN_FOR)
    return see_other(url_for("privacy.collect_copy", token=token))


@blueprint.get("/copies/<token>/file")
@public
def fetch_copy(token: str) -> ResponseReturnValue:
    try:
        export = _export(token)
        if not _is_open(export):
            return see_other(url_for("privacy.collect_copy", token=token))
        return hand_over(export, Fetching(visitor(), Way.CODE), now=utc_now())
    except LinkProblem as problem:
        return _problem(problem, token)
    except FileNotFoundError:
        return _problem(Gone(), token)


@blueprint.post("/copies/<token>/deletion")
@public
def delete_copy(token: str) -> ResponseReturnValue:
    """Only for who has entered the code."""
    try:
        export = _export(token)
    except LinkProblem as problem:
        return _problem(problem, token)
    if _is_open(export):
        exports.delete(export, now=utc_now())
        db.session.commit()
    return see_other(url_for("privacy.collect_copy", token=token))


@blueprint.post("/copies/<token>/again")
@public
@limiter.limit(TRIES)
def renew_copy(token: str) -> ResponseReturnValue:
    """A genuine link that is too old, or whose copy is gone: a new one goes to the same address, never to this page."""
    now = utc_now()
    try:
        export = exports.named_by(_link_however_old(token, now=now))
    except InvalidLink as problem:
        return _problem(problem, token)
    copies_for_others.renew(export, now=now)
    db.session.commit()
    return render("privacy/copy_renewed.html", address=masked(export.subject.email))


class Gone(LinkProblem):
    """The link is good, but the copy is not there any more."""


def _export(token: str) -> DataExport:
    """Raises InvalidLink, ExpiredLink or Gone."""
    now = utc_now()
    export = exports.named_by(links.read(Purpose.COLLECT_COPY, token, now=now))
    if not export.available(now):
        raise Gone
    return export


def _link_however_old(token: str, *, now: datetime) -> Link:
    """Raises InvalidLink."""
    try:
        return links.read(Purpose.COLLECT_COPY, token, now=now)
    except ExpiredLink as old:
        return old.link


def _is_open(export: DataExport) -> bool:
    return opened.is_open("copy", export.id, now=utc_now())


def _show(export: DataExport, token: str, *, form: CodeForm | None = None, status: int = 200) -> Response:
    return render(
        "privacy/collect_copy.html",
        status=status,
        export=export,
        token=token,
        form=form or CodeForm(formdata=None),
        opened=_is_open(export),
        waiting=copy_codes.is_waited_for(export, now=utc_now()),
        address=masked(export.subject.email),
    )


def _show_confirmation(token: str) -> Response:
    try:
        export = copies_for_others.read(token, now=utc_now())
    except LinkProblem as problem:
        status = 404 if isinstance(problem, InvalidLink) else 410
        return render("privacy/confirm_copy.html", status=status, state=type(problem).__name__, token=token)
    state = "lapsed" if export.state is ExportState.LAPSED else "open" if export.confirmed_at is None else "confirmed"
    return render("privacy/confirm_copy.html", status=410 if state == "lapsed" else 200, state=state, token=token)


def _problem(problem: LinkProblem, token: str) -> Response:
    status = 404 if isinstance(problem, InvalidLink) else 410
    return render("privacy/copy_problem.html", status=status, kind=type(problem).__name__, token=token)
