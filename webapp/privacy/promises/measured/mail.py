"""Figures about emails: how soon a no counts, whether the way out is in them, whether they leave in time."""

from datetime import datetime, timedelta
from uuid import uuid4

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select

from webapp import partitions
from webapp.campaigns.audience import Recipient
from webapp.campaigns.models import Campaign, Delivery
from webapp.campaigns.rendering import compile_for
from webapp.config import settings
from webapp.consents.models import Subscription
from webapp.db import db
from webapp.mail.models import Message, State
from webapp.privacy.promises.figures import Figure, Kind, Measurement, register

LATELY = timedelta(days=90)
NEWEST = 1_000  # enough to show a delay, and as quick with ten million customers


def opt_out_delay(*, now: datetime) -> Measurement:
    """How long after a person left a topic an email about it was still sent. Zero when none was."""
    ended = (
        select(Subscription.subject_id, Subscription.topic_id, Subscription.changed_at)
        .where(~Subscription.subscribed, Subscription.changed_at > now - LATELY)
        .order_by(Subscription.changed_at.desc())
        .limit(NEWEST)
        .subquery("ended")
    )
    still_sent = (
        select(func.max(Delivery.sent_at - ended.c.changed_at))
        .join_from(ended, Campaign, Campaign.topic_id == ended.c.topic_id)
        .join(Delivery, (Delivery.campaign_id == Campaign.id) & (Delivery.subject_id == ended.c.subject_id))
        .where(Delivery.snapshot_month >= partitions.month_of(now - LATELY), Delivery.sent_at > ended.c.changed_at)
        .where(Campaign.sending_since > now - LATELY)
    )
    counted = select(select(func.count()).select_from(ended).scalar_subquery(), still_sent.scalar_subquery())
    cases, longest = db.session.execute(counted).one()
    return Measurement((longest or timedelta(0)) if cases else None, cases=cases)


def way_out(*, now: datetime) -> Measurement:
    """Writes the newest campaign as a reader would get it, and looks for the link and the pair of headers."""
    newest = select(Campaign).where(Campaign.sending_since.is_not(None)).order_by(Campaign.sending_since.desc())
    campaign = db.session.scalars(newest.limit(1)).first()
    if campaign is None:
        return Measurement(None)
    reader = _anybody(campaign.language or settings().languages[0])
    letter = compile_for(reader, campaign).letter(reader)
    link = letter.headers.get("List-Unsubscribe", "").strip("<>")
    one_click = letter.headers.get("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    return Measurement(bool(link) and one_click and link in letter.rendered.text and link in letter.rendered.html)


def longest_wait_of_a_message(*, now: datetime) -> Measurement:
    """Of those to one person: what goes to everybody lets them pass."""
    waiting = select(func.min(Message.due_at)).where(Message.state == State.PENDING, ~Message.bulk)
    oldest = db.session.scalar(waiting)
    return Measurement(max(now - oldest, timedelta(0)) if oldest else timedelta(0))


def _anybody(language: str) -> Recipient:
    return Recipient(uuid4(), "reader@localhost.localdomain", language)


register(
    Figure(
        "opt_out_delay",
        "P13",
        _l("Longest time until an opt-out took effect, in the last 90 days"),
        Kind.DURATION,
        opt_out_delay,
        at_most=timedelta(minutes=1),
        cases=lambda num: ngettext("of %(num)d opt-out", "of the newest %(num)d opt-outs", num),
        none=_l("nobody opted out"),
    ),
    Figure(
        "way_out",
        "P13",
        _l("The newest campaign holds the link, and the button of mail programs"),
        Kind.ANSWER,
        way_out,
        at_least=1,
        none=_l("no campaign was sent yet"),
    ),
    Figure(
        "longest_wait_of_a_message",
        "P14",
        _l("Longest that a message about the service is waiting now"),
        Kind.DURATION,
        longest_wait_of_a_message,
        at_most=timedelta(minutes=15),
    ),
)
