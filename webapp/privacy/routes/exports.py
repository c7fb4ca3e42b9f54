"""The electronic copy of what is held, for people with an account."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import links
from webapp.access import EVERYBODY_SIGNED_IN, allow, even_when_closed
from webapp.accounts.devices import name_of
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, render_or_redirect, see_other, wants_fragment
from webapp.privacy import copy_downloads, copy_shares, export_progress, exports
from webapp.privacy.copy_downloads import Fetching
from webapp.privacy.models import DataExport, Way
from webapp.privacy.routes.blueprint import blueprint
from webapp.privacy.routes.handing_over import hand_over, visitor
from webapp.subjects.current import current_subject


@blueprint.get("/account/data/exports")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def export_status() -> ResponseReturnValue:
    """What the page asks for every second while a copy is in the making."""
    if not wants_fragment():
        return see_other(url_for("privacy.data"))
    state = copies(now=utc_now())
    said = _("The copy of your data is ready.") if state["ready"] else None
    return render("privacy/_export_status.html", said=said, **state)


@blueprint.post("/account/data/exports")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
@limiter.limit("20 per hour")
def request_export() -> ResponseReturnValue:
    exports.request(current_subject(), now=utc_now())
    db.session.commit()
    return _show_copies()


@blueprint.get("/account/data/exports/<uuid:export_id>")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def download_export(export_id: UUID) -> ResponseReturnValue:
    now, export = utc_now(), own_export(export_id)
    if not export.available(now):
        return _problem("gone", 410)
    try:
        return hand_over(export, Fetching(visitor(), Way.SIGN_IN), now=now)
    except FileNotFoundError:
        return _problem("gone", 410)


@blueprint.get("/account/data/exports/<uuid:export_id>/details")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def export_details(export_id: UUID) -> ResponseReturnValue:
    """Who downloaded it, and with whom it is shared."""
    now, export = utc_now(), own_export(export_id)
    shares = [(share, copy_shares.why_ended(share, now=now)) for share in copy_shares.of(export)]
    downloads = copy_downloads.of(export)
    return render(
        "privacy/export_details.html", export=export, shares=shares, downloads=downloads, name_of=name_of, now=now
    )


@blueprint.post("/account/data/exports/<uuid:export_id>/email")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
@limiter.limit("20 per hour")
def send_export_link(export_id: UUID) -> ResponseReturnValue:
    """The link once more, while the file is there."""
    now, export = utc_now(), own_export(export_id)
    if not export.available(now):
        return _problem("gone", 410)
    sent = exports.send_link_again(export, now=now)
    db.session.commit()
    said = _("The email with the link is on its way.") if sent else _("The email went out a moment ago.")
    if wants_fragment():
        return _show_copies(said=said)
    flash(said, "success")
    return see_other(url_for("privacy.data"))


@blueprint.post("/account/data/exports/<uuid:export_id>/deletion")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def delete_export(export_id: UUID) -> ResponseReturnValue:
    exports.delete(own_export(export_id), now=utc_now())
    db.session.commit()
    return _show_copies(said=_("The copy was deleted. The link in the email leads nowhere now."))


@blueprint.get("/account/data/exports/download/<token>")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def export_link(token: str) -> ResponseReturnValue:
    """Where the email leads. It shows the way and does nothing, however often it is opened."""
    now = utc_now()
    try:
        link, expired = links.read(links.Purpose.DOWNLOAD_EXPORT, token, now=now), False
    except links.ExpiredLink as old:
        link, expired = old.link, True
    except links.LinkProblem:
        return _problem("invalid", 404)
    export = exports.find(UUID(link.data["export_id"]))
    if export is not None and export.subject_id != current_subject().id:
        return _problem("foreign", 403)
    if export is None or not export.available(now):
        return _problem("expired" if expired else "gone", 410)
    if expired:
        return _problem("renewable", 410, export=export)
    return render("privacy/export_download.html", export=export)


def copies(*, now: datetime) -> dict[str, Any]:
    """The state of the newest copy, and the ones before."""
    mine = exports.of(current_subject())
    making = mine[0] if mine and mine[0].in_the_making else None
    ready = mine[0] if mine and mine[0].available(now) else None
    return {
        "making": making,
        "ready": ready,
        "earlier": mine[1:] if making or ready else mine,
        "progress_of_it": export_progress.of(making, now=now) if making else None,
        "now": now,
    }


def own_export(export_id: UUID) -> DataExport:
    export = exports.find(export_id)
    if export is None or export.subject_id != current_subject().id:
        abort(404)
    return export


def _show_copies(said: str | None = None) -> Response:
    state = copies(now=utc_now())
    return render_or_redirect(url_for("privacy.data"), fragment="privacy/_export_status.html", said=said, **state)


def _problem(kind: str, status: int, export: DataExport | None = None) -> Response:
    """A link that cannot be used, and what to do about it."""
    return render("privacy/export_problem.html", status=status, kind=kind, export=export)
