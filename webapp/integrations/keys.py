"""Making, recognising and revoking the keys of other systems."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, select, update

from webapp.access import Scope
from webapp.accounts.models import Profile
from webapp.audit import Action
from webapp.db import db
from webapp.integrations.models import ApiKey
from webapp.subjects import trail
from webapp.subjects.models import Subject

PREFIX = "candor_"  # by which scanners of source code recognise a key that was left there
SHOWN = 4  # characters of 43
NOTED_EVERY = timedelta(hours=1)  # a busy key must not make everybody write to the same row


@dataclass(frozen=True)
class NewKey:
    """`token` is known to nobody but whoever is told it now."""

    key: ApiKey
    token: str


def create(name: str, scopes: Iterable[Scope], *, by: Subject, now: datetime) -> NewKey:
    token = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        name=name,
        token_hash=_hash(token),
        ending=token[-SHOWN:],
        scope=" ".join(sorted(set(scopes))),
        created_by=by.id,
        created_at=now,
    )
    db.session.add(key)
    trail.record(Action.API_KEY_CREATED, by, now=now, name=name, scope=key.scope)
    return NewKey(key, token)


def revoke(key: ApiKey, *, by: Subject, now: datetime) -> None:
    """Holds from the next request on. Repeated, it does nothing."""
    revoking = update(ApiKey).where(ApiKey.id == key.id, ApiKey.revoked_at.is_(None)).values(revoked_at=now)
    if db.session.scalar(revoking.returning(ApiKey.id)) is not None:
        trail.record(Action.API_KEY_REVOKED, by, now=now, name=key.name)


def find(token: str) -> ApiKey | None:
    """The key that is this token, unless it was revoked."""
    usable = select(ApiKey).where(ApiKey.token_hash == _hash(token), ApiKey.revoked_at.is_(None))
    return db.session.scalars(usable).first()


def note_use(key: ApiKey, *, now: datetime) -> bool:
    """Returns whether anything is to be committed. Who comes at the same moment waits for nobody."""
    if key.last_used_at and key.last_used_at > now - NOTED_EVERY:
        return False
    free = select(ApiKey.id).where(ApiKey.id == key.id).with_for_update(skip_locked=True)
    db.session.execute(update(ApiKey).where(ApiKey.id.in_(free)).values(last_used_at=now))
    return True


def everything() -> Sequence[Row[ApiKey, Profile]]:
    """Each key with who made it; those that can be used first, then the newest first."""
    makers = select(ApiKey, Profile).outerjoin(Profile, Profile.subject_id == ApiKey.created_by)
    return db.session.execute(makers.order_by(ApiKey.revoked_at.is_not(None), ApiKey.created_at.desc())).all()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()  # 256 random bits: no salt and no slow hash is needed
