"""Choosing which emails to get: signed in, or by the link at the foot of an email."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar
from uuid import UUID

from flask import Blueprint, Response, abort, flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import language
from webapp.access import EVERYBODY_SIGNED_IN, allow, public
from webapp.clock import utc_now
from webapp.consents import choices, subscriptions, wordings
from webapp.consents.models import Method, Topic
from webapp.consents.unsubscribe_links import UnsubscribeToken, read_token
from webapp.db import db
from webapp.guard import from_anywhere, limiter
from webapp.htmx import render, see_other, wants_fragment
from webapp.language import current_language
from webapp.links import InvalidLink
from webapp.subjects.addresses import masked
from webapp.subjects.current import current_subject
from webapp.subjects.models import Subject

P = ParamSpec("P")
R = TypeVar("R")

blueprint = Blueprint("consents", __name__)


def by_link(view: Callable[P, R]) -> Callable[P, R]:
    """The token in the address is all the authority it takes.

    No CSRF token is asked for, and any website or mail program may post: who wants to forge a request must know it.
    No limit per network: the RFC 8058 requests for all mailboxes of a provider come from few addresses.
    """
    from_anywhere(view)
    limiter.exempt(view)
    return view


@blueprint.after_request
def _keep_out_of_caches(response: Response) -> Response:
    """Going back must show what is chosen now."""
    response.cache_control.no_store = True
    return response


@blueprint.errorhandler(InvalidLink)
def _show_broken_link(_error: InvalidLink) -> ResponseReturnValue:
    return render("consents/broken_link.html", status=404)


@blueprint.get("/account/preferences")
@allow(EVERYBODY_SIGNED_IN)
def preferences() -> ResponseReturnValue:
    return render("consents/preferences.html", choices=choices.of_subject(current_subject()))


@blueprint.post("/account/preferences/topics/<uuid:topic_id>")
@allow(EVERYBODY_SIGNED_IN)
def choose_topic(topic_id: UUID) -> ResponseReturnValue:
    return _choose_topic(current_subject(), topic_id, method=Method.ACCOUNT)


@blueprint.post("/account/preferences/everything-off")
@allow(EVERYBODY_SIGNED_IN)
def stop_everything() -> ResponseReturnValue:
    return _stop_everything(current_subject(), method=Method.ACCOUNT)


@blueprint.get("/unsubscribe/<token>")
@public
@by_link
def unsubscribe(token: str) -> ResponseReturnValue:
    """Shows one button and changes nothing: mail scanners follow this link before the person does."""
    named, subject = _reader(token)
    if subject is None:
        return render("consents/forgotten.html")
    chosen = choices.of_subject(subject)
    choice = chosen.of(named.topic_id)
    return render(
        "consents/unsubscribe.html",
        token=token,
        address=masked(subject.email),
        choices=chosen,
        topic=choice.topic if choice else None,
        unsubscribed=not choice.subscribed if choice else chosen.everything_off,
        just_now="now" in request.args,
        button_label=wordings.unsubscribe_button(choice.topic if choice else None, current_language()),
    )


@blueprint.post("/unsubscribe/<token>")
@public
@by_link
def confirm_unsubscribe(token: str) -> ResponseReturnValue:
    """The page's button, or a mail program's request (RFC 8058), which is answered with 200 and never redirected."""
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    named, subject = _reader(token)
    changed = subject is not None and _unsubscribe(subject, named, one_click=one_click)
    db.session.commit()
    if one_click:
        return _plain(_("Done: you are unsubscribed.") if changed else _("You are unsubscribed already. All is well."))
    return see_other(url_for("consents.unsubscribe", token=token, now=1 if changed else None))


@blueprint.get("/preferences/<token>")
@public
@by_link
def link_preferences(token: str) -> ResponseReturnValue:
    _named, subject = _reader(token)
    if subject is None:
        return render("consents/forgotten.html")
    return render(
        "consents/link_preferences.html",
        token=token,
        address=masked(subject.email),
        choices=choices.of_subject(subject),
    )


@blueprint.post("/preferences/<token>/topics/<uuid:topic_id>")
@public
@by_link
def choose_linked_topic(token: str, topic_id: UUID) -> ResponseReturnValue:
    named, subject = _reader(token)
    if subject is None:
        return see_other(url_for("consents.link_preferences", token=token))
    return _choose_topic(subject, topic_id, method=Method.UNSUBSCRIBE_LINK, token=token, campaign_id=named.campaign_id)


@blueprint.post("/preferences/<token>/everything-off")
@public
@by_link
def stop_linked_everything(token: str) -> ResponseReturnValue:
    named, subject = _reader(token)
    if subject is None:
        return see_other(url_for("consents.link_preferences", token=token))
    return _stop_everything(subject, method=Method.UNSUBSCRIBE_LINK, token=token, campaign_id=named.campaign_id)


def _reader(token: str) -> tuple[UnsubscribeToken, Subject | None]:
    """Who was written to, or None when nothing is held about them any more. The page then speaks their language."""
    named = read_token(token)
    subject = db.session.get(Subject, named.subject_id)
    if subject is not None:
        language.speak(subject.language)
    return named, subject


def _unsubscribe(subject: Subject, named: UnsubscribeToken, *, one_click: bool) -> bool:
    topic = db.session.get(Topic, named.topic_id)
    return subscriptions.withdraw(
        subject,
        named.topic_id,
        method=Method.ONE_CLICK if one_click else Method.UNSUBSCRIBE_LINK,
        wording="List-Unsubscribe" if one_click else wordings.unsubscribe_button(topic, current_language()),
        language=current_language(),
        campaign_id=named.campaign_id,
        now=utc_now(),
    )


def _choose_topic(
    subject: Subject, topic_id: UUID, *, method: Method, token: str | None = None, campaign_id: UUID | None = None
) -> ResponseReturnValue:
    topic = db.session.get(Topic, topic_id) or abort(404)
    if (on := request.form.get("on")) not in {"0", "1"}:
        abort(400)
    spoken, now = current_language(), utc_now()
    wording, title = wordings.topic_switch(topic, spoken), topic.title(spoken)
    if on == "1":
        subscriptions.subscribe(subject, topic, method=method, wording=wording, language=spoken, now=now)
        news = _("You get emails about “%(topic)s” from now on.", topic=title)
    else:
        subscriptions.withdraw(
            subject, topic.id, method=method, wording=wording, language=spoken, now=now, campaign_id=campaign_id
        )
        news = _("You get no more emails about “%(topic)s”.", topic=title)
    db.session.commit()
    return _show_choices(subject, news, token)


def _stop_everything(
    subject: Subject, *, method: Method, token: str | None = None, campaign_id: UUID | None = None
) -> ResponseReturnValue:
    subscriptions.stop_everything(
        subject,
        method=method,
        wording=wordings.stop_button(),
        language=current_language(),
        now=utc_now(),
        campaign_id=campaign_id,
    )
    db.session.commit()
    return _show_choices(subject, _("You get no more marketing emails from us."), token)


def _show_choices(subject: Subject, news: str, token: str | None) -> ResponseReturnValue:
    if wants_fragment():
        return render("consents/_choices.html", choices=choices.of_subject(subject), token=token, news=news)
    flash(news, "success")
    return see_other(url_for("consents.link_preferences", token=token) if token else url_for("consents.preferences"))


def _plain(text: str) -> Response:
    response = make_response(f"{text}\n")
    response.mimetype = "text/plain"
    return response
