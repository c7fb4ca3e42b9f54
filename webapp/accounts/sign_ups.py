"""Signing up. Nothing that somebody enters about an address counts before two things are shown:

- that they read its mail: by the link in it;
- that the entries are theirs: by the browser they come from, or by the password that was chosen with them.

With the first alone, somebody could sign up with another person's address, wait until that person presses the button
in a puzzling email, and share the account from then on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from webapp import links
from webapp.access import Role
from webapp.accounts import passwords
from webapp.accounts.activation import activations
from webapp.accounts.models import CONTACT_DETAILS, Account, Profile, SignUp
from webapp.audit import Action
from webapp.consents import subscriptions, wordings
from webapp.consents.models import Method, Topic
from webapp.db import db
from webapp.links import ExpiredLink, Link, Purpose
from webapp.mail import messages
from webapp.subjects import subjects, trail
from webapp.subjects.models import Subject

BETWEEN_TWO_EMAILS = timedelta(minutes=10)
BETWEEN_TWO_ENTRIES = timedelta(minutes=1)
MOST_EMAILS_AN_HOUR = 5

_told: list[Callable[[SignUp], None]] = []


@dataclass(frozen=True)
class Entries:
    """What the form brought. `topics`: the ticked ones by id, with the sentence beside the box."""

    address: str
    password: str
    details: Mapping[str, str]
    topics: Mapping[str, str]
    language: str


@dataclass(frozen=True)
class Confirmation:
    """A link that can be used, and what it would confirm."""

    link: Link
    sign_up: SignUp


class NothingToConfirm(Exception):
    """There is an account already, or the sign-up was forgotten; `done` says which."""

    def __init__(self, *, done: bool) -> None:
        self.done = done


class KnownCustomer(Exception):
    """The company's systems told us of this customer meanwhile: reading their mail is not enough any more."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject


def ask(entries: Entries, *, browser: str, now: datetime) -> None:
    """Hashes a password and sends an email whether or not we know the address. Raises InvalidAddress."""
    password_hash = passwords.hashed(entries.password)
    subject = subjects.find_or_create(entries.address, language=entries.language)
    if db.session.get(Account, subject.id):
        if not messages.sent_recently("accounts/already_registered", subject, within=BETWEEN_TWO_EMAILS, now=now):
            messages.send("accounts/already_registered", subject, now=now)
        return
    if activations.waits(subject):
        activations.send_link(subject, now=now)
        return
    sign_up = _write_down(subject, entries, password_hash=password_hash, browser=browser, now=now)
    trail.record(Action.SIGNED_UP, subject, now=now)
    send_link(sign_up, at_most_every=BETWEEN_TWO_ENTRIES, now=now)


def send_link(sign_up: SignUp, *, at_most_every: timedelta = BETWEEN_TWO_EMAILS, now: datetime) -> None:
    """Unless it was sent just now, or the mailbox got enough of them: others can type this address too."""
    if sign_up.link_sent_at and now - sign_up.link_sent_at < at_most_every:
        return
    lately = select(func.count()).where(
        SignUp.subject_id == sign_up.subject_id, SignUp.link_sent_at > now - timedelta(hours=1)
    )
    if (db.session.scalar(lately) or 0) < MOST_EMAILS_AN_HOUR:
        sign_up.link_sent_at = now
        messages.send("accounts/confirm_sign_up", sign_up.subject, now=now, sign_up=str(sign_up.id))


def link_token(sign_up: SignUp, *, now: datetime) -> str:
    return links.sign(Purpose.CONFIRM_SIGN_UP, now=now, sign_up=str(sign_up.id), subject=str(sign_up.subject_id))


def newest(fingerprint: bytes) -> SignUp | None:
    """The newest sign-up with an address that was not confirmed yet, found by the hash of the address."""
    entered = select(SignUp).where(SignUp.subject.has(Subject.address_hash == fingerprint))
    return db.session.scalars(entered.order_by(SignUp.asked_at.desc())).first()


def is_waiting(sign_up: SignUp) -> bool:
    return db.session.get(Account, sign_up.subject_id) is None


