"""“This was not me.” Whoever got into an account is put out, and only its mailbox leads back in.

A passkey that was added since somebody got in may be theirs, and so may an authenticator app or recovery codes.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from webapp import links
from webapp.accounts import credentials, email_changes, known_devices, sessions
from webapp.accounts.email_changes import Confirmation
from webapp.accounts.factors import enrolment
from webapp.accounts.models import Account, DeviceSession
from webapp.audit import Action
from webapp.db import db
from webapp.links import InvalidLink, Link, Purpose, UsedLink
from webapp.mail import messages
from webapp.subjects import trail


@dataclass(frozen=True)
class Alarm:
    """A link that can be used, and the sign-in that it is about."""

    link: Link
    device: DeviceSession


def link_token(device: DeviceSession, *, now: datetime) -> str:
    return links.sign(Purpose.NOT_ME, now=now, device=str(device.id))


def read(token: str, *, now: datetime) -> Alarm:
    """Raises InvalidLink, ExpiredLink or UsedLink."""
    link = links.read(Purpose.NOT_ME, token, now=now)
    device = db.session.get(DeviceSession, UUID(link.data["device"]))
    if device is None:
        raise InvalidLink
    if links.was_used(link):
        raise UsedLink
    return Alarm(link, device)


def give(alarm: Alarm, *, now: datetime) -> None:
    """Raises UsedLink or AddressTaken."""
    links.use_once(alarm.link, now=now)
    secure(alarm.device.account, since=alarm.device.signed_in_at, now=now)


def take_back_email(undoing: Confirmation, *, now: datetime) -> None:
    """By the link to the address that was in use before. Raises UsedLink or AddressTaken."""
    links.use_once(undoing.link, now=now)
    secure(undoing.account, since=undoing.change.asked_at, now=now)


def secure(account: Account, *, since: datetime, now: datetime) -> None:
    """Ends every sign-in and the password, and emails the way to a new one. `since` is when somebody got in.

    An address that was changed since is changed back first, or the way to a new password would lead to them.
    Raises AddressTaken.
    """
    email_changes.restore(account.subject, since=since, now=now)
    sessions.end_all(account.subject, now=now)
    credentials.drop_password(account, now=now)
    enrolment.drop_added(account, since=since)
    known_devices.forget(account)
    trail.record(Action.ACCOUNT_SECURED, account.subject, now=now)
    messages.send("accounts/secured", account.subject, now=now)
