"""Taking old entries out of the audit log, in the order of its chain, so that the others can still be verified."""

from collections.abc import Iterator

from sqlalchemy import select

from webapp import audit
from webapp.audit import AuditEntry
from webapp.db import db
from webapp.privacy.data_map import clocks
from webapp.privacy.retention import holds
from webapp.privacy.retention.work import Work

BATCH = 10_000


def forget(one: Work) -> Iterator[int]:
    """From the oldest on, until none of a batch is too old. What a hold keeps stays where it is."""
    before, reached = clocks.end_of(one.due_until), 0
    chain = select(AuditEntry.position, AuditEntry.seal, AuditEntry.at < before, holds.held(one.table))
    while True:
        batch = db.session.execute(
            chain.where(AuditEntry.position > reached).order_by(AuditEntry.position).limit(BATCH)
        ).all()
        old = [(position or 0, seal or b"") for position, seal, is_old, held in batch if is_old and not held]
        audit.forget(old)
        yield len(old)
        if not any(is_old for _position, _seal, is_old, _held in batch):
            return
        reached = batch[-1][0] or 0
