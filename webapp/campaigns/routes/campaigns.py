"""The list of campaigns, how one is doing, and what can be done with it afterwards."""

from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import MARKETING, allow
from webapp.campaigns import campaigns, forecast, overview, statistics
from webapp.campaigns.campaigns import StillSending
from webapp.campaigns.models import UNDERWAY, Campaign, CampaignState
from webapp.campaigns.routes.blueprint import blueprint, campaign_or_404
from webapp.campaigns.words import PAUSES
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.paging import AtTime
from webapp.subjects.current import current_subject


@blueprint.get("/marketing")
@allow(MARKETING)
def marketing() -> ResponseReturnValue:
    return redirect(url_for(".campaigns"))


@blueprint.get("/marketing/campaigns", endpoint="campaigns")
@allow(MARKETING)
def all_campaigns() -> ResponseReturnValue:
    listing = overview.page(older_than=_place("older_than"), newer_than=_place("newer_than"))
    if request.args and not listing.rows:
        return redirect(url_for(".campaigns"))
    return render("campaigns/campaigns.html", listing=listing)


@blueprint.get("/marketing/campaigns/<uuid:campaign_id>")
@allow(MARKETING)
def campaign(campaign_id: UUID) -> ResponseReturnValue:
    campaign = campaign_or_404(campaign_id)
    if campaign.state is CampaignState.DRAFT:
        return redirect(url_for(".edit", campaign_id=campaign_id))
    figures = statistics.figures(campaign)
    outcomes, withdrawals = statistics.histories(campaign, ("sent", "failed"), ("unsubscribed",))
    return render(
        "campaigns/campaign.html",
        campaign=campaign,
        figures=figures,
        forecast=forecast.of(campaign, figures, now=utc_now()),
        pauses=PAUSES,
        outcomes=outcomes,
        withdrawals=withdrawals,
        ledger=statistics.ledger(campaign),
        part="txt" if request.args.get("part") == "txt" else "html",
    )


@blueprint.get("/marketing/campaigns/<uuid:campaign_id>/progress")
@allow(MARKETING)
def progress(campaign_id: UUID) -> ResponseReturnValue:
    """Asked for every second while the campaign is being sent; after that the whole page has more to show."""
    campaign = campaign_or_404(campaign_id)
    if not request.headers.get("HX-Request"):
        return redirect(url_for(".campaign", campaign_id=campaign_id))
    fragment = "campaigns/_progress.html"
    figures, now = statistics.figures(campaign), utc_now()
    coming = forecast.of(campaign, figures, now=now)
    response = render(fragment, fragment=fragment, campaign=campaign, figures=figures, forecast=coming, pauses=PAUSES)
    if campaign.state is not CampaignState.SENDING and not (coming and coming.held):
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/marketing/campaigns/<uuid:campaign_id>/copy")
@allow(MARKETING)
def copy(campaign_id: UUID) -> ResponseReturnValue:
    draft = campaigns.copy(campaign_or_404(campaign_id), author=current_subject(), now=utc_now())
    db.session.commit()
    flash(_("Here is a new draft with the same text."), "success")
    return see_other(url_for(".edit", campaign_id=draft.id))


@blueprint.get("/marketing/campaigns/<uuid:campaign_id>/deletion")
@allow(MARKETING)
def deletion(campaign_id: UUID) -> ResponseReturnValue:
    campaign = campaign_or_404(campaign_id)
    return render("campaigns/deletion.html", campaign=campaign, still_sending=campaign.state in UNDERWAY)


@blueprint.post("/marketing/campaigns/<uuid:campaign_id>/deletion")
@allow(MARKETING)
def delete(campaign_id: UUID) -> ResponseReturnValue:
    campaign = db.session.get(Campaign, campaign_id)
    try:
        if campaign:
            campaigns.remove(campaign, actor=current_subject(), now=utc_now())
    except StillSending:
        return render("campaigns/deletion.html", campaign=campaign, still_sending=True, status=409)
    db.session.commit()
    flash(_("The campaign is deleted."), "success")
    return see_other(url_for(".campaigns"))


def _place(name: str) -> AtTime | None:
    try:
        return AtTime.parse(request.args[name]) if name in request.args else None
    except ValueError:
        abort(404)
