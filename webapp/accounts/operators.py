"""Accounts of people who do not sign up: the first who work here, by command line, and those who are invited."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete

from webapp import links
from webapp.access import Role
from webapp.accounts import password_resets
from webapp.accounts.models import Account, Profile, SignUp
from webapp.audit import Action
from webapp.config import settings
from webapp.db import db
from webapp.subjects import subjects, trail
from webapp.subjects.models import Subject


class AccountExists(Exception):
    """Its role is changed by an administrator, its password by its owner."""


def create_admin(email: str, given_name: str, family_name: str, role: Role, now: datetime) -> str:
    """Makes an account without a password, and a link to choose one. Raises InvalidAddress or AccountExists."""
    subject = subjects.find_or_create(email, language=settings().languages[0])
    account = open_account(subject, role, {"given_name": given_name, "family_name": family_name}, now=now)
    trail.record(Action.OPERATOR_CREATED, subject, now=now, role=role)
    return links.absolute_url("accounts.open_reset", token=password_resets.link_token(account, now=now))


def open_account(
    subject: Subject, role: Role, names: Mapping[str, str], *, password_hash: str = "", now: datetime
) -> Account:
    """Confirmed when it has a password: whoever chose it was written to. Raises AccountExists, also for two at once."""
    db.session.refresh(subject, with_for_update=True)
    if db.session.get(Account, subject.id):
        raise AccountExists
    account = Account(
        subject=subject,
        password_hash=password_hash,
        password_changed_at=now,
        role=role,
        confirmed_at=now if password_hash else None,
    )
    db.session.add(account)
    db.session.flush()
    db.session.merge(Profile(subject_id=subject.id, **names, changed_at=now))
    db.session.execute(delete(SignUp).where(SignUp.subject_id == subject.id))
    return account
