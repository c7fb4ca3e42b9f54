"""The electronic copy of what is held."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import links
from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, render_or_redirect, see_other, wants_fragment
from webapp.privacy import exports
from webapp.privacy.models import DataExport
from webapp.privacy.routes.blueprint import blueprint
from webapp.subjects.current import current_subject


@blueprint.get("/account/data/exports")
@allow(EVERYBODY_SIGNED_IN)
def export_status() -> ResponseReturnValue:
    """What the page asks for every second while a copy is in the making."""
    if not wants_fragment():
        return see_other(url_for("privacy.data"))
    state = copies(now=utc_now())
    said = _("The copy of your data is ready.") if state["ready"] else None
    return render("privacy/_export_status.html", said=said, **state)


@blueprint.post("/account/data/exports")
@allow(EVERYBODY_SIGNED_IN)
@limiter.limit("20 per hour")
def request_export() -> ResponseReturnValue:
    exports.request(current_subject(), now=utc_now())
    db.session.commit()
    return _showcopies()


@blueprint.get("/account/data/exports/<uuid:export_id>")
@allow(EVERYBODY_SIGNED_IN)
def download_export(export_id: UUID) -> ResponseReturnValue:
    now, export = utc_now(), _own(export_id)
    if not export.available(now):
        return _problem("gone", 410)
    try:
        file = exports.download(export)
    except FileNotFoundError:
        return _problem("gone", 410)
    if request.method == "GET":  # and not HEAD
        exports.record_download(export, now=now)
    response = Response(file, mimetype="application/zip")
    response.headers["Content-Length"] = str(export.size)
    response.headers.set("Content-Disposition", "attachment", filename=f"my-data-{export.requested_at:%Y-%m-%d}.zip")
    response.headers["Cache-Control"] = "no-store"
    db.session.commit()
    return response


@blueprint.post("/account/data/exports/<uuid:export_id>/deletion")
@allow(EVERYBODY_SIGNED_IN)
def delete_export(export_id: UUID) -> ResponseReturnValue:
    exports.delete(_own(export_id), now=utc_now())
    db.session.commit()
    return _showcopies(said=_("The copy was deleted. The link in the email leads nowhere now."))


@blueprint.get("/account/data/exports/download/<token>")
@allow(EVERYBODY_SIGNED_IN)
def export_link(token: str) -> ResponseReturnValue:
    """Where the email leads. It shows the way and does nothing, however often it is opened."""
    now = utc_now()
    try:
        link = links.read(links.Purpose.DOWNLOAD_EXPORT, token, now=now)
    except links.ExpiredLink:
        return _problem("expired", 410)
    except links.LinkProblem:
        return _problem("invalid", 404)
    export = exports.find(UUID(link.data["export_id"]))
    if export is not None and export.subject_id != current_subject().id:
        return _problem("foreign", 403)
    if export is None or not export.available(now):
        return _problem("gone", 410)
    return render("privacy/export_download.html", export=export)


def copies(*, now: datetime) -> dict[str, Any]:
    """The state of the newest copy, and the ones before."""
    copies = exports.of(current_subject())
    making = copies[0] if copies and copies[0].in_the_making else None
    ready = copies[0] if copies and copies[0].available(now) else None
    return {
        "making": making,
        "ready": ready,
        "earlier": copies[1:] if making or ready else copies,
        "step": exports.current_step(making) if making else None,
        "delayed": making is not None and now - making.requested_at > exports.USUALLY_WITHIN,
        "now": now,
    }


def _own(export_id: UUID) -> DataExport:
    export = exports.find(export_id)
    if export is None or export.subject_id != current_subject().id:
        abort(404)
    return export


def _showcopies(said: str | None = None) -> Response:
    state = copies(now=utc_now())
    return render_or_redirect(url_for("privacy.data"), fragment="privacy/_export_status.html", said=said, **state)


def _problem(kind: str, status: int) -> Response:
    """A link that cannot be used, and what to do about it."""
    return render("privacy/export_problem.html", status=status, kind=kind)
