"""The cast. Everybody's password is PASSWORD."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher

from webapp.access import Role
from webapp.accounts.models import Account, Profile
from webapp.clock import utc_now
from webapp.consents.models import Subscription, Topic
from webapp.db import db
from webapp.subjects import subjects

PASSWORD = "a meadow full of marmots"
quick_hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # the real one is slow on purpose


@dataclass(frozen=True)
class Person:
    """Somebody with a confirmed account."""

    id: UUID
    email: str
    password: str = PASSWORD


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
) -> Person:
    """Creates and commits. Needs an app context."""
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
    db.session.commit()
    return Person(subject.id, subject.email)


def topic(slug: str = "news", title: str = "Product news") -> UUID:
    new = Topic(slug=slug, titles={"en": title}, descriptions={"en": f"About {title}"}, position=1)
    db.session.add(new)
    db.session.commit()
    return new.id


def subscribe(who: Person, topic_id: UUID) -> None:
    db.session.add(Subscription(subject_id=who.id, topic_id=topic_id, subscribed=True, changed_at=utc_now()))
    db.session.commit()
