"""The pages where people see how safe their account is: the check-up, and what happened on it."""

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.accounts import alarms
from webapp.accounts.email_changes import AddressTaken
from webapp.accounts.forms import Form
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.paging import LARGEST, Numbered
from webapp.portal import activity as log
from webapp.portal import check_up as check_ups
from webapp.portal.activity import Happening
from webapp.subjects.current import current_subject

blueprint = Blueprint("safety", __name__)


@blueprint.get("/account/check-up")
@allow(EVERYBODY_SIGNED_IN)
def check_up() -> ResponseReturnValue:
    return render("portal/check_up.html", check_up=check_ups.of_account(current_user.account, now=utc_now()))


@blueprint.get("/account/activity")
@allow(EVERYBODY_SIGNED_IN)
def activity() -> ResponseReturnValue:
    """An address that was mistyped shows the newest entries."""
    places = {name: request.args.get(name, type=Numbered.parse) for name in ("older_than", "newer_than")}
    return render("portal/activity.html", log=log.page(current_subject(), **places))


@blueprint.get("/account/activity/<int:entry_id>/not-me")
@allow(EVERYBODY_SIGNED_IN)
def not_me(entry_id: int) -> Response:
    return render("portal/not_me.html", happening=_mine(entry_id), form=Form())


@blueprint.post("/account/activity/<int:entry_id>/not-me")
@allow(EVERYBODY_SIGNED_IN)
def give_alarm(entry_id: int) -> ResponseReturnValue:
    """Without a fresh proof: who got in may have changed the password. The way back leads to the owner's mailbox."""
    try:
        alarms.secure(current_user.account, since=_mine(entry_id).at, now=utc_now())
    except AddressTaken:
        db.session.rollback()
        return render("accounts/undo_problem.html", status=409, problem="AddressTaken")
    db.session.commit()
    return see_other(url_for("accounts.secured"))


def _mine(entry_id: int) -> Happening:
    if entry_id > LARGEST or (happening := log.find(current_subject(), entry_id)) is None:
        abort(404)
    return happening
