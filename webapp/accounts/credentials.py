"""Email address and password: whose they are, and how a password is replaced."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select

from webapp import audit
from webapp.accounts import guessing, known_devices, passwords, sign_ups
from webapp.accounts.factors.enrolment import has_second_factor
from webapp.accounts.guessing import Door
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.db import db
from webapp.mail import messages
from webapp.subjects import trail
from webapp.subjects.addresses import InvalidAddress, address_hash
from webapp.subjects.models import Subject


def take_turn(address: str, *, device: str, now: datetime) -> None:
    """Before `check`, and committed: counts the try. Raises TooManyGuesses, for unknown addresses too."""
    if fingerprint := _fingerprint(address):  # what is no address opens nothing
        guessing.take_turn(Door.PASSWORD, fingerprint, device=device, now=now)


def device_at_hand(address: str) -> str:
    """The name of this browser if the person with this address signed in with it before. Nobody's is looked up, too."""
    subject_id = db.session.scalar(select(Subject.id).where(Subject.address_hash == _fingerprint(address)))
    return known_devices.recognised(subject_id or uuid4())


def check(address: str, password: str, *, device: str, now: datetime) -> Account | None:
    """The account that may sign in with these. One password is verified in any case, and one audit entry written.

    Who knows the password of a sign-up that was not confirmed yet gets its link once more.
    """
    fingerprint = _fingerprint(address)
    account, sign_up = _account(fingerprint), sign_ups.newest(fingerprint)
    known = account or sign_up
    right = passwords.verify(known.password_hash if known else None, password)
    if account and account.confirmed_at and right:
        guessing.was_right(Door.PASSWORD, account.subject.address_hash, device=device)
        return account
    if sign_up and not account and right:
        sign_ups.send_link(sign_up, now=now)
    subject_id = account.subject_id if account else None
    audit.append(Action.SIGN_IN_REFUSED, actor_id=None, subject_id=subject_id, details=None, now=now)
    return None


def account_of(address: str) -> Account | None:
    return _account(_fingerprint(address))


def strengthen(account: Account, password: str) -> None:
    """Keeps the password in today's manner, now that we have it in hand."""
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hashed(password)


def shortest_password(account: Account) -> int:
    """NIST SP 800-63B-4, 3.1.1.2: a second factor makes up for a shorter password."""
    return passwords.SHORTEST_WITH_SECOND_FACTOR if has_second_factor(account) else passwords.SHORTEST


def is_too_short(account: Account) -> bool:
    """Chosen beside a second factor that is there no more."""
    return account.short_password and not has_second_factor(account)


def replace_password(account: Account, password: str, *, now: datetime) -> None:
    """Its owner is told, and whoever could choose it has shown that the account is theirs. Sign-ins go on."""
    account.password_hash = passwords.hashed(password)
    account.short_password = len(password) < passwords.SHORTEST
    account.password_changed_at = now
    account.confirmed_at = account.confirmed_at or now
    trail.record(Action.PASSWORD_CHANGED, account.subject, now=now)
    messages.send("accounts/password_changed", account.subject, now=now)


def drop_password(account: Account, *, now: datetime) -> None:
    """The one that somebody knows opens nothing any more; links to change the password or the address die with it."""
    account.password_hash = ""
    account.password_changed_at = now


def _account(fingerprint: bytes) -> Account | None:
    """One question to the database whether or not there is somebody, as each takes time."""
    mine = select(Account).where(Account.subject.has(Subject.address_hash == fingerprint))
    return db.session.scalars(mine).first()


def _fingerprint(address: str) -> bytes:
    """What is no address has one that nobody else has."""
    try:
        return address_hash(address)
    except InvalidAddress:
        return b""
