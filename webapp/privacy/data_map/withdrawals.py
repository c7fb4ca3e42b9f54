"""When a consent was withdrawn, as far as a row of these tables depends on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased

from webapp.consents.models import Consent, Subscription
from webapp.db import Base

_later = aliased(Consent)
_yes = aliased(Consent)


def at(model: type[Base]) -> ColumnElement[Any]:
    """The moment, for a query over the table; NULL while it was not."""
    if model is Consent:
        withdrawn = select(func.min(_later.at)).where(_ends(Consent)).correlate(Consent).scalar_subquery()
        return case((Consent.given, withdrawn), else_=Consent.at)
    assert model is Subscription
    return case((~Subscription.subscribed, Subscription.changed_at))


def before(model: type[Base], moment: datetime) -> Sequence[ColumnElement[bool]]:
    """Whose consent was withdrawn before; each condition is found by an index of its own.

    A yes goes before the no that ended it, or nothing would show any more that it was ended.
    """
    if model is Consent:
        ended = select(_yes.id).join(_later, _ends(_yes)).where(_yes.given, _later.at < moment)
        return [Consent.id.in_(ended), ~Consent.given & (Consent.at < moment)]
    assert model is Subscription
    return [~Subscription.subscribed & (Subscription.changed_at < moment)]


def _ends(yes: type[Consent]) -> ColumnElement[bool]:
    """A no to everything ends every yes."""
    return (
        ~_later.given
        & (_later.subject_id == yes.subject_id)
        & (_later.purpose == yes.purpose)
        & ((_later.topic_id == yes.topic_id) | _later.topic_id.is_(None))
        & (_later.at >= yes.at)
    )
