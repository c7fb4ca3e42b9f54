"""Where invoices go. The person can correct it at any time (P5, P10)."""

from collections.abc import Mapping
from datetime import datetime

from webapp import changes
from webapp.audit import Action
from webapp.changes import Change
from webapp.db import db
from webapp.products.models import BillingAddress
from webapp.subjects import trail
from webapp.subjects.models import Subject


def of(subject: Subject) -> BillingAddress | None:
    return db.session.get(BillingAddress, subject.id)


def change(subject: Subject, details: Mapping[str, str], *, now: datetime) -> None:
    """The audit log says which details changed, not to what."""
    address = of(subject) or BillingAddress(subject_id=subject.id)
    changed = [name for name, value in details.items() if (getattr(address, name) or "") != value]
    if not changed:
        return
    for name in changed:
        setattr(address, name, details[name])
    address.changed_at = now
    db.session.add(address)
    fields = ", ".join(changed)
    trail.record(Action.BILLING_ADDRESS_CHANGED, subject, now=now, fields=fields)
    changes.record(Change.BILLING_ADDRESS_CHANGED, subject.id, now=now, fields=fields)
