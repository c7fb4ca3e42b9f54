"""Sending a campaign, and pausing or stopping it on its way."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import MARKETING, allow
from webapp.campaigns import campaigns, pausing, previews, sending, statistics
from webapp.campaigns.campaigns import ChangedMeanwhile
from webapp.campaigns.models import UNDERWAY, Campaign, CampaignState
from webapp.campaigns.previews import Envelope
from webapp.campaigns.rendering import Manuscript
from webapp.campaigns.routes.blueprint import blueprint, campaign_or_404
from webapp.campaigns.sending import NotADraft
from webapp.campaigns.words import PAUSES
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.subjects.current import current_subject


@blueprint.get("/marketing/campaigns/<uuid:campaign_id>/sending")
@allow(MARKETING)
def confirm(campaign_id: UUID) -> ResponseReturnValue:
    """What will happen, before it happens."""
    campaign = campaign_or_404(campaign_id)
    if campaign.state is not CampaignState.DRAFT:
        return redirect(url_for(".campaign", campaign_id=campaign_id))
    return _confirmation(campaign, previews.envelope(campaign, request.args.get("reader")))


@blueprint.post("/marketing/campaigns/<uuid:campaign_id>/sending")
@allow(MARKETING)
def start(campaign_id: UUID) -> ResponseReturnValue:
    campaign = campaign_or_404(campaign_id)
    try:
        campaigns.hold_version(campaign, request.form.get("version", ""))
        envelope = previews.envelope(campaign)
        if _obstacle(campaign, envelope):
            return _confirmation(campaign, envelope, status=422)
        sending.start(campaign, actor=current_subject(), now=utc_now())
    except NotADraft:
        flash(_("This campaign is on its way already."), "info")
    except ChangedMeanwhile:
        return _confirmation(campaign, previews.envelope(campaign), changed=True, status=422)
    db.session.commit()
    return see_other(url_for(".campaign", campaign_id=campaign_id))


@blueprint.post("/marketing/campaigns/<uuid:campaign_id>/pause")
@allow(MARKETING)
def pause(campaign_id: UUID) -> ResponseReturnValue:
    pausing.pause(campaign_or_404(campaign_id), actor=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".campaign", campaign_id=campaign_id))


@blueprint.get("/marketing/campaigns/<uuid:campaign_id>/resumption")
@allow(MARKETING)
def confirm_resuming(campaign_id: UUID) -> ResponseReturnValue:
    campaign = campaign_or_404(campaign_id)
    if campaign.state is not CampaignState.PAUSED:
        return redirect(url_for(".campaign", campaign_id=campaign_id))
    return render("campaigns/resuming.html", campaign=campaign, figures=statistics.figures(campaign), pauses=PAUSES)


@blueprint.post("/marketing/campaigns/<uuid:campaign_id>/resumption")
@allow(MARKETING)
def resume(campaign_id: UUID) -> ResponseReturnValue:
    pausing.resume(campaign_or_404(campaign_id), actor=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".campaign", campaign_id=campaign_id))


@blueprint.get("/marketing/campaigns/<uuid:campaign_id>/stopping")
@allow(MARKETING)
def confirm_stopping(campaign_id: UUID) -> ResponseReturnValue:
    campaign = campaign_or_404(campaign_id)
    if campaign.state not in UNDERWAY:
        return redirect(url_for(".campaign", campaign_id=campaign_id))
    return render("campaigns/stopping.html", campaign=campaign, figures=statistics.figures(campaign))


@blueprint.post("/marketing/campaigns/<uuid:campaign_id>/stopping")
@allow(MARKETING)
def stop(campaign_id: UUID) -> ResponseReturnValue:
    campaign = campaign_or_404(campaign_id)
    sending.stop(campaign, actor=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".campaign", campaign_id=campaign_id))


def _confirmation(
    campaign: Campaign, envelope: Envelope, *, changed: bool = False, status: int = 200
) -> ResponseReturnValue:
    return render(
        "campaigns/sending.html",
        status=status,
        campaign=campaign,
        envelope=envelope,
        invented=previews.INVENTED,
        has_variants=Manuscript.of(campaign).has_conditions,
        version=campaigns.version_of(campaign),
        obstacle=_obstacle(campaign, envelope),
        changed=changed,
    )


def _obstacle(campaign: Campaign, envelope: Envelope) -> str | None:
    if not campaign.body.strip():
        return str(_("The message is still empty."))
    if not envelope.people:
        return str(_("Nobody would get this campaign: nobody who may be written to has agreed to its topic."))
    return None
