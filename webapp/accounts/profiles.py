"""Correcting one's own details (P10)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from webapp import changes
from webapp.accounts.models import Account, Profile
from webapp.audit import Action
from webapp.changes import Change
from webapp.db import db
from webapp.subjects import trail
from webapp.subjects.models import Subject


def first_name(subject_id: UUID) -> str:
    """As it stands in emails; empty when nobody told us, or without an account."""
    profile = db.session.get(Profile, subject_id)
    return profile.given_name if profile else ""


def change(account: Account, details: Mapping[str, str], *, now: datetime) -> None:
    """The audit log says which details changed, not to what."""
    changed = [name for name, value in details.items() if getattr(account.profile, name) != value]
    for name in changed:
        setattr(account.profile, name, details[name])
    if changed:
        account.profile.changed_at = now
        trail.record(Action.PROFILE_CHANGED, account.subject, now=now, fields=", ".join(changed))
        changes.record(Change.CUSTOMER_CHANGED, account.subject_id, now=now, fields=", ".join(changed))


def change_language(subject: Subject, language: str, *, now: datetime) -> None:
    if subject.language != language:
        subject.language = language
        trail.record(Action.LANGUAGE_CHANGED, subject, now=now, language=language)
        changes.record(Change.CUSTOMER_CHANGED, subject.id, now=now, fields="language")
