"""Writing the next version: begun from the one before, changed language by language, thrown away."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from webapp.audit import Action
from webapp.config import settings
from webapp.db import db
from webapp.privacy.policy import versions
from webapp.privacy.policy.models import PolicyState, PolicyVersion
from webapp.subjects import trail
from webapp.subjects.models import Subject

TEXTS = Path(__file__).parent / "texts"


class NoDraft(Exception):
    """It was thrown away or published meanwhile."""


class ChangedMeanwhile(Exception):
    """Somebody else saved another text than the one this person saw."""


def shipped(language: str) -> str:
    """The text that comes with Candor, for a company that has none yet; in English when there is no other."""
    file = TEXTS / f"{language}.md"
    return (file if file.exists() else TEXTS / "en.md").read_text()


def start(*, by: Subject, now: datetime) -> None:
    """One draft at a time: who comes second goes on with the first one."""
    before = versions.latest()
    row = {
        "number": before.number + 1 if before else 1,
        "texts": {code: (before.texts.get(code) if before else None) or shipped(code) for code in settings().languages},
        "changes": {},
        "editors": [by.id],
        "edited_by": by.id,
        "edited_at": now,
        "created_at": now,
    }
    begun = insert(PolicyVersion).values(row).on_conflict_do_nothing().returning(PolicyVersion.number)
    if (number := db.session.scalar(begun)) is not None:
        trail.record(Action.POLICY_WRITTEN, by, now=now, version=str(number))


def change(language: str, text: str, news: str, *, seen: str, by: Subject, now: datetime) -> PolicyVersion:
    """Saves one language, and takes a proposal back. Raises NoDraft or ChangedMeanwhile."""
    draft = hold()
    if (text, news) == wording(draft, language):
        return draft
    if seen != mark(draft, language):
        raise ChangedMeanwhile
    take_back(draft)
    if by.id not in draft.editors:
        draft.editors = [*draft.editors, by.id]
    draft.edited_by, draft.edited_at = by.id, now
    draft.texts = draft.texts | {language: text}
    draft.changes = draft.changes | {language: news}
    trail.record(Action.POLICY_WRITTEN, by, now=now, version=str(draft.number), language=language)
    return draft


def discard(*, by: Subject, now: datetime) -> None:
    """Repeated, it does nothing."""
    gone = delete(PolicyVersion).where(PolicyVersion.state != PolicyState.PUBLISHED).returning(PolicyVersion.number)
    if (number := db.session.scalar(gone)) is not None:
        trail.record(Action.POLICY_DISCARDED, by, now=now, version=str(number))


def take_back(draft: PolicyVersion) -> None:
    """A proposal is a promise about a text: with another text it is none."""
    draft.state = PolicyState.DRAFT
    draft.proposed_by = draft.proposed_at = draft.manifest_number = draft.manifest_hash = None
    draft.inventories = {}


def wording(version: PolicyVersion, language: str) -> tuple[str, str]:
    return version.texts.get(language, ""), version.changes.get(language, "")


def mark(version: PolicyVersion, language: str) -> str:
    """Names what a page shows of a language, to be compared with what is there when it comes back."""
    return hashlib.sha256(json.dumps(wording(version, language)).encode()).hexdigest()


def hold() -> PolicyVersion:
    """Nobody else changes the draft until the end of this transaction. Raises NoDraft."""
    unpublished = select(PolicyVersion).where(PolicyVersion.state != PolicyState.PUBLISHED).with_for_update()
    draft = db.session.scalars(unpublished, execution_options={"populate_existing": True}).first()
    if draft is None:
        raise NoDraft
    return draft
