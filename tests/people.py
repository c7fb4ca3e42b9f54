"""The cast. Everybody's password is PASSWORD."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

import pyotp
from argon2 import PasswordHasher

from webapp.access import STAFF, Role
from webapp.accounts.factors import authenticator as authenticator_apps
from webapp.accounts.factors.models import AuthenticatorApp
from webapp.accounts.models import Account, Profile
from webapp.clock import utc_now
from webapp.consents.models import Consent, ConsentPurpose, Method, Subscription, Topic
from webapp.db import db
from webapp.subjects import subjects

PASSWORD = "a meadow full of marmots"
quick_hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # the real one is slow on purpose


@dataclass(frozen=True)
class Person:
    """Somebody with a confirmed account. Who works here has an authenticator app, too."""

    id: UUID
    email: str
    password: str = PASSWORD
    authenticator_key: str | None = None

    def code(self) -> str:
        """What the app shows now. A code counts once; for tests that are quick, this one counts once more."""
        assert self.authenticator_key
        db.session.get_one(AuthenticatorApp, self.id, populate_existing=True).last_step = 0
        db.session.commit()
        return pyotp.TOTP(self.authenticator_key).now()


@cache
def _hash() -> str:
    return quick_hasher.hash(PASSWORD)


def person(
    email: str = "anna@example.org",
    *,
    role: Role = Role.CUSTOMER,
    given_name: str = "Anna",
    family_name: str = "Keller",
    language: str = "en",
    confirmed: bool = True,
    authenticator: bool | None = None,
) -> Person:
    """Creates and commits. Needs an app context. Staff gets an authenticator app unless told otherwise."""
    now = utc_now()
    subject = subjects.find_or_create(email, language=language)
    db.session.add(Profile(subject_id=subject.id, given_name=given_name, family_name=family_name, changed_at=now))
    db.session.add(
        Account(
            subject_id=subject.id,
            password_hash=_hash(),
            password_changed_at=now,
            role=role,
            confirmed_at=now if confirmed else None,
        )
    )
    key = pyotp.random_base32() if (role in STAFF if authenticator is None else authenticator) else None
    if key:
        app_key = authenticator_apps.sealed(key, subject)
        db.session.add(AuthenticatorApp(subject_id=subject.id, key=app_key, last_step=0, added_at=now))
    db.session.commit()
    return Person(subject.id, subject.email, authenticator_key=key)


def topic(slug: str = "news", title: str = "Product news") -> UUID:
    new = Topic(slug=slug, titles={"en": title}, descriptions={"en": f"About {title}"}, position=1)
    db.session.add(new)
    db.session.commit()
    return new.id


def agree(subject_id: UUID, topic_id: UUID | None, *, at: datetime, given: bool = True) -> Consent:
    """A line of the ledger. Whether they get the topic is said by `subscribe`. Creates and commits."""
    line = Consent(
        subject_id=subject_id,
        purpose=ConsentPurpose.TOPIC,
        topic_id=topic_id,
        topic_title="Product news",
        given=given,
        method=Method.ACCOUNT,
        wording="Yes, send me news by email.",
        language="en",
        at=at,
    )
    db.session.add(line)
    db.session.commit()
    return line


def subscribe(who: Person, topic_id: UUID) -> None:
    db.session.add(Subscription(subject_id=who.id, topic_id=topic_id, subscribed=True, changed_at=utc_now()))
    db.session.commit()
