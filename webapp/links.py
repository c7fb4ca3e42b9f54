"""Signed links: one purpose each, with its own salt, its own lifetime, and the reason why it stops working.

A token is made when its email is sent, so none lies in the database; recorded is only that a single-use one was used.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any
from uuid import uuid4

from flask import current_app
from itsdangerous import BadData, BadSignature, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode
from pydantic import SecretStr
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from webapp.config import settings
from webapp.db import Base, Timestamp, db


class Purpose(Enum):
    """What a link is for, and how long it lives (None: for ever, and then it can be used again and again)."""

    CONFIRM_SIGN_UP = ("sign-up", timedelta(days=3))
    RESET_PASSWORD = ("reset-password", timedelta(minutes=30))
    RECOVER_ACCOUNT = ("recover-account", timedelta(days=3))
    CANCEL_RECOVERY = ("cancel-recovery", timedelta(days=30))
    SECOND_STEP = ("second-step", timedelta(minutes=10))
    PASSKEY = ("passkey", timedelta(minutes=5))
    CONFIRM_NEW_EMAIL = ("new-email", timedelta(hours=24))
    UNDO_NEW_EMAIL = ("undo-new-email", timedelta(days=7))
    NOT_ME = ("not-me", timedelta(days=7))
    DOWNLOAD_EXPORT = ("download-export", timedelta(days=7))
    CONFIRM_COPY = ("confirm-copy", timedelta(days=30))
    COLLECT_COPY = ("collect-copy", timedelta(days=7))
    SHARED_COPY = ("shared-copy", timedelta(days=7))
    FETCH_SHARED_COPY = ("fetch-shared-copy", timedelta(hours=3))
    CONFIRM_CLOSURE = ("confirm-closure", timedelta(hours=24))
    STAFF_INVITATION = ("staff-invitation", timedelta(days=7))
    ACTIVATE = ("activate", timedelta(days=30))
    CONFIRM_NEWSLETTER = ("newsletter", timedelta(days=3))
    READ_CONSENTS = ("consents", timedelta(hours=24))
    CONFIRM_ERASURE = ("confirm-erasure", timedelta(hours=24))
    CANCEL_ERASURE = ("cancel-erasure", timedelta(days=30))
    UNSUBSCRIBE = ("unsubscribe", None)

    def __init__(self, salt: str, lifetime: timedelta | None) -> None:
        self.salt = salt
        self.lifetime = lifetime


class LinkProblem(Exception):
    """A link that cannot be used."""


class InvalidLink(LinkProblem):
    """Tampered with, cut short, or made for another purpose."""


class ExpiredLink(LinkProblem):
    """Too old, but genuine: `link` is what it was, so that a new one can be sent."""

    def __init__(self, link: "Link") -> None:
        super().__init__()
        self.link = link


class UsedLink(LinkProblem):
    pass


class UsedToken(Base):
    """A single-use link that was used. UNIQUE decides between two clicks at the same moment."""

    __tablename__ = "used_tokens"

    token_id: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[Timestamp]
    forget_after: Mapped[Timestamp]


@dataclass(frozen=True)
class Link:
    """A link that was checked: `data` is what `sign` was given."""

    purpose: Purpose
    token_id: str
    data: dict[str, str]


def sign(purpose: Purpose, *, now: datetime, **data: str) -> str:
    """A token for a URL. Anyone can read `data`: ids only. A link for ever has no time and is always the same."""
    passing = {"i": uuid4().hex, "t": int(now.timestamp())} if purpose.lifetime else {}
    return _serializer(purpose).dumps({"p": purpose.salt, **passing, "d": data})


def read(purpose: Purpose, token: str, *, now: datetime) -> Link:
    """Checks signature, purpose and age. Consumes nothing: mail scanners open links too."""
    payload = _verified(purpose, token)
    link = Link(purpose, payload.get("i", ""), payload["d"])
    if purpose.lifetime and now.timestamp() > payload["t"] + purpose.lifetime.total_seconds():
        raise ExpiredLink(link)
    return link


def seal(purpose: Purpose, ids: bytes) -> str:
    """A short token for a link for ever, quick to make: a campaign has one for each reader."""
    return _signer(purpose).sign(base64_encode(ids)).decode()


def unseal(purpose: Purpose, token: str) -> bytes:
    """What `seal` was given. Raises InvalidLink."""
    try:
        return base64_decode(_signer(purpose).unsign(token))
    except (BadData, UnicodeEncodeError) as error:
        raise InvalidLink from error


def use_once(link: Link, *, now: datetime) -> None:
    """Burns a link in the running transaction, or raises UsedLink. Of two clicks at once exactly one gets through."""
    if link.purpose.lifetime is None:
        raise ValueError(f"{link.purpose} links are never used up")
    row = {"token_id": link.token_id, "used_at": now, "forget_after": now + link.purpose.lifetime}
    burn = insert(UsedToken).values(row).on_conflict_do_nothing().returning(UsedToken.token_id)
    if db.session.scalar(burn) is None:
        raise UsedLink


def was_used(link: Link) -> bool:
    return db.session.get(UsedToken, link.token_id) is not None


def forget_expired(*, now: datetime) -> None:
    """A used token that outlived its link guards nothing any more."""
    db.session.execute(delete(UsedToken).where(UsedToken.forget_after < now))


def absolute_url(endpoint: str, **values: str) -> str:
    """An address for an email: from PUBLIC_URL, never from the Host header, which the visitor chooses."""
    path: str = current_app.url_map.bind("").build(endpoint, values)
    return settings().public_url + path


def _verified(purpose: Purpose, token: str) -> dict[str, Any]:
    try:
        payload = _serializer(purpose).loads(token)
    except BadSignature as error:
        raise InvalidLink from error
    if payload["p"] != purpose.salt:
        raise InvalidLink
    return dict(payload)


def _serializer(purpose: Purpose) -> URLSafeSerializer:
    return _serializer_with(purpose, tuple(settings().secret_keys))


def _signer(purpose: Purpose) -> Signer:
    return _signer_with(purpose, tuple(settings().secret_keys))


@cache
def _serializer_with(purpose: Purpose, newest_first: tuple[SecretStr, ...]) -> URLSafeSerializer:
    return URLSafeSerializer(_oldest_first(newest_first), salt=f"candor.links.{purpose.salt}")


@cache
def _signer_with(purpose: Purpose, newest_first: tuple[SecretStr, ...]) -> Signer:
    salt = f"candor.links.{purpose.salt}.sealed"
    derived = [Signer(key, salt=salt).derive_key() for key in _oldest_first(newest_first)]
    return Signer(derived, key_derivation="none")  # derived once, and not for each link again


def _oldest_first(keys: tuple[SecretStr, ...]) -> list[str]:
    return [key.get_secret_value() for key in reversed(keys)]
