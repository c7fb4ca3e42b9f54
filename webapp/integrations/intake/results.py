"""What became of each thing that another system sent."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

CLOCKS_DIFFER = timedelta(minutes=5)


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"  # the same is here already
    OUTDATED = "outdated"  # something newer is here
    REFUSED = "refused"


class Reason(StrEnum):
    NOT_VALID = "not_valid"
    UNKNOWN_CUSTOMER = "unknown_customer"
    IN_THE_FUTURE = "in_the_future"
    REMOVED_BY_PERSON = "removed_by_person"


class Kept(StrEnum):
    """Why something stays as it is here although the rest was stored."""

    HAS_ACCOUNT = "has_account"  # who signs in with an address changes it themselves
    WRONG_ADDRESS = "wrong_address"  # whoever reads that mailbox said that they are somebody else
    NEWER_HERE = "newer_here"  # the person corrected it since, or another record of theirs did


DETAILS = {
    Reason.UNKNOWN_CUSTOMER: "No customer with this number was sent yet. Send the customer, then this again.",
    Reason.IN_THE_FUTURE: "changed_at is in the future: set the clock of the sending system.",
    Reason.REMOVED_BY_PERSON: "The person removed it here. Remove it in your system; a new one needs a new number.",
}


class Result(NamedTuple):
    """`external_id` is None where it could not be read. `kept` names the parts that were not stored, and why."""

    external_id: str | None
    outcome: Outcome
    reason: Reason | None = None
    detail: str = ""
    kept: Mapping[str, Kept] = MappingProxyType({})


def refused(external_id: str | None, reason: Reason, detail: str = "") -> Result:
    return Result(external_id, Outcome.REFUSED, reason, detail or DETAILS[reason])
