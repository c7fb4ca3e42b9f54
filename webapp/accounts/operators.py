"""The first people who work here are let in by an operator at the command line."""

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


class AccountExists(Exception):
    """Roles of people who have an account are not changed from the command line."""


def create_admin(email: str, given_name: str, family_name: str, role: Role, now: datetime) -> str:
    """Makes an account without a password, and a link to choose one. Raises InvalidAddress or AccountExists."""
    subject = subjects.find_or_create(email, language=settings().languages[0])
    if db.session.get(Account, subject.id):
        raise AccountExists
    account = Account(subject=subject, password_hash="", password_changed_at=now, role=role)
    db.session.add(account)
    db.session.flush()
    db.session.merge(Profile(subject_id=subject.id, given_name=given_name, family_name=family_name, changed_at=now))
    db.session.execute(delete(SignUp).where(SignUp.subject_id == subject.id))
    trail.record(Action.OPERATOR_CREATED, subject, now=now, role=role)
    return links.absolute_url("accounts.open_reset", token=password_resets.link_token(account, now=now))
