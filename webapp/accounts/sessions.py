"""Who is signed in: a random token in the cookie, its hash in a row per device, so that ending the row ends the sign-in."""

import hashlib
import secrets
from datetime import datetime, timedelta

from flask import request
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import select, update

from webapp.access import Role
from webapp.accounts.models import Account, DeviceSession
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.subjects.models import Subject

SEEN_EVERY = timedelta(minutes=1)
LONGEST_USER_AGENT = 300

login_manager = LoginManager()
login_manager.session_protection = None  # a device session is ended in the database, not guessed from the network


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The person behind a request, for `current_user`."""

    def __init__(self, device: DeviceSession, token: str) -> None:
        self.device = device
        self.token = token

    def get_id(self) -> str:
        return self.token

    @property
    def account(self) -> Account:
        return self.device.account

    @property
    def subject(self) -> Subject:
        return self.account.subject

    @property
    def role(self) -> Role:
        return self.account.role

    @property
    def language(self) -> str:
        return self.subject.language

    @property
    def display_name(self) -> str:
        return self.account.profile.full_name or self.subject.email


class Visitor(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login has no types
    role = None
    display_name = ""


login_manager.anonymous_user = Visitor


def sign_in(account: Account, *, now: datetime) -> DeviceSession:
    """Starts a device session for this browser."""
    token = secrets.token_urlsafe(32)
    device = DeviceSession(
        account=account,
        token_hash=_hash(token),
        user_agent=request.user_agent.string[:LONGEST_USER_AGENT],
        network=request.remote_addr or "",
        signed_in_at=now,
        seen_at=now,
    )
    db.session.add(device)
    login_user(SignedIn(device, token))
    return device


def sign_out(*, now: datetime) -> None:
    current_user.device.ended_at = now
    logout_user()


def end_all(subject: Subject, *, now: datetime) -> None:
    """Ends every sign-in of this person, on the next request of each."""
    db.session.execute(
        update(DeviceSession)
        .where(DeviceSession.subject_id == subject.id, DeviceSession.ended_at.is_(None))
        .values(ended_at=now)
    )


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def load(token: str) -> SignedIn | None:
    now = utc_now()
    device = db.session.scalars(
        select(DeviceSession).where(
            DeviceSession.token_hash == _hash(token),
            DeviceSession.ended_at.is_(None),
            DeviceSession.seen_at > now - settings().session_idle,
            DeviceSession.signed_in_at > now - settings().session_absolute,
        )
    ).first()
    if device is None:
        return None
    if device.seen_at < now - SEEN_EVERY:
        device.seen_at = now
        db.session.commit()
    return SignedIn(device, token)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()  # the token is 256 random bits: no salt and no slow hash is needed
