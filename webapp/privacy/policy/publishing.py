"""From a draft to a version that holds: one person proposes it, another one reads it and publishes it.

What is proposed is frozen together with what the data map says then. What the second person read is named by its
content, so that nothing can be put in its place between reading and publishing. A trigger of the database asks for
two people once more, whichever way somebody comes.
"""

import hashlib
import json
from datetime import date, datetime

from webapp import queue
from webapp.access import POLICY
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.config import settings
from webapp.db import db
from webapp.privacy import inventory, manifest
from webapp.privacy.policy import drafts, obstacles, versions
from webapp.privacy.policy.drafts import ChangedMeanwhile
from webapp.privacy.policy.facts import facts
from webapp.privacy.policy.models import PolicyNotice, PolicyState, PolicyVersion
from webapp.subjects import trail
from webapp.subjects.models import Subject


class Incomplete(Exception):
    """Something is missing, as `obstacles` says."""


class NotProposed(Exception):
    """It is a draft again."""


class NotTheSecondPerson(Exception):
    """Who wrote it or proposed it cannot publish it, and neither can anybody who has no part in policies."""


class OtherManifest(Exception):
    """The data map was changed since it was proposed: what it says of our data is not true any more."""


class TooEarly(Exception):
    """It would hold before today, or before the version that it follows."""


def propose(*, content: str, by: Subject, now: datetime) -> PolicyVersion:
    """Raises NoDraft, ChangedMeanwhile or Incomplete. Repeated, it does nothing."""
    draft = drafts.hold()
    if draft.state is PolicyState.PROPOSED:
        return draft
    if content_of(draft) != content:
        raise ChangedMeanwhile
    if obstacles.of(draft):
        raise Incomplete
    draft.inventories = {code: inventory.snapshot(code) | {"facts": facts()} for code in settings().languages}
    draft.manifest_number, draft.manifest_hash = manifest.number(), manifest.current().hash
    draft.state, draft.proposed_by, draft.proposed_at = PolicyState.PROPOSED, by.id, now
    trail.record(Action.POLICY_PROPOSED, by, now=now, version=str(draft.number), content=content_of(draft))
    return draft


def withdraw(*, by: Subject, now: datetime) -> None:
    """Raises NoDraft."""
    draft = drafts.hold()
    if draft.state is PolicyState.PROPOSED:
        drafts.take_back(draft)
        trail.record(Action.POLICY_WITHDRAWN, by, now=now, version=str(draft.number))


def publish(*, content: str, valid_from: date, by: Subject, now: datetime) -> PolicyVersion:
    """Raises NoDraft, NotProposed, ChangedMeanwhile, NotTheSecondPerson, OtherManifest or TooEarly."""
    version = drafts.hold()
    if version.state is not PolicyState.PROPOSED:
        raise NotProposed
    if content_of(version) != content:
        raise ChangedMeanwhile
    if not may_publish(version, by):
        raise NotTheSecondPerson
    if version.manifest_hash != manifest.current().hash:
        raise OtherManifest
    if valid_from < earliest_day(now=now):
        raise TooEarly
    version.state, version.approved_by, version.published_at = PolicyState.PUBLISHED, by.id, now
    version.valid_from = valid_from
    db.session.add(PolicyNotice(version=version.number, started_at=now))
    queue.later(queue.Job.WRITE_POLICY_NOTICES, version=str(version.number))
    trail.record(Action.POLICY_PUBLISHED, by, now=now, version=str(version.number), content=content)
    return version


def may_publish(version: PolicyVersion, person: Subject) -> bool:
    account = db.session.get(Account, person.id)
    took_part = person.id in {*version.editors, version.proposed_by}
    return account is not None and account.role in POLICY and not took_part


def earliest_day(*, now: datetime) -> date:
    before = versions.latest()
    return max(versions.today(now), before.valid_from) if before and before.valid_from else versions.today(now)


def content_of(version: PolicyVersion) -> str:
    """Names everything that people will read in this version."""
    content = [version.number, version.texts, version.changes, version.inventories, version.manifest_hash]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def is_behind(published: PolicyVersion) -> bool:
    """Whether the policy that was published last speaks of another data map than the one that runs."""
    return published.manifest_hash != manifest.current().hash
