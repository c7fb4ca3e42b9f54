"""Writing a campaign: the draft, and how it looks to a reader."""

from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import MARKETING, allow
from webapp.campaigns import campaigns, previews, sending
from webapp.campaigns.campaigns import ChangedMeanwhile
from webapp.campaigns.forms import CampaignForm
from webapp.campaigns.models import Campaign, CampaignState
from webapp.campaigns.previews import INVENTED
from webapp.campaigns.routes.blueprint import blueprint, campaign_or_404
from webapp.campaigns.sending import NotADraft
from webapp.campaigns.variables import VARIABLES
from webapp.clock import utc_now
from webapp.db import db
from webapp.headers import email_preview_policy
from webapp.htmx import render, see_other, wants_fragment
from webapp.subjects.current import current_subject


@blueprint.get("/marketing/campaigns/new")
@allow(MARKETING)
def new() -> ResponseReturnValue:
    return render("campaigns/new.html", form=CampaignForm())


@blueprint.post("/marketing/campaigns/new")
@allow(MARKETING)
def create() -> ResponseReturnValue:
    form = CampaignForm()
    if not form.validate_on_submit():
        return render("campaigns/new.html", form=form, status=422)
    draft = campaigns.create(form.wording, author=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".edit", campaign_id=draft.id))


@blueprint.get("/marketing/campaigns/<uuid:campaign_id>/edit")
@allow(MARKETING)
def edit(campaign_id: UUID) -> ResponseReturnValue:
    draft = campaign_or_404(campaign_id)
    if draft.state is not CampaignState.DRAFT:
        return redirect(url_for(".campaign", campaign_id=campaign_id))
    return _editor(draft, CampaignForm(draft))


@blueprint.post("/marketing/campaigns/<uuid:campaign_id>/edit")
@allow(MARKETING)
def save(campaign_id: UUID) -> ResponseReturnValue:
    """Saves, and then goes where the pressed button says: nowhere, to the confirmation, or into one's own mailbox."""
    draft, form, now = db.session.get(Campaign, campaign_id), CampaignForm(), utc_now()
    if draft is None:
        return render("campaigns/new.html", form=form, deleted=True, status=422)
    if not form.validate_on_submit():
        return _editor(draft, form, status=422)
    try:
        campaigns.change(draft, form.wording, version=form.seen_version, author=current_subject(), now=now)
    except ChangedMeanwhile:
        return _editor(draft, form, conflict="changed", status=422)
    except NotADraft:
        return _editor(draft, form, conflict="on its way", status=422)
    then = request.form.get("then")
    if then == "test":
        sending.send_test(draft, to=current_subject(), now=now)
    db.session.commit()
    if then == "sending":
        return see_other(url_for(".confirm", campaign_id=campaign_id))
    return _saved(draft, tested=then == "test")


@blueprint.post("/marketing/campaigns/<uuid:campaign_id>/preview")
@allow(MARKETING)
def envelope(campaign_id: UUID) -> ResponseReturnValue:
    """To whom it goes and with which subject, for what stands in the form."""
    draft, form = campaign_or_404(campaign_id), CampaignForm()
    fragment = "campaigns/_envelope.html"
    shown = previews.unsaved(draft, form.wording) if form.validate() else draft
    envelope = previews.envelope(shown, request.form.get("reader"))
    return render(fragment, fragment=fragment, campaign=draft, envelope=envelope, form=form, invented=INVENTED)


@blueprint.route("/marketing/campaigns/<uuid:campaign_id>/preview.<any(html, txt):part>", methods=["GET", "POST"])
@allow(MARKETING)
def preview(campaign_id: UUID, part: str) -> ResponseReturnValue:
    """What a reader gets. By POST it shows what stands in the form and saves nothing."""
    campaign = campaign_or_404(campaign_id)
    if request.method == "POST":
        form = CampaignForm()
        if not form.validate():
            problem = render_template("campaigns/preview_problem.html", form=form)
            return email_preview_policy(make_response(problem, 422))
        campaign = previews.unsaved(campaign, form.wording)
    rendered = previews.preview(campaign, request.values.get("reader"))
    return _email_part(rendered.html if part == "html" else rendered.text, part)


def _editor(draft: Campaign, form: CampaignForm, *, conflict: str | None = None, status: int = 200) -> Response:
    return render(
        "campaigns/edit.html",
        fragment="campaigns/_outcome.html",
        status=status,
        campaign=draft,
        form=form,
        conflict=conflict,
        version=form.version.data,
        current_version=campaigns.version_of(draft),
        envelope=None if wants_fragment() else previews.envelope(draft),
        variables=VARIABLES,
        invented=INVENTED,
    )


def _saved(draft: Campaign, *, tested: bool) -> Response:
    message = _("Saved.")
    if tested:
        message = _("Saved, and a test is on its way to %(address)s.", address=current_subject().email)
    if not wants_fragment():
        flash(message, "success")
        return see_other(url_for(".edit", campaign_id=draft.id))
    fragment = "campaigns/_outcome.html"
    version = campaigns.version_of(draft)
    return render(fragment, fragment=fragment, campaign=draft, version=version, message=message)


def _email_part(content: str, part: str) -> Response:
    """For the frame: links in it open beside it."""
    response = make_response(
        content.replace("<head>", '<head><base target="_blank">', 1) if part == "html" else content
    )
    response.mimetype = "text/html" if part == "html" else "text/plain"
    return email_preview_policy(response)
