"""The words in which a promise is written down."""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Group(StrEnum):
    """In the order of the page."""

    COLLECTION = "collection"
    CONTROL = "control"
    DELETION = "deletion"
    PROTECTION = "protection"
    OWN_PART = "own_part"
    OPENNESS = "openness"


class Keeping(StrEnum):
    """Whether this software keeps a promise."""

    KEPT = "kept"
    PARTLY = "partly"
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class Promise:
    """`number` is that of the list that the company bound itself to, such as P20.

    `how` says by what it is kept; `missing` what this software does not do yet.
    """

    number: str
    group: Group
    wording: LazyString
    how: LazyString | None = None
    missing: LazyString | None = None

    @property
    def keeping(self) -> Keeping:
        if self.missing is None:
            return Keeping.KEPT
        return Keeping.PARTLY if self.how is not None else Keeping.NOT_YET


GROUPS = {
    Group.COLLECTION: (_l("What we collect, and what for"), _l("As little as we can, for named uses only.")),
    Group.CONTROL: (_l("Your data in your hands"), _l("See it, correct it, take it with you, say no.")),
    Group.DELETION: (_l("Closing and deleting"), _l("What is no longer needed goes.")),
    Group.PROTECTION: (_l("How we protect it"), _l("Several layers, so that no single failure opens your data.")),
    Group.OWN_PART: (_l("How we help you protect it"), _l("What you can do yourself, made easy.")),
    Group.OPENNESS: (_l("Openness"), _l("What changes, you hear from us.")),
}

KEEPING = {
    Keeping.KEPT: _l("Kept"),
    Keeping.PARTLY: _l("Kept in part"),
    Keeping.NOT_YET: _l("Not yet by this software"),
}
