"""Who is signed in: a random token in the cookie, its hash in a row per device. Ending the row ends the sign-in."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask import request, session
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import ColumnElement, case, select, true, update

from webapp.access import Role
from webapp.accounts import known_devices, shared_computers
from webapp.accounts.factors.enrolment import has_second_factor
from webapp.accounts.models import Account, DeviceSession
from webapp.audit import Action
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.mail import messages
from webapp.subjects import trail
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
    def has_second_factor(self) -> bool:
        return has_second_factor(self.account)

    @property
    def has_closed(self) -> bool:
        return self.subject.ended_at is not None

    @property
    def language(self) -> str:
        return self.subject.language

    @property
    def display_name(self) -> str:
        return self.account.profile.full_name or self.subject.email


class Visitor(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login has no types
    role = None
    display_name = ""
    has_closed = False


login_manager.anonymous_user = Visitor


def sign_in(account: Account, *, now: datetime) -> None:
    """Starts a device session for this browser. Whoever was signed in here is signed out."""
    if current_user.is_authenticated:
        sign_out(now=now)
    is_new_device = not known_devices.recognised(account.subject_id) and _signed_in_before(account)
    token = secrets.token_urlsafe(32)
    device = _device_session(account, token, now=now)
    db.session.add(device)
    db.session.flush()
    login_user(SignedIn(device, token))
    session.permanent = not device.shared  # otherwise the cookie ends with the browser
    if not device.shared:
        known_devices.remember(account, now=now)
    if is_new_device:
        messages.send("accounts/new_device", account.subject, now=now, device=str(device.id))
    trail.record(Action.SIGNED_IN, account.subject, now=now, network=device.network, user_agent=device.user_agent)


def sign_out(*, now: datetime) -> None:
    current_user.device.ended_at = now
    trail.record(Action.SIGNED_OUT, current_user.subject, now=now)
    logout_user()
    session.permanent = False


def active(subject: Subject, *, now: datetime) -> Sequence[DeviceSession]:
    """Where this person is signed in, the latest seen first."""
    mine = select(DeviceSession).where(DeviceSession.subject_id == subject.id, *_is_active(now))
    return db.session.scalars(mine.order_by(DeviceSession.seen_at.desc())).all()


def end(subject: Subject, device_id: UUID, *, now: datetime) -> None:
    """Ends one sign-in of this person; one that ended already, or that is not theirs, is left alone."""
    _end(subject, DeviceSession.id == device_id, now=now)


def end_others(subject: Subject, *, but: DeviceSession, now: datetime) -> None:
    _end(subject, DeviceSession.id != but.id, now=now)


def end_all(subject: Subject, *, now: datetime) -> None:
    """Ends every sign-in of this person, on the next request of each."""
    _end(subject, true(), now=now)


def end_idle(*, now: datetime) -> None:
    """Writes down that sign-ins ended when they were used last, so that their time begins to run."""
    idle = DeviceSession.seen_at < now - settings().session_idle
    ending = update(DeviceSession).where(DeviceSession.ended_at.is_(None), idle)
    db.session.execute(ending.values(ended_at=DeviceSession.seen_at))


def end_everybodys(*, now: datetime) -> None:
    """For operators, when cookies or a backup may have been stolen."""
    db.session.execute(update(DeviceSession).where(DeviceSession.ended_at.is_(None)).values(ended_at=now))


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def load(token: str) -> SignedIn | None:
    now = utc_now()
    device = db.session.scalars(
        select(DeviceSession).where(DeviceSession.token_hash == _hash(token), *_is_active(now))
    ).first()
    if device is None:
        return None
    if device.seen_at < now - SEEN_EVERY:
        device.seen_at = now
        db.session.commit()
    return SignedIn(device, token)


def _is_active(now: datetime) -> list[ColumnElement[bool]]:
    idle, shared_idle = settings().session_idle, settings().session_idle_shared
    return [
        DeviceSession.ended_at.is_(None),
        DeviceSession.seen_at > now - case((DeviceSession.shared, shared_idle), else_=idle),
        DeviceSession.signed_in_at > now - settings().session_absolute,
    ]


def _device_session(account: Account, token: str, *, now: datetime) -> DeviceSession:
    return DeviceSession(
        account=account,
        token_hash=_hash(token),
        user_agent=request.user_agent.string[:LONGEST_USER_AGENT],
        network=request.remote_addr or "",
        signed_in_at=now,
        seen_at=now,
        proved_at=now,
        shared=shared_computers.was_noted(),
    )


def _signed_in_before(account: Account) -> bool:
    before = select(DeviceSession.id).where(DeviceSession.subject_id == account.subject_id)
    return db.session.scalar(before.limit(1)) is not None


def _end(subject: Subject, which: ColumnElement[bool], *, now: datetime) -> None:
    mine = DeviceSession.subject_id == subject.id
    db.session.execute(update(DeviceSession).where(mine, which, DeviceSession.ended_at.is_(None)).values(ended_at=now))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()  # the token is 256 random bits: no salt and no slow hash is needed
