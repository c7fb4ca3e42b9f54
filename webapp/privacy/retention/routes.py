"""What goes by itself, and what a legal hold keeps."""

from uuid import UUID

from flask import Blueprint, abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from webapp.access import POLICY, allow
from webapp.accounts.proofs import fresh_proof
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.privacy.data_map.vocabulary import Category
from webapp.privacy.retention import holds
from webapp.privacy.retention.forms import HoldForm, ReleaseForm, TermForm
from webapp.privacy.retention.models import LegalHold
from webapp.privacy.retention.overview import overview
from webapp.privacy.retention.words import KINDS
from webapp.subjects import subjects
from webapp.subjects.current import current_subject

blueprint = Blueprint("retention", __name__)


@blueprint.get("/staff/retention")
@allow(POLICY)
def retention() -> ResponseReturnValue:
    now = utc_now()
    shown = overview(now=now)
    return render(
        "privacy/retention/overview.html",
        overview=shown,
        holds=holds.overview(),
        to_review={hold.id for hold in holds.to_review(now=now)},
        months=[format_date(month, "MMM yy") for month in shown.ahead.months],
        words_of=_words_of,
        now=now,
    )


@blueprint.get("/staff/retention/holds/new")
@allow(POLICY)
@fresh_proof
def new_hold() -> ResponseReturnValue:
    return render("privacy/retention/new_hold.html", form=HoldForm().offer())


@blueprint.post("/staff/retention/holds/new")
@allow(POLICY)
@fresh_proof
def set_hold() -> ResponseReturnValue:
    form = HoldForm().offer()
    hold = _set(form) if form.validate_on_submit() else None
    if hold is None:
        return render("privacy/retention/new_hold.html", form=form, status=422)
    db.session.commit()
    flash(_("From now on this data stays. The person sees it in their account, too."), "success")
    return see_other(url_for(".hold", hold_id=hold.id))


@blueprint.get("/staff/retention/holds/<uuid:hold_id>")
@allow(POLICY)
def hold(hold_id: UUID) -> ResponseReturnValue:
    found = _found(hold_id)
    return _page(found, TermForm(data={"expected_until": found.expected_until}), ReleaseForm(formdata=None))


@blueprint.post("/staff/retention/holds/<uuid:hold_id>/review")
@allow(POLICY)
@fresh_proof
def review_hold(hold_id: UUID) -> ResponseReturnValue:
    form, found = TermForm(), _found(hold_id)
    if not form.validate_on_submit():
        return _page(found, form, ReleaseForm(formdata=None), status=422)
    holds.review(found, expected_until=form.expected_until.data, by=current_subject(), now=utc_now())
    db.session.commit()
    flash(_("It stays. Somebody is reminded in time to look at it again."), "success")
    return see_other(url_for(".hold", hold_id=hold_id))


@blueprint.post("/staff/retention/holds/<uuid:hold_id>/release")
@allow(POLICY)
@fresh_proof
def release_hold(hold_id: UUID) -> ResponseReturnValue:
    form, found = ReleaseForm(), _found(hold_id)
    if not form.validate_on_submit():
        return _page(found, TermForm(formdata=None), form, status=422)
    holds.release(found, reason=form.reason.data, by=current_subject(), now=utc_now())
    db.session.commit()
    flash(_("The hold is ended. What it kept, and what is over, is deleted within a day."), "success")
    return see_other(url_for(".retention"))


def _set(form: HoldForm) -> LegalHold | None:
    subject = subjects.find(form.email.data)
    if subject is None:
        form.email.errors = [_("We hold nothing about this address.")]
        return None
    terms = holds.Terms(
        reason=form.reason.data,
        reference=form.reference.data,
        categories=form.chosen,
        expected_until=form.expected_until.data,
    )
    return holds.set_on(subject, terms, by=current_subject(), now=utc_now())


def _found(hold_id: UUID) -> LegalHold:
    return holds.find(hold_id) or abort(404)


def _words_of(hold: LegalHold) -> str:
    """What it keeps."""
    return ", ".join(str(KINDS[Category(name)]) for name in hold.categories)


def _page(found: LegalHold, review: TermForm, release: ReleaseForm, *, status: int = 200) -> ResponseReturnValue:
    return render(
        "privacy/retention/hold.html",
        hold=found,
        review=review,
        release=release,
        people=holds.people_of(found),
        words_of=_words_of,
        to_review=found in holds.to_review(now=utc_now()),
        status=status,
    )
