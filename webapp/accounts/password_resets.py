"""A new password for somebody who forgot theirs: by a link to their mailbox, good for one change."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from webapp import audit, links
from webapp.accounts import credentials, guessing, sessions
from webapp.accounts.activation import activations
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.db import db
from webapp.links import InvalidLink, Link, Purpose, UsedLink
from webapp.mail import messages
from webapp.subjects import subjects

BETWEEN_TWO_EMAILS = timedelta(minutes=1)


@dataclass(frozen=True)
class PasswordReset:
    """A link that can be used, and whose password it changes."""

    link: Link
    account: Account


def ask(address: str, *, now: datetime) -> None:
    """Sends a link if there is an account; nobody else learns whether there is."""
    account = credentials.account_of(address)
    subject_id = account.subject_id if account else None
    audit.append(Action.PASSWORD_RESET_ASKED, actor_id=None, subject_id=subject_id, details=None, now=now)
    if account and not messages.sent_recently(
        "accounts/reset_password", account.subject, within=BETWEEN_TWO_EMAILS, now=now
    ):
        messages.send("accounts/reset_password", account.subject, now=now)
    if account is None and (subject := subjects.find(address)) and activations.waits(subject):
        activations.send_link(subject, now=now)


def link_token(account: Account, *, now: datetime) -> str:
    return links.sign(Purpose.RESET_PASSWORD, now=now, subject=str(account.subject_id), state=state(account))


def read(token: str, *, now: datetime) -> PasswordReset:
    """Raises InvalidLink, ExpiredLink or UsedLink; used means also that the password or the address changed since."""
    link = links.read(Purpose.RESET_PASSWORD, token, now=now)
    account = db.session.get(Account, UUID(link.data["subject"]))
    if account is None:
        raise InvalidLink
    if links.was_used(link) or link.data["state"] != state(account):
        raise UsedLink
    return PasswordReset(link, account)


def choose(reset: PasswordReset, password: str, *, now: datetime) -> None:
    """Ends every sign-in: whoever knew the old password is out. Raises UsedLink."""
    links.use_once(reset.link, now=now)
    credentials.replace_password(reset.account, password, now=now)
    guessing.let_owner_in(reset.account.subject.address_hash)
    sessions.end_all(reset.account.subject, now=now)


def state(account: Account) -> str:
    """Another one as soon as the password or the address changes: links sent before that die."""
    state = f"{account.password_changed_at.timestamp()} {account.subject.address_hash.hex()}"
    return hashlib.sha256(state.encode()).hexdigest()[:32]
