"""Figures about interaction data: that it goes when its time is over, and when the person says no."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists, func, or_, select

from webapp.consents.models import TrackingChoice
from webapp.db import db
from webapp.interactions.expiry import OF
from webapp.privacy.expiry import expired_before
from webapp.privacy.promises.figures import Figure, Kind, Measurement, register

DAILY = timedelta(days=1, hours=1)  # what is too old goes once a day
SOON = timedelta(minutes=10)
LATELY = timedelta(days=90)
NEWEST = 1_000


def too_old(*, now: datetime) -> Measurement:
    old = [
        select(func.count()).where(model.observed_at < expired_before(model, now=now - DAILY)).scalar_subquery()
        for model in OF.values()
    ]
    return Measurement(sum(db.session.execute(select(*old)).one()))


def kept_after_no(*, now: datetime) -> Measurement:
    """Of those who withdrew lately: whose data is still there, although there was time to delete it."""
    ended = (
        select(TrackingChoice.subject_id, TrackingChoice.kind)
        .where(~TrackingChoice.allowed, TrackingChoice.changed_at.between(now - LATELY, now - SOON))
        .order_by(TrackingChoice.changed_at.desc())
        .limit(NEWEST)
        .subquery("ended")
    )
    still_there = [
        (ended.c.kind == kind) & exists().where(model.subject_id == ended.c.subject_id) for kind, model in OF.items()
    ]
    counts = select(func.count(), func.count().filter(or_(*still_there))).select_from(ended)
    cases, kept = db.session.execute(counts).one()
    return Measurement(kept if cases else None, cases=cases)


register(
    Figure(
        "too_old_use",
        "P4",
        _l("Records of your use and of networks near you that are older than their time limit"),
        Kind.COUNT,
        too_old,
        at_most=0,
    ),
    Figure(
        "use_kept_after_no",
        "P4",
        _l("People whose records were still there ten minutes after they withdrew their consent"),
        Kind.COUNT,
        kept_after_no,
        at_most=0,
        cases=lambda num: ngettext("of %(num)d who withdrew", "of the newest %(num)d who withdrew", num),
        none=_l("nobody withdrew it"),
    ),
)
