"""The newsletter's form and the page behind the link in its email. GET shows a button; POST confirms."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp import language
from webapp.access import public
from webapp.clock import utc_now
from webapp.consents import newsletter
from webapp.consents.forms import NewsletterForm
from webapp.consents.newsletter import NothingToConfirm
from webapp.consents.routes.blueprint import blueprint
from webapp.db import db
from webapp.even_time import evenly_timed
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.links import UsedLink
from webapp.subjects.addresses import masked

TRIES = "20 per minute"  # of one network: enough for an office, little for who floods mailboxes


@blueprint.get("/newsletter")
@public
def newsletter_form() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return see_other(url_for("consents.preferences"))
    return render("consents/newsletter.html", form=NewsletterForm())


@blueprint.post("/newsletter")
@public
@limiter.limit(TRIES)
@evenly_timed(0.1)
def ask_for_newsletter() -> ResponseReturnValue:
    form = NewsletterForm()
    if not form.validate_on_submit():
        return render("consents/newsletter.html", status=422, form=form)
    entries = newsletter.Entries(form.email.data, form.ticked(), form.language.data)
    newsletter.ask(entries, network=request.remote_addr or "", now=utc_now())
    db.session.commit()
    return see_other(url_for("consents.newsletter_sent"))


@blueprint.get("/newsletter/sent")
@public
def newsletter_sent() -> ResponseReturnValue:
    return render("consents/newsletter_sent.html")


@blueprint.get("/newsletter/confirmation/<token>")
@public
def confirm_newsletter(token: str) -> ResponseReturnValue:
    try:
        asked = newsletter.read(token, now=utc_now())
    except NothingToConfirm:
        return render("consents/newsletter_forgotten.html", status=410)
    language.speak(asked.language)
    return render(
        "consents/newsletter_confirmation.html",
        token=token,
        confirmed=asked.confirmed_at is not None,
        address=masked(asked.subject.email),
        topics=[topic for topic, _words in newsletter.asked_for(asked)],
        preferences_token=newsletter.preferences_token(asked),
    )


@blueprint.post("/newsletter/confirmation/<token>")
@public
@limiter.limit(TRIES)
def confirm_this_newsletter(token: str) -> ResponseReturnValue:
    try:
        newsletter.confirm(token, network=request.remote_addr or "", now=utc_now())
        db.session.commit()
    except (UsedLink, NothingToConfirm):
        db.session.rollback()  # the page says which
    return see_other(url_for("consents.confirm_newsletter", token=token))
