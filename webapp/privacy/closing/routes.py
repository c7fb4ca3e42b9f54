"""The page on which people close their account, and see what becomes of it afterwards."""

from flask import Blueprint, abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow, even_when_closed
from webapp.accounts.forms import Form
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.links import ExpiredLink, InvalidLink, LinkProblem
from webapp.privacy.closing import closures, obstacles
from webapp.privacy.closing.closures import Confirmation
from webapp.privacy.closing.models import Closure
from webapp.privacy.closing.obstacles import Obstructed
from webapp.privacy.erasure import erasures
from webapp.subjects.current import current_subject

blueprint = Blueprint("closing", __name__)


class ForeignLink(LinkProblem):
    """It belongs to the account of somebody else."""


@blueprint.get("/account/closure")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def closure() -> ResponseReturnValue:
    now, mine = utc_now(), closures.of(current_subject())
    if mine and mine.confirmed_at:
        return render("closing/closed.html", closure=mine, erasure=erasures.open_of(current_subject()))
    in_the_way = obstacles.of(current_user.account)
    delete_at = closures.to_be_deleted_at(now)
    return render("closing/closure.html", closure=mine, obstacles=in_the_way, delete_at=delete_at, now=now)


@blueprint.post("/account/closure")
@allow(EVERYBODY_SIGNED_IN)
@limiter.limit(TRIES)
def ask() -> ResponseReturnValue:
    try:
        closures.ask(current_user.account, now=utc_now())
    except Obstructed:
        return see_other(_page())  # it names what stands in the way
    db.session.commit()
    flash(_("We sent you a link. Your account is closed when you have confirmed it there."), "success")
    return see_other(_page())


@blueprint.post("/account/closure/withdrawal")
@allow(EVERYBODY_SIGNED_IN)
def take_back() -> ResponseReturnValue:
    closures.take_back(_mine(), now=utc_now())
    db.session.commit()
    flash(_("Good that you stay. The link in the email does not close anything any more."), "success")
    return see_other(_page())


@blueprint.get("/account/closure/<token>")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
@fresh_proof
def confirmation(token: str) -> ResponseReturnValue:
    now = utc_now()
    try:
        _own(token)
    except LinkProblem as problem:
        return _explain(problem)
    return render("closing/confirmation.html", token=token, form=Form(), delete_at=closures.to_be_deleted_at(now))


@blueprint.post("/account/closure/<token>")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
@fresh_proof
@limiter.limit(TRIES)
def close(token: str) -> ResponseReturnValue:
    now = utc_now()
    try:
        closures.confirm(_own(token), current_user.account, device=current_user.device, now=now)
    except (LinkProblem, Obstructed) as problem:
        db.session.rollback()
        return _explain(problem)
    db.session.commit()
    flash(_("Your account is closed."), "success")
    return see_other(_page())


@blueprint.post("/account/closure/reopening")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def reopen() -> ResponseReturnValue:
    closures.reopen(_mine(), now=utc_now())
    db.session.commit()
    if current_user.has_closed:
        return see_other(_page())  # the deletion had begun
    flash(_("Welcome back. Your account is open again, as it was."), "success")
    return see_other(url_for("portal.overview"))


@blueprint.post("/account/closure/keeping")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def keep() -> ResponseReturnValue:
    closures.keep(_mine(), now=utc_now())
    db.session.commit()
    flash(_("We keep it for another year, and ask you again before it is over."), "success")
    return see_other(_page())


def _page() -> str:
    return url_for("closing.closure")


def _mine() -> Closure:
    return closures.of(current_subject()) or abort(404)


def _own(token: str) -> Confirmation:
    """Raises LinkProblem."""
    found = closures.read(token, now=utc_now())
    if found.closure.subject_id != current_subject().id:
        raise ForeignLink
    return found


def _explain(problem: Exception) -> ResponseReturnValue:
    """One that was used already, or what stands in the way: the page itself shows how things are."""
    if isinstance(problem, ForeignLink | ExpiredLink | InvalidLink):
        status = {ForeignLink: 403, ExpiredLink: 410, InvalidLink: 404}[type(problem)]
        return render("closing/link_problem.html", status=status, problem=type(problem).__name__)
    return see_other(_page())
