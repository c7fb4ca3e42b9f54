"""The link at the foot of every campaign email, and the page behind it. It lives for ever."""

from uuid import UUID

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import language
from webapp.access import public
from webapp.clock import utc_now
from webapp.consents import choices, history, one_click, side_door, subscriptions, wordings
from webapp.consents.models import ConsentPurpose, Method, Topic
from webapp.consents.one_click import Click
from webapp.consents.routes import choosing
from webapp.consents.routes.blueprint import blueprint, by_link
from webapp.consents.unsubscribe_links import UnsubscribeToken, read_token
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.language import current_language
from webapp.subjects.addresses import masked
from webapp.subjects.models import Subject


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
        button_label=wordings.unsubscribe_button(choice.topic if choice else None, current_language()).text,
    )


@blueprint.post("/unsubscribe/<token>")
@public
@by_link
def confirm_unsubscribe(token: str) -> ResponseReturnValue:
    """The page's button, or a mail program's request (RFC 8058), which is answered with 200 and never redirected."""
    if request.form.get("List-Unsubscribe") == "One-Click":
        click = Click(read_token(token), request.remote_addr or "", utc_now())
        return side_door.done(changed=one_click.unsubscribe(click))
    named, subject = _reader(token)
    changed = subject is not None and _unsubscribe(subject, named)
    db.session.commit()
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
        switches=choices.of_tracking(subject),
    )


@blueprint.post("/preferences/<token>/topics/<uuid:topic_id>")
@public
@by_link
def choose_linked_topic(token: str, topic_id: UUID) -> ResponseReturnValue:
    named, subject = _reader(token)
    if subject is None:
        return see_other(url_for("consents.link_preferences", token=token))
    return choosing.choose_topic(
        subject, topic_id, method=Method.UNSUBSCRIBE_LINK, token=token, campaign_id=named.campaign_id
    )


@blueprint.post("/preferences/<token>/everything-off")
@public
@by_link
def stop_linked_everything(token: str) -> ResponseReturnValue:
    named, subject = _reader(token)
    if subject is None:
        return see_other(url_for("consents.link_preferences", token=token))
    return choosing.stop_everything(subject, method=Method.UNSUBSCRIBE_LINK, token=token, campaign_id=named.campaign_id)


@blueprint.post("/preferences/<token>/tracking/<any(usage, nearby):kind>")
@public
@by_link
def choose_linked_tracking(token: str, kind: str) -> ResponseReturnValue:
    _named, subject = _reader(token)
    place = url_for("consents.link_preferences", token=token)
    if subject is None:
        return see_other(place)
    method = Method.UNSUBSCRIBE_LINK
    return choosing.choose_tracking(subject, ConsentPurpose(kind), method=method, place=place, token=token)


@blueprint.post("/preferences/<token>/history")
@public
@by_link
def ask_for_history(token: str) -> ResponseReturnValue:
    """To the address that we know, whoever asks."""
    _named, subject = _reader(token)
    if subject is not None:
        history.send_link(subject, now=utc_now())
        db.session.commit()
        flash(_("We have sent an email with the link to %(address)s.", address=masked(subject.email)), "success")
    return see_other(url_for("consents.link_preferences", token=token))


def _reader(token: str) -> tuple[UnsubscribeToken, Subject | None]:
    """Who was written to, or None when nothing is held about them any more. The page then speaks their language."""
    named = read_token(token)
    subject = db.session.get(Subject, named.subject_id)
    if subject is not None:
        language.speak(subject.language)
    return named, subject


def _unsubscribe(subject: Subject, named: UnsubscribeToken) -> bool:
    topic = db.session.get(Topic, named.topic_id)
    shown = wordings.unsubscribe_button(topic, current_language())
    said = choosing.statement(shown, method=Method.UNSUBSCRIBE_LINK, campaign_id=named.campaign_id)
    return subscriptions.withdraw(subject, named.topic_id, **said)
