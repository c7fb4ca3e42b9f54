"""“This was not me”: the link in the email about a sign-in from a new device."""

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from webapp.access import public
from webapp.accounts import alarms, devices
from webapp.accounts.alarms import Alarm
from webapp.accounts.email_changes import AddressTaken
from webapp.accounts.forms import Form
from webapp.accounts.routes.blueprint import TRIES, blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import speak
from webapp.links import ExpiredLink, LinkProblem, UsedLink


@blueprint.get("/account/not-me/<token>")
@public
def not_me(token: str) -> ResponseReturnValue:
    try:
        return _ask(alarms.read(token, now=utc_now()), token)
    except LinkProblem as problem:
        return _explain(problem)


@blueprint.post("/account/not-me/<token>")
@public
@limiter.limit(TRIES)
def give_alarm(token: str) -> ResponseReturnValue:
    now = utc_now()
    try:
        alarms.give(alarms.read(token, now=now), now=now)
    except (LinkProblem, AddressTaken) as problem:
        db.session.rollback()
        return _explain(problem)
    db.session.commit()
    return see_other(url_for("accounts.secured"))


@blueprint.get("/account/secured")
@public
def secured() -> ResponseReturnValue:
    """What the mailbox holds now; it says nothing about anybody."""
    return render("accounts/secured.html")


def _ask(alarm: Alarm, token: str) -> Response:
    speak(alarm.device.account.subject.language)
    name = devices.name_of(alarm.device.user_agent)
    return render("accounts/not_me.html", form=Form(), token=token, device=alarm.device, device_name=name)


def _explain(problem: Exception) -> ResponseReturnValue:
    if isinstance(problem, UsedLink):
        return see_other(url_for("accounts.secured"))
    if isinstance(problem, AddressTaken):
        return render("accounts/undo_problem.html", status=409, problem="AddressTaken")
    status = 410 if isinstance(problem, ExpiredLink) else 404
    return render("accounts/not_me_problem.html", status=status)
