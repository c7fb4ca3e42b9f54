"""A choice as it comes from a switch or a button, in the account and behind an emailed link alike."""

from uuid import UUID

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.clock import utc_now
from webapp.consents import choices, subscriptions, tracking, wordings
from webapp.consents.ledger import Statement, by_words
from webapp.consents.models import ConsentPurpose, Method, Topic
from webapp.consents.wordings import Shown
from webapp.db import db
from webapp.htmx import render, see_other, wants_fragment
from webapp.language import current_language
from webapp.subjects.models import Subject


def statement(shown: Shown, *, method: Method, campaign_id: UUID | None = None) -> Statement:
    """What this request tells us, for the ledger."""
    language, network = current_language(), request.remote_addr or ""
    return by_words(shown, method=method, language=language, network=network, campaign_id=campaign_id, now=utc_now())


def choose_topic(
    subject: Subject, topic_id: UUID, *, method: Method, token: str | None = None, campaign_id: UUID | None = None
) -> ResponseReturnValue:
    topic = db.session.get(Topic, topic_id) or abort(404)
    title = topic.title(current_language())
    said = statement(wordings.topic_switch(topic, current_language()), method=method, campaign_id=campaign_id)
    if switched_on():
        subscriptions.subscribe(subject, topic, **said)
        news = _("You get emails about “%(topic)s” from now on.", topic=title)
    else:
        subscriptions.withdraw(subject, topic.id, **said)
        news = _("You get no more emails about “%(topic)s”.", topic=title)
    db.session.commit()
    return _show_choices(subject, news, token)


def stop_everything(
    subject: Subject, *, method: Method, token: str | None = None, campaign_id: UUID | None = None
) -> ResponseReturnValue:
    shown = wordings.stop_button(current_language())
    subscriptions.stop_everything(subject, **statement(shown, method=method, campaign_id=campaign_id))
    db.session.commit()
    return _show_choices(subject, _("You get no more marketing emails from us."), token)


def choose_tracking(
    subject: Subject, kind: ConsentPurpose, *, method: Method, place: str, token: str | None = None
) -> ResponseReturnValue:
    """`place` is where the switch stood, and where the person is shown what came of it."""
    allowed, shown = switched_on(), wordings.TRACKING[kind].shown(current_language())
    said = statement(shown, method=method)
    tracking.choose(subject, kind, allowed=allowed, despite_signal=privacy_signal(), **said)
    db.session.commit()
    title = wordings.tracking_title(kind, current_language())
    news = _("Allowed: %(what)s", what=title) if allowed else _("Ended: %(what)s", what=title)
    if wants_fragment():
        switches = choices.of_tracking(subject)
        return render("consents/_tracking.html", switches=switches, place=place, token=token, news=news)
    flash(news, "success")
    return see_other(f"{place}#tracking")


def privacy_signal() -> bool:
    """Whether the browser says no for the person by Global Privacy Control."""
    return request.headers.get("Sec-GPC") == "1"


def switched_on() -> bool:
    if (on := request.form.get("on")) not in {"0", "1"}:
        abort(400)
    return on == "1"


def _show_choices(subject: Subject, news: str, token: str | None) -> ResponseReturnValue:
    if wants_fragment():
        return render("consents/_choices.html", choices=choices.of_subject(subject), token=token, news=news)
    flash(news, "success")
    return see_other(url_for("consents.link_preferences", token=token) if token else url_for("consents.preferences"))
