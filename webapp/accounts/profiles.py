"""Correcting one's own details (P10)."""

from collections.abc import Mapping
from datetime import datetime

from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.subjects import trail
from webapp.subjects.models import Subject


def change(account: Account, changes: Mapping[str, str], *, now: datetime) -> None:
    """The audit log says which details changed, not to what."""
    changed = [name for name, value in changes.items() if getattr(account.profile, name) != value]
    for name in changed:
        setattr(account.profile, name, changes[name])
    if changed:
        account.profile.changed_at = now
        trail.record(Action.PROFILE_CHANGED, account.subject, now=now, fields=", ".join(changed))


def change_language(subject: Subject, language: str, *, now: datetime) -> None:
    if subject.language != language:
        subject.language = language
        trail.record(Action.LANGUAGE_CHANGED, subject, now=now, language=language)
