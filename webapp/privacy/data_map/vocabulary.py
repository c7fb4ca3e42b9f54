"""The words in which the data map is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy.orm import InstrumentedAttribute

from webapp.db import Base
from webapp.subjects.models import Subject


class Category(StrEnum):
    """What kind of data it is, in the order in which people are shown theirs."""

    CONTACT = "contact"  # P2
    ACCESS = "access"  # P3
    INTERACTION = "interaction"  # P4
    CONSENT = "consent"
    COMMUNICATION = "communication"  # P7
    REQUEST = "request"
    HISTORY = "history"


class Purpose(StrEnum):
    """What data may be used for (P8): these nine, no other."""

    CONTRACT = "contract"
    PROVISION = "provision"
    IMPROVEMENT = "improvement"
    SUPPORT = "support"
    INFORMATION = "information"
    NEW_CUSTOMERS = "new_customers"
    LAW = "law"
    OFFICIAL_REQUESTS = "official_requests"
    APPLICATIONS = "applications"


class Source(StrEnum):
    """Where data comes from."""

    PROVIDED = "provided"  # by the person
    OBSERVED = "observed"  # when they use the service
    DERIVED = "derived"  # made by us from what happened


@dataclass(frozen=True)
class Personal:
    """A column that says something about a person.

    It is in their copy unless `withheld` says why not. `words` puts its codes into words; `names` is what a number
    of another table stands for; `sealed` means that it is encrypted by the subject's own key.
    """

    label: LazyString
    category: Category
    purposes: Sequence[Purpose]
    source: Source
    withheld: LazyString | None = None
    words: Callable[[str], str] | None = None
    names: InstrumentedAttribute[Any] | None = None
    sealed: bool = False


@dataclass(frozen=True)
class NotPersonal:
    """A column that says nothing about a person, and why."""

    why: str


Attributes = Mapping[InstrumentedAttribute[Any], Personal | NotPersonal]


@dataclass(frozen=True)
class SubjectTable:
    """A table whose rows are about one person each: a person's are those where `reach` equals the subject's `of`.

    They are shown the newest first, by `order`.
    """

    model: type[Base]
    title: LazyString
    reach: InstrumentedAttribute[Any]
    attributes: Attributes
    of: InstrumentedAttribute[Any] = field(default_factory=lambda: Subject.id)
    order: InstrumentedAttribute[Any] | None = None

    @property
    def name(self) -> str:
        return str(self.model.__tablename__)

    @property
    def exported(self) -> dict[InstrumentedAttribute[Any], Personal]:
        """What of it goes into a copy."""
        return {attribute: what for attribute, what in self._personal.items() if what.withheld is None}

    @property
    def withheld(self) -> list[Personal]:
        return [what for what in self._personal.values() if what.withheld is not None]

    @property
    def category(self) -> Category:
        """Where people look for it: the category of what it mainly holds, which is declared first."""
        return next(iter(self.exported.values())).category

    @property
    def _personal(self) -> dict[InstrumentedAttribute[Any], Personal]:
        return {attribute: what for attribute, what in self.attributes.items() if isinstance(what, Personal)}


@dataclass(frozen=True)
class OtherTable:
    """A table that leads to no person, and why."""

    model: type[Base]
    why: str
    attributes: Attributes


@dataclass(frozen=True)
class Place:
    """Something kept outside the database: what it holds, whose it is, and when it goes."""

    holds: str
    whose: str
    until: str


NUMBER = NotPersonal("a random number that means nothing outside this database")
MACHINERY = NotPersonal("how far the work has come, not the person")


def spoken(words: Mapping[Any, LazyString]) -> Callable[[str], str]:
    """Puts a code into words; one that has none any more stays as it is."""
    return lambda code: str(words.get(code, code))
