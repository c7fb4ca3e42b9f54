"""The way of a customer whom the company's systems know to an account of their own.

A link to the address on file, and one thing that only the customer knows: the mailbox may have another reader by now.
After a few wrong tries it is staff's turn. Who reads the mailbox and is not the customer says so, and the address is
taken off the customer's data.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp import changes, links
from webapp.access import Role
from webapp.accounts import passwords
from webapp.accounts.activation import knowledge
from webapp.accounts.activation.models import Activation
from webapp.accounts.models import Account, Profile, SignUp
from webapp.audit import Action
from webapp.changes import Change
from webapp.db import db
from webapp.links import ExpiredLink, InvalidLink, Link, LinkProblem, Purpose
from webapp.mail import messages
from webapp.subjects import subjects, trail
from webapp.subjects.models import Subject

TRIES = 5
BETWEEN_TWO_EMAILS = timedelta(minutes=10)
EMAIL = "accounts/activation"


class Standing(StrEnum):
    """What somebody who comes with a link is shown."""

    OPEN = "open"
    LOCKED = "locked"
    DONE = "done"


@dataclass(frozen=True)
class Claim:
    """A genuine link, whose address is still the customer's."""

    link: Link
    activation: Activation

    @property
    def subject(self) -> Subject:
        return self.activation.subject

    @property
    def standing(self) -> Standing:
        if db.session.get(Account, self.activation.subject_id):
            return Standing.DONE
        return Standing.LOCKED if self.activation.locked_at else Standing.OPEN


class NotTheCustomer(LinkProblem):
    """Whoever reads this mailbox said so already."""


class NotOpen(Exception):
    """Too many wrong tries, or there is an account by now: whoever comes again is shown which."""


def waits(subject: Subject) -> bool:
    """Whether this customer has no account yet: only this way leads to one."""
    return db.session.get(Account, subject.id) is None and knowledge.is_customer(subject)


def send_link(subject: Subject, *, now: datetime) -> None:
    """To a customer without an account, unless one was sent just now: others can type this address, too."""
    activation = _invited(subject, now=now)
    if activation.refused_at or messages.sent_recently(EMAIL, subject, within=BETWEEN_TWO_EMAILS, now=now):
        return
    activation.sent_at = now
    messages.send(EMAIL, subject, now=now)


def link_token(subject: Subject, *, now: datetime) -> str:
    return links.sign(Purpose.ACTIVATE, now=now, subject=str(subject.id), address=_mark(subject.address_hash))


def read(token: str, *, now: datetime) -> Claim:
    """Raises InvalidLink, also when the customer has another address by now, ExpiredLink or NotTheCustomer."""
    return _claim(links.read(Purpose.ACTIVATE, token, now=now))


def renew(token: str, *, now: datetime) -> None:
    """Sends a new link for one that expired. Raises InvalidLink."""
    try:
        link = links.read(Purpose.ACTIVATE, token, now=now)
    except ExpiredLink as expired:
        link = expired.link
    claim = _claim(link)
    if claim.standing is Standing.OPEN:
        send_link(claim.subject, now=now)


def activate(claim: Claim, *, entered: str, password: str, now: datetime) -> bool:
    """Makes the account; False if what was entered is not the customer's. Each wrong try counts. Raises NotOpen."""
    password_hash = passwords.hashed(password)
    _hold(claim)
    if not knowledge.is_theirs(claim.subject, entered):
        _count_wrong(claim, now=now)
        return False
    links.use_once(claim.link, now=now)
    _open_account(claim.subject, password_hash=password_hash, now=now)
    claim.activation.activated_at = now
    claim.activation.wrong = 0
    trail.record(Action.ACCOUNT_ACTIVATED, claim.subject, now=now)
    return True


def refuse(claim: Claim, *, now: datetime) -> None:
    """“This is not me”: the address leads to somebody else, so nothing of the customer is sent there any more."""
    _hold(claim)
    activation, subject = claim.activation, claim.subject
    activation.refused_at, activation.refused_hash = now, subject.address_hash
    trail.record(Action.ADDRESS_REFUSED, subject, now=now)
    changes.record(Change.CUSTOMER_CHANGED, subject.id, now=now, fields="email")
    subjects.detach_address(subject)


def _invited(subject: Subject, *, now: datetime) -> Activation:
    row = {"subject_id": subject.id, "invited_at": now, "sent_at": now}
    db.session.execute(insert(Activation).values(row).on_conflict_do_nothing())
    return db.session.get_one(Activation, subject.id)


def _claim(link: Link) -> Claim:
    activation = db.session.get(Activation, UUID(link.data["subject"]))
    if activation is None:
        raise InvalidLink
    if activation.refused_hash and link.data["address"] == _mark(activation.refused_hash):
        raise NotTheCustomer
    if link.data["address"] != _mark(activation.subject.address_hash):
        raise InvalidLink
    return Claim(link, activation)


def _hold(claim: Claim) -> None:
    """Of many at the same moment each sees what the one before did."""
    db.session.refresh(claim.subject, with_for_update=True)
    db.session.refresh(claim.activation, with_for_update={"of": Activation})
    moved = claim.link.data["address"] != _mark(claim.subject.address_hash)
    if moved or claim.standing is not Standing.OPEN:
        raise NotOpen


def _count_wrong(claim: Claim, *, now: datetime) -> None:
    claim.activation.wrong += 1
    if claim.activation.wrong >= TRIES:
        claim.activation.locked_at = now
    trail.record(Action.ACTIVATION_REFUSED, claim.subject, now=now)


def _open_account(subject: Subject, *, password_hash: str, now: datetime) -> None:
    account = Account(
        subject_id=subject.id,
        password_hash=password_hash,
        password_changed_at=now,
        role=Role.CUSTOMER,
        confirmed_at=now,
    )
    db.session.add(account)
    if db.session.get(Profile, subject.id) is None:
        db.session.add(Profile(subject_id=subject.id, given_name="", family_name="", changed_at=now))
    db.session.execute(delete(SignUp).where(SignUp.subject_id == subject.id))


def _mark(address_hash: bytes) -> str:
    """By which a link knows its address: it leads nowhere once the customer has another one."""
    return hashlib.sha256(b"activation" + address_hash).hexdigest()[:32]
