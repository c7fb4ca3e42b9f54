"""Proposing a draft, and publishing it as the second person."""

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import POLICY, allow
from webapp.accounts.proofs import fresh_proof
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.privacy import manifest
from webapp.privacy.policy import notices, publishing, versions
from webapp.privacy.policy.drafts import ChangedMeanwhile, NoDraft
from webapp.privacy.policy.forms import PublicationForm
from webapp.privacy.policy.models import PolicyState, PolicyVersion
from webapp.privacy.policy.publishing import Incomplete, NotProposed, NotTheSecondPerson, OtherManifest, TooEarly
from webapp.privacy.policy.routes.blueprint import blueprint
from webapp.privacy.policy.routes.drafts import names_of
from webapp.subjects.current import current_subject


@blueprint.post("/staff/policy/proposal")
@allow(POLICY)
def propose() -> ResponseReturnValue:
    try:
        publishing.propose(content=request.form.get("content", ""), by=current_subject(), now=utc_now())
    except NoDraft:
        flash(_("There is no draft any more: it was published or thrown away."), "info")
    except ChangedMeanwhile:
        flash(_("Somebody changed the draft meanwhile. Please look at it once more."), "warning")
    except Incomplete:
        flash(_("Something is still missing, so it is not proposed yet."), "warning")
    else:
        db.session.commit()
        flash(_("Proposed. Now somebody else has to read it and publish it."), "success")
    return see_other(url_for(".overview"))


@blueprint.post("/staff/policy/proposal/withdrawal")
@allow(POLICY)
def withdraw() -> ResponseReturnValue:
    try:
        publishing.withdraw(by=current_subject(), now=utc_now())
        db.session.commit()
        flash(_("It is a draft again."), "success")
    except NoDraft:
        flash(_("There is no draft any more: it was published or thrown away."), "info")
    return see_other(url_for(".overview"))


@blueprint.get("/staff/policy/publication")
@allow(POLICY)
@fresh_proof
def confirm() -> ResponseReturnValue:
    """What will happen, before it happens."""
    version = versions.in_the_making()
    if version is None or version.state is not PolicyState.PROPOSED:
        return _not_proposed()
    return _confirmation(version, _form(version))


@blueprint.post("/staff/policy/publication")
@allow(POLICY)
@fresh_proof
def publish() -> ResponseReturnValue:
    version = versions.in_the_making()
    if version is None or version.state is not PolicyState.PROPOSED:
        return _not_proposed()
    form = _form(version)
    if not form.validate_on_submit():
        return _confirmation(version, form, status=422)
    day, content, reader = form.valid_from.data, form.content.data, current_subject()
    try:
        publishing.publish(content=content, valid_from=day, by=reader, now=utc_now())
    except (NoDraft, NotProposed):
        return _not_proposed()
    except (ChangedMeanwhile, OtherManifest, NotTheSecondPerson, TooEarly) as problem:
        return _refused(problem)
    db.session.commit()
    flash(_("Published. The emails about it are on their way."), "success")
    return see_other(url_for(".overview"))


def _form(version: PolicyVersion) -> PublicationForm:
    return PublicationForm(publishing.earliest_day(now=utc_now()), publishing.content_of(version))


def _refused(problem: Exception) -> Response:
    """With the proposal as it stands now."""
    db.session.rollback()
    version = versions.in_the_making()
    if version is None:
        return _not_proposed()
    form = PublicationForm(publishing.earliest_day(now=utc_now()), "")
    form.content.data = publishing.content_of(version)
    return _confirmation(version, form, changed=isinstance(problem, ChangedMeanwhile), status=409)


def _confirmation(
    version: PolicyVersion, form: PublicationForm, *, changed: bool = False, status: int = 200
) -> Response:
    return render(
        "privacy/policy/publication.html",
        status=status,
        version=version,
        form=form,
        changed=changed,
        may_publish=publishing.may_publish(version, current_subject()),
        other_manifest=version.manifest_hash != manifest.current().hash,
        people=notices.count(),
        before=versions.latest(),
        names=names_of(version),
    )


def _not_proposed() -> Response:
    flash(_("Nothing is proposed now: it was published, changed or withdrawn."), "info")
    return see_other(url_for(".overview"))
