"""Inviting one customer, and what staff do about those who got stuck."""

from datetime import datetime

from webapp.accounts.activation import activations
from webapp.accounts.activation.models import Activation
from webapp.audit import Action
from webapp.db import db
from webapp.subjects import trail
from webapp.subjects.models import Subject


def unlock(activation: Activation, *, by: Subject, now: datetime) -> None:
    """After staff made sure who it is: the tries begin anew, with a new link. Repeated, it does nothing."""
    db.session.refresh(activation, with_for_update={"of": Activation})
    if activation.locked_at is None:
        return
    activation.locked_at, activation.wrong = None, 0
    trail.record(Action.ACTIVATION_UNLOCKED, activation.subject, now=now, actor_id=by.id)
    activations.send_link(activation.subject, now=now)


def note_refusal(activation: Activation, *, now: datetime) -> None:
    activation.settled_at = activation.settled_at or now
