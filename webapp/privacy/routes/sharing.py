"""Sharing a copy with another provider: the person's side, and the page that the other one opens."""

from uuid import UUID

from flask import Response, abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import links
from webapp.access import EVERYBODY_SIGNED_IN, allow, public
from webapp.accounts.proofs import fresh_proof
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import from_anywhere, limiter
from webapp.htmx import render, see_other
from webapp.privacy import copy_shares
from webapp.privacy.copy_downloads import Fetching
from webapp.privacy.copy_shares import Ended, Over, TooMany
from webapp.privacy.forms import ShareForm
from webapp.privacy.models import CopyShare, Way
from webapp.privacy.routes.blueprint import blueprint
from webapp.privacy.routes.exports import own_export
from webapp.privacy.routes.handing_over import hand_over, visitor


@blueprint.get("/account/data/exports/<uuid:export_id>/shares/new")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
def new_share(export_id: UUID) -> ResponseReturnValue:
    export = own_export(export_id)
    if not export.available(utc_now()):
        abort(404)
    return render("privacy/new_share.html", export=export, form=ShareForm())


@blueprint.post("/account/data/exports/<uuid:export_id>/shares/new")
@allow(EVERYBODY_SIGNED_IN)
@limiter.limit("20 per hour")
@fresh_proof
def create_share(export_id: UUID) -> ResponseReturnValue:
    now, export, form = utc_now(), own_export(export_id), ShareForm()
    if not export.available(now):
        abort(404)
    if not form.validate_on_submit():
        return render("privacy/new_share.html", export=export, form=form, status=422)
    try:
        share = copy_shares.create(
            export, form.name.data, uses=form.chosen_uses, lifetime=form.chosen_lifetime, now=now
        )
    except TooMany:
        form.name.errors = [_("There are ten links to this copy already. Take one back first.")]
        return render("privacy/new_share.html", export=export, form=form, status=422)
    db.session.commit()
    return see_other(url_for("privacy.share", export_id=export.id, share_id=share.id))


@blueprint.get("/account/data/exports/<uuid:export_id>/shares/<uuid:share_id>")
@allow(EVERYBODY_SIGNED_IN)
@fresh_proof
def share(export_id: UUID, share_id: UUID) -> ResponseReturnValue:
    now, shared = utc_now(), _own_share(export_id, share_id)
    url = links.absolute_url("privacy.shared_copy", token=copy_shares.link_token(shared, now=now))
    ended = copy_shares.why_ended(shared, now=now)
    return render("privacy/share.html", share=shared, url=url, ended=ended)


@blueprint.post("/account/data/exports/<uuid:export_id>/shares/<uuid:share_id>/revocation")
@allow(EVERYBODY_SIGNED_IN)
def revoke_share(export_id: UUID, share_id: UUID) -> ResponseReturnValue:
    shared = _own_share(export_id, share_id)
    copy_shares.revoke(shared, now=utc_now())
    db.session.commit()
    flash(_("The link for %(name)s leads nowhere now.", name=shared.name), "success")
    return see_other(url_for("privacy.export_details", export_id=export_id))


@blueprint.get("/shared-copies/<token>")
@public
def shared_copy(token: str) -> ResponseReturnValue:
    """What the other one opens. It uses nothing up, however often it is opened."""
    now = utc_now()
    try:
        shared = copy_shares.read(token, now=now)
    except links.LinkProblem as problem:
        return _refused(problem)
    ended = copy_shares.why_ended(shared, now=now)
    if ended in {Ended.REVOKED, Ended.EXPIRED, Ended.GONE}:
        return _refused(Over(ended))
    return _unlisted(render("privacy/shared_copy.html", share=shared, used_up=ended is Ended.USED_UP, token=token))


@blueprint.post("/shared-copies/<token>")
@public
@from_anywhere
@limiter.limit("60 per hour")
def use_shared_copy(token: str) -> ResponseReturnValue:
    """Counts, and leads on to the file."""
    now = utc_now()
    try:
        shared = copy_shares.read(token, now=now)
        copy_shares.use(shared, visitor(), now=now)
    except (links.LinkProblem, Over) as problem:
        return _refused(problem)
    db.session.commit()
    return see_other(url_for("privacy.fetch_shared_copy", token=copy_shares.ticket(shared, now=now)))


@blueprint.get("/shared-copies/files/<token>")
@public
def fetch_shared_copy(token: str) -> ResponseReturnValue:
    """The file itself; it may be fetched in parts, and again after a break."""
    now = utc_now()
    try:
        shared = copy_shares.read_ticket(token, now=now)
        fetching = Fetching(visitor(), Way.SHARE, goes_on=True, share=shared)
        return hand_over(shared.export, fetching, now=now)
    except (links.LinkProblem, Over) as problem:
        return _refused(problem)
    except FileNotFoundError:
        return _refused(Over(Ended.GONE))


def _own_share(export_id: UUID, share_id: UUID) -> CopyShare:
    shared = copy_shares.find(share_id)
    if shared is None or shared.export_id != own_export(export_id).id:
        abort(404)
    return shared


def _refused(problem: links.LinkProblem | Over) -> Response:
    if isinstance(problem, links.InvalidLink):
        kind, status = "invalid", 404
    else:
        why = problem.why if isinstance(problem, Over) else Ended.EXPIRED
        kind, status = why.value, 410
    return _unlisted(render("privacy/shared_copy_problem.html", status=status, kind=kind))


def _unlisted(response: Response) -> Response:
    """No search engine shall know it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
