"""What people do not want us to do with their data: their own page, and the decisions of the privacy officer."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import EVERYBODY_SIGNED_IN, POLICY, STAFF, allow, even_when_closed
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.consents.models import Restriction, Use
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.privacy import deadlines
from webapp.privacy.data_map.words import GROUNDS, RESTRICTED_USES, VERDICTS
from webapp.privacy.restrictions import decisions
from webapp.privacy.restrictions import restrictions as wishes
from webapp.privacy.restrictions.decisions import DecidedAlready, NoMoreTime
from webapp.privacy.restrictions.forms import DecisionForm, ExtensionForm, NotedWishForm, WishForm
from webapp.privacy.restrictions.restrictions import Wish
from webapp.subjects import subjects
from webapp.subjects.current import current_subject

blueprint = Blueprint("restrictions", __name__)
WORDS: dict[str, Any] = {"uses": RESTRICTED_USES, "grounds": GROUNDS, "verdicts": VERDICTS}


@blueprint.get("/account/restrictions")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def restrictions() -> ResponseReturnValue:
    return _show(WishForm())


@blueprint.post("/account/restrictions")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
@limiter.limit(TRIES)
def ask() -> ResponseReturnValue:
    form, now = WishForm(), utc_now()
    if not form.validate_on_submit():
        return _show(form, status=422)
    wish = Wish(form.use, form.ground, form.words.data, network=request.remote_addr or "")
    wishes.ask(current_subject(), wish, asked_at=now, now=now)
    db.session.commit()
    flash(_("It is in effect from this moment."), "success")
    return see_other(url_for("restrictions.restrictions"))


@blueprint.post("/account/restrictions/<uuid:restriction_id>/lifting")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def lift(restriction_id: UUID) -> ResponseReturnValue:
    found = _find(restriction_id)
    if found.subject_id != current_subject().id or found.use is Use.MARKETING:
        abort(404)
    wishes.lift(found, now=utc_now())
    db.session.commit()
    flash(_("It is lifted. You can ask for it again at any time."), "success")
    return see_other(url_for("restrictions.restrictions"))


@blueprint.get("/staff/requests/restrictions/new")
@allow(STAFF)
def new() -> ResponseReturnValue:
    return render("restrictions/new.html", form=NotedWishForm(data={"asked_on": utc_now().date()}))


@blueprint.post("/staff/requests/restrictions/new")
@allow(STAFF)
@limiter.limit(TRIES)
def note() -> ResponseReturnValue:
    form, now = NotedWishForm(), utc_now()
    if not form.validate_on_submit():
        return render("restrictions/new.html", form=form, status=422)
    subject = subjects.find(form.email.data)
    if subject is None:
        form.email.errors = [_("We hold nothing about this address. Perhaps the person wrote to us from another one.")]
        return render("restrictions/new.html", form=form, status=422)
    wish = Wish(form.use, form.ground, form.words.data)
    wishes.ask(subject, wish, asked_at=form.asked_on.at(now), now=now, noted_by=current_subject())
    db.session.commit()
    flash(_("It is in effect from this moment, and the person is told so by email."), "success")
    return see_other(url_for("requests.open_requests"))


@blueprint.get("/staff/requests/restrictions/<uuid:restriction_id>")
@allow(POLICY)
def restriction(restriction_id: UUID) -> ResponseReturnValue:
    return _show_one(_find(restriction_id), DecisionForm())


@blueprint.post("/staff/requests/restrictions/<uuid:restriction_id>")
@allow(POLICY)
@fresh_proof
def decide(restriction_id: UUID) -> ResponseReturnValue:
    found, form = _find(restriction_id), DecisionForm()
    if not form.validate_on_submit():
        return _show_one(found, form, status=422)
    try:
        decisions.decide(found, form.chosen, reason=form.reason.data, by=current_subject(), now=utc_now())
    except DecidedAlready:
        return _say_settled(found)
    db.session.commit()
    flash(_("Decided. The person is told the reasons by email."), "success")
    return see_other(url_for("requests.open_requests"))


@blueprint.get("/staff/requests/restrictions/<uuid:restriction_id>/extension")
@allow(POLICY)
def extension(restriction_id: UUID) -> ResponseReturnValue:
    found = _find(restriction_id)
    if not decisions.can_be_extended(found, now=utc_now()):
        return see_other(url_for("restrictions.restriction", restriction_id=found.id))
    return render("restrictions/extension.html", restriction=found, form=ExtensionForm(found), **WORDS)


@blueprint.post("/staff/requests/restrictions/<uuid:restriction_id>/extension")
@allow(POLICY)
def extend(restriction_id: UUID) -> ResponseReturnValue:
    found, now = _find(restriction_id), utc_now()
    form = ExtensionForm(found)
    if not form.validate_on_submit():
        return render("restrictions/extension.html", restriction=found, form=form, status=422, **WORDS)
    try:
        decisions.extend(found, until=form.until_when, reason=form.reason.data, by=current_subject(), now=now)
    except (DecidedAlready, NoMoreTime):
        return _say_settled(found)
    db.session.commit()
    flash(_("There is more time, and the person is told why by email."), "success")
    return see_other(url_for("restrictions.restriction", restriction_id=found.id))


def _show(form: WishForm, *, status: int = 200) -> ResponseReturnValue:
    mine, now = wishes.of(current_subject()), utc_now()
    return render("restrictions/restrictions.html", status=status, form=form, restrictions=mine, now=now, **WORDS)


def _show_one(found: Restriction, form: DecisionForm, *, status: int = 200) -> ResponseReturnValue:
    now = utc_now()
    return render(
        "restrictions/restriction.html",
        status=status,
        restriction=found,
        form=form,
        days_left=deadlines.days_until(found.due_at, now=now),
        can_be_extended=decisions.can_be_extended(found, now=now),
        now=now,
        **WORDS,
    )


def _say_settled(found: Restriction) -> ResponseReturnValue:
    db.session.rollback()
    flash(_("This was settled meanwhile, so nothing was changed."), "info")
    return see_other(url_for("restrictions.restriction", restriction_id=found.id))


def _find(restriction_id: UUID) -> Restriction:
    return wishes.find(restriction_id) or abort(404)
