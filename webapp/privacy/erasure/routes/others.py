"""For people without an account: the link from one email and the code from another open the plan, and confirm it."""

from datetime import timedelta
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
from webapp.links import ExpiredLink, InvalidLink, LinkProblem, Purpose
from webapp.privacy import mailed_codes, opened
from webapp.privacy.data_map.clocks import day_of
from webapp.privacy.erasure import erasures, for_others, showing
from webapp.privacy.erasure.erasures import PlanChanged, TooLate
from webapp.privacy.erasure.forms import AgreementForm
from webapp.privacy.erasure.models import Erasure
from webapp.privacy.erasure.routes.blueprint import blueprint
from webapp.privacy.erasure.routes.confirmation import explain
from webapp.privacy.forms import CodeForm
from webapp.privacy.mailed_codes import NoMoreCodes
from webapp.subjects.addresses import masked
from webapp.subjects.models import Subject

OPEN_FOR = timedelta(minutes=30)  # after the code, in this browser
TRIES = "30 per hour"


@blueprint.get("/erasure/<token>")
@public
def for_others_page(token: str) -> ResponseReturnValue:
    """Where the email leads. It shows the way and does nothing, however often it is opened."""
    try:
        return _show(_erasure(token), token)
    except LinkProblem as problem:
        return _explain(problem, token)


@blueprint.post("/erasure/<token>/code")
@public
@limiter.limit(TRIES)
def send_code(token: str) -> ResponseReturnValue:
    try:
        erasure = _erasure(token)
        for_others.send_code(erasure, now=utc_now())
    except LinkProblem as problem:
        return _explain(problem, token)
    except NoMoreCodes:
        flash(_("No more codes are sent for this request. Please write to us."), "error")
        return see_other(_page(token))
    db.session.commit()
    flash(_("The code is on its way to %(address)s.", address=masked(_subject(erasure).email)), "success")
    return see_other(_page(token))


@blueprint.post("/erasure/<token>")
@public
@limiter.limit(TRIES)
def enter_code(token: str) -> ResponseReturnValue:
    try:
        erasure = _erasure(token)
    except LinkProblem as problem:
        return _explain(problem, token)
    form, now = CodeForm(), utc_now()
    right = form.validate_on_submit() and form.is_right(partial(for_others.try_out, erasure, now=now))
    db.session.commit()
    if not right:
        return _show(erasure, token, form=form, status=422)
    opened.keep_open("erasure", erasure.id, until=now + OPEN_FOR)
    return see_other(_page(token))


@blueprint.post("/erasure/<token>/agreement")
@public
@limiter.limit(TRIES)
def confirm_with_code(token: str) -> ResponseReturnValue:
    """Only for who has entered the code: to the plan that was shown."""
    now, form = utc_now(), AgreementForm()
    try:
        erasure = _erasure(token)
        if _is_open(erasure) and form.validate_on_submit():
            erasures.say_yes(erasure, _subject(erasure), plan_hash=form.plan.data, now=now)
    except LinkProblem as problem:
        return _explain(problem, token)
    except PlanChanged:
        flash(_("Since you looked at it, the plan has changed. Please look at it again."), "info")
    db.session.commit()
    return see_other(_page(token))


@blueprint.post("/erasure/<token>/cancellation")
@public
@limiter.limit(TRIES)
def cancel_for_others(token: str) -> ResponseReturnValue:
    """It needs no code: stopping harms nobody."""
    try:
        erasures.cancel(_erasure(token), now=utc_now())
    except LinkProblem as problem:
        return _explain(problem, token)
    except TooLate:
        db.session.rollback()
    db.session.commit()
    return see_other(_page(token))


@blueprint.post("/erasure/<token>/again")
@public
@limiter.limit(TRIES)
def renew_link(token: str) -> ResponseReturnValue:
    """A genuine link that is too old: a new one goes to the same address, never to this page."""
    try:
        erasure = erasures.find(erasures.named_by(links.read(Purpose.CONFIRM_ERASURE, token, now=utc_now())))
    except ExpiredLink as old:
        erasure = erasures.find(erasures.named_by(old.link))
    except LinkProblem as problem:
        return explain(problem)
    if erasure:
        for_others.send_link(erasure, now=utc_now())
        db.session.commit()
    flash(_("If the request is still open, a new link is on its way to the same address."), "success")
    return see_other(url_for("portal.home"))


class InTheAccount(LinkProblem):
    """The person has an account by now, where they sign in to confirm it."""


def _erasure(token: str) -> Erasure:
    """Raises LinkProblem."""
    erasure = erasures.read(token, now=utc_now())
    if db.session.get(Subject, erasure.subject_id) is None:
        raise InvalidLink
    if for_others.has_account(erasure):
        raise InTheAccount
    return erasure


def _is_open(erasure: Erasure) -> bool:
    return opened.is_open("erasure", erasure.id, now=utc_now())


def _show(erasure: Erasure, token: str, *, form: CodeForm | None = None, status: int = 200) -> Response:
    is_open, now = _is_open(erasure), utc_now()
    return render(
        "erasure/for_others.html",
        status=status,
        erasure=erasure,
        token=token,
        opened=is_open,
        shown=showing.of(erasure.steps, today=day_of(now)) if is_open else None,
        agreement=AgreementForm(data={"plan": erasure.plan_hash}),
        form=form or CodeForm(formdata=None),
        waiting=mailed_codes.is_waited_for(for_others.code_of(erasure), now=now),
        address=masked(_subject(erasure).email),
        starts_at=now + erasures.CAN_BE_STOPPED_FOR,
    )


def _explain(problem: LinkProblem, token: str) -> Response:
    if isinstance(problem, InTheAccount):
        return see_other(url_for("erasure.plan"))
    if isinstance(problem, ExpiredLink):
        return render("erasure/link_problem.html", status=410, problem="ExpiredLink", token=token)
    return explain(problem)


def _page(token: str) -> str:
    return url_for("erasure.for_others_page", token=token)


def _subject(erasure: Erasure) -> Subject:
    return db.session.get_one(Subject, erasure.subject_id)
