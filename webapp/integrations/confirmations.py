"""What the company's other systems have to confirm: that they did what a change asks of them.

Erasing here means erasing there (GDPR Art. 19), and so does restricting.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, select

from webapp.changes import Change, ChangeEntry
from webapp.db import db
from webapp.integrations.webhooks.models import Confirmation, Webhook

NEEDED = (Change.ERASURE_DUE, Change.ERASURE_DONE, Change.PROCESSING_RESTRICTED)


def complete(reference: UUID) -> bool:
    """Whether everybody who has to confirm what this reference is about did. Nobody was asked yet: no."""
    unwritten = exists().where(ChangeEntry.reference == reference, ChangeEntry.written_at.is_(None))
    missing = exists().where(Confirmation.reference == reference, Confirmation.confirmed_at.is_(None))
    return db.session.scalar(select(~unwritten & ~missing)) is True


def unconfirmed(reference: UUID) -> Sequence[str]:
    """The names of the receivers that did not confirm yet."""
    missing = select(Webhook.name).join(Confirmation).where(Confirmation.reference == reference)
    return db.session.scalars(missing.where(Confirmation.confirmed_at.is_(None)).distinct().order_by("name")).all()


def asked(reference: UUID) -> Sequence[Confirmation]:
    """Every receiver that was asked about it, in that order, with when it confirmed."""
    rows = select(Confirmation).where(Confirmation.reference == reference)
    return db.session.scalars(rows.order_by(Confirmation.asked_at, Confirmation.change_id)).all()