def read(token: str, *, now: datetime) -> Confirmation:
    """Raises InvalidLink, ExpiredLink or NothingToConfirm."""
    link = links.read(Purpose.CONFIRM_SIGN_UP, token, now=now)
    return Confirmation(link, _named_by(link))


def renew(token: str, *, now: datetime) -> None:
    """Sends a new link for one that expired. Raises InvalidLink or NothingToConfirm."""
    try:
        link = links.read(Purpose.CONFIRM_SIGN_UP, token, now=now)
    except ExpiredLink as expired:
        link = expired.link
    send_link(_named_by(link), now=now)


def confirm(confirmation: Confirmation, *, network: str, now: datetime) -> None:
    """Makes the account. Raises UsedLink, NothingToConfirm or KnownCustomer."""
    links.use_once(confirmation.link, now=now)
    sign_up = confirmation.sign_up
    subject = db.session.get_one(Subject, sign_up.subject_id, with_for_update=True)  # two browsers at the same moment
    if db.session.get(Account, subject.id):
        raise NothingToConfirm(done=True)
    if activations.waits(subject):
        raise KnownCustomer(subject)
    db.session.add(
        Account(
            subject_id=subject.id,
            password_hash=sign_up.password_hash,
            password_changed_at=sign_up.asked_at,
            role=Role.CUSTOMER,
            confirmed_at=now,
        )
    )
    subject.language, subject.ended_at = sign_up.language, None  # whoever had left is back
    _fill_profile(subject, sign_up, now=now)
    _subscribe(subject, sign_up, network=network, now=now)
    trail.record(Action.SIGN_UP_CONFIRMED, subject, now=now)
    for tell in _told:
        tell(sign_up)
    db.session.execute(delete(SignUp).where(SignUp.subject_id == subject.id))


def when_confirmed(tell: Callable[[SignUp], None]) -> Callable[[SignUp], None]:
    """For parts above this one: calls it with each sign-up that is confirmed, in the same transaction."""
    _told.append(tell)
    return tell


def forget_some(*, before: datetime, limit: int) -> int:
    """What nobody confirmed, nobody needs, and the address neither. Says how many there were, of at most so many."""
    old = select(SignUp.id).where(SignUp.asked_at < before).limit(limit)
    forgotten = db.session.scalars(delete(SignUp).where(SignUp.id.in_(old)).returning(SignUp.subject_id)).all()
    subjects.forget_strangers(forgotten)
    return len(forgotten)


def _write_down(subject: Subject, entries: Entries, *, password_hash: str, browser: str, now: datetime) -> SignUp:
    values = {
        **entries.details,
        "password_hash": password_hash,
        "topics": dict(entries.topics),
        "language": entries.language,
        "asked_at": now,
    }
    upsert = (
        insert(SignUp)
        .values(subject_id=subject.id, browser=browser, **values)
        .on_conflict_do_update(index_elements=["subject_id", "browser"], set_=values)
        .returning(SignUp)
    )
    return db.session.scalars(upsert, execution_options={"populate_existing": True}).one()


def _named_by(link: Link) -> SignUp:
    if db.session.get(Account, UUID(link.data["subject"])):
        raise NothingToConfirm(done=True)
    sign_up = db.session.get(SignUp, UUID(link.data["sign_up"]))
    if sign_up is None:
        raise NothingToConfirm(done=False)
    return sign_up


def _fill_profile(subject: Subject, sign_up: SignUp, *, now: datetime) -> None:
    entered = {name: getattr(sign_up, name) for name in CONTACT_DETAILS}
    profile = db.session.get(Profile, subject.id)
    if profile is None:
        db.session.add(Profile(subject_id=subject.id, **entered, changed_at=now))
        return
    for name, value in entered.items():
        setattr(profile, name, value or getattr(profile, name))
    profile.changed_at = now


def _subscribe(subject: Subject, sign_up: SignUp, *, network: str, now: datetime) -> None:
    for topic_id, wording in sign_up.topics.items():
        if topic := db.session.get(Topic, UUID(topic_id)):
            subscriptions.subscribe(
                subject,
                topic,
                method=Method.SIGN_UP_FORM,
                wording=wording,
                wording_version=wordings.TOPIC_BOX.version,
                language=sign_up.language,
                network=network,
                now=now,
            )
