"""The data map that runs now: a policy belongs to one, and another one needs another policy."""

import hashlib
import json
from dataclasses import dataclass

from webapp.privacy import inventory
from webapp.privacy.policy import versions


@dataclass(frozen=True)
class Manifest:
    number: int
    hash: str


def running_manifest() -> Manifest:
    content = json.dumps(inventory.snapshot("en"), sort_keys=True).encode()
    return Manifest(1, hashlib.sha256(content).hexdigest())


def is_behind() -> bool:
    """Whether the policy that was published last speaks of another data map than the one that runs."""
    published = versions.latest()
    return published is not None and published.manifest_hash != running_manifest().hash
