"""All promises of the privacy policy, in the order in which they are shown."""

from webapp.privacy.promises import collection, control, protection
from webapp.privacy.promises.vocabulary import Group, Promise

PROMISES: list[Promise] = sorted(
    [*collection.PROMISES, *control.PROMISES, *protection.PROMISES],
    key=lambda promise: list(Group).index(promise.group),
)
