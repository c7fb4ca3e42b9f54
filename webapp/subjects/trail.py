"""What is written in the audit log about a subject: the details are sealed with the subject's own key."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from webapp import audit
from webapp.crypto import key_ring, open_sealed, seal
from webapp.subjects.models import Subject


def record(
    action: audit.Action, subject: Subject, *, now: datetime, actor_id: UUID | None = None, **details: str
) -> None:
    """Writes down that something was done. The actor is the subject unless another is named."""
    audit.append(
        action,
        actor_id=actor_id or subject.id,
        subject_id=subject.id,
        details=sealed(details, subject.key.wrapped, owner=subject.id) if details else None,
        now=now,
    )


def sealed(details: Mapping[str, str], wrapped: bytes, *, owner: UUID) -> bytes:
    """As only whoever has the owner's key can read them: `wrapped`, as the database has it."""
    key = key_ring().unwrap(wrapped, context=owner.bytes)
    return seal(key, json.dumps(details).encode(), context=owner.bytes)


def details_of(entry: audit.AuditEntry, subject: Subject) -> dict[str, str]:
    """Raises CannotDecrypt once the subject's key is gone."""
    return opened(entry.details, subject, key=data_key(subject)) if entry.details else {}


def opened(details: bytes, subject: Subject, *, key: bytes) -> dict[str, str]:
    """`key` is the data key of the subject, which is worth keeping for many entries."""
    plain: dict[str, str] = json.loads(open_sealed(key, details, context=subject.id.bytes))
    return plain


def data_key(subject: Subject) -> bytes:
    return key_ring().unwrap(subject.key.wrapped, context=subject.id.bytes)
