"""The words in which the data map is written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, DateTime
from sqlalchemy.orm import InstrumentedAttribute

from webapp.db import Base
from webapp.privacy.data_map.retention import Retention
from webapp.subjects.models import Subject


class Category(StrEnum):
    """What kind of data it is, in the order in which people are shown theirs."""

    CONTACT = "contact"  # P2
    ACCESS = "access"  # P3
    INTERACTION = "interaction"  # P4
    PAYMENT = "payment"  # P5
    DOCUMENT = "document"  # P6
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
    SYSTEMS = "systems"  # from other systems of the company


class Erasure(StrEnum):
    """What becomes of it when the person is erased."""

    DELETE = "delete"  # the row goes
    BLANK = "blank"  # the row stays for other rows, without this
    PSEUDONYMISE = "pseudonymise"  # the row stays, but leads to nobody
    SHRED = "shred"  # unreadable, because the person's own key is destroyed
    KEEP = "keep"  # stays until its own time is over, for the reason that its retention gives


class People(StrEnum):
    """Whose data it is (GDPR Art. 30(1)(c))."""

    CUSTOMERS = "customers"
    READERS = "readers"  # of the newsletter, without an account
    VISITORS = "visitors"
    STAFF = "staff"


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a JSON column, by the name it has in there."""

    label: LazyString
    words: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Personal:
    """A column that says something about a person.

    It is in their copy unless `withheld` says why not. `words` puts its codes into words; `names` is what a number
    of another table stands for; `sealed` means that it is encrypted by the subject's own key. JSON names its `parts`
    (of each item, if it is a list). `free_text` may say anything about anybody. `keep` and `on_erasure` stand instead
    of what holds for the table. It is corrected at the page `correct_at`, or `fixed` says why it cannot be.
    """

    label: LazyString
    category: Category
    purposes: Sequence[Purpose]
    source: Source
    withheld: LazyString | None = None
    words: Callable[[str], str] | None = None
    names: InstrumentedAttribute[Any] | None = None
    sealed: bool = False
    parts: Mapping[str, Part] | None = None
    free_text: bool = False
    keep: Retention | None = None
    on_erasure: Erasure | None = None
    correct_at: str | None = None
    fixed: LazyString | None = None


@dataclass(frozen=True)
class NotPersonal:
    """A column that says nothing about a person, and why."""

    why: str


Attributes = Mapping[InstrumentedAttribute[Any], Personal | NotPersonal]


@dataclass(frozen=True, eq=False)
class SubjectTable:
    """A table whose rows are about one person each: a person's are those where `reach` equals the subject's `of`.

    They are shown the newest first, by `order`. `since` says since when a row is held (if left out, `order` does), and
    `starts` when the clock of its retention began, unless that is the event itself. `keep` stands instead of what the
    purposes say; `on_erasure`, `correct_at` and `fixed` hold for every column that says nothing else. Of documents,
    `country` says whose law decides how long they are kept, and `law_keeps` for which rows it asks that at all: the
    others go with the account. `needed` says which rows a running product needs, unless that is all of them. Rows that
    are not `told` are kept from the person, because the law orders it.
    """

    model: type[Base]
    title: LazyString
    reach: InstrumentedAttribute[Any]
    attributes: Attributes
    of: InstrumentedAttribute[Any] = field(default_factory=lambda: Subject.id)
    order: InstrumentedAttribute[Any] | None = None
    since: InstrumentedAttribute[Any] | None = None
    starts: InstrumentedAttribute[Any] | None = None
    country: InstrumentedAttribute[Any] | None = None
    law_keeps: ColumnElement[bool] | None = None
    needed: ColumnElement[bool] | None = None
    keep: Retention | None = None
    on_erasure: Erasure = Erasure.DELETE
    correct_at: str | None = None
    fixed: LazyString | None = None
    about: Sequence[People] = (People.CUSTOMERS,)
    told: ColumnElement[bool] | None = None

    @property
    def name(self) -> str:
        return str(self.model.__tablename__)

    @property
    def held_since(self) -> InstrumentedAttribute[Any] | None:
        """The column that says since when a row is held."""
        ordered_by_time = self.order is not None and isinstance(self.order.type, DateTime)
        return self.order if self.since is None and ordered_by_time else self.since

    def erasure_of(self, what: Personal) -> Erasure:
        return what.on_erasure or self.on_erasure

    def corrected_at(self, what: Personal) -> str | None:
        """The page where the person corrects it."""
        if what.correct_at is not None or what.fixed is not None:
            return what.correct_at
        return self.correct_at if what.source is Source.PROVIDED else None

    def why_fixed(self, what: Personal) -> LazyString | None:
        """Why the person cannot correct it; None if they can."""
        if self.corrected_at(what):
            return None
        # A lazy text that is asked whether it is empty wants to know the language, which the start of the app has not.
        reasons = (what.fixed, self.fixed, FIXED.get(what.source))
        return next((reason for reason in reasons if reason is not None), None)

    @cached_property
    def personal(self) -> dict[InstrumentedAttribute[Any], Personal]:
        return {attribute: what for attribute, what in self.attributes.items() if isinstance(what, Personal)}

    @cached_property
    def exported(self) -> dict[InstrumentedAttribute[Any], Personal]:
        """What of it goes into a copy."""
        return {attribute: what for attribute, what in self.personal.items() if what.withheld is None}

    @property
    def withheld(self) -> list[Personal]:
        return [what for what in self.personal.values() if what.withheld is not None]

    @cached_property
    def main(self) -> Personal:
        """What it mainly holds, which is declared first, whether people are shown it or not."""
        return next(iter(self.personal.values()))

    @cached_property
    def category(self) -> Category:
        """Where people look for it: the category of what they are mainly shown of it."""
        return next(iter(self.exported.values())).category


@dataclass(frozen=True, eq=False)
class OtherTable:
    """A table that leads to no person, and why."""

    model: type[Base]
    why: str
    attributes: Attributes

    @property
    def name(self) -> str:
        return str(self.model.__tablename__)


@dataclass(frozen=True)
class Place:
    """Something kept outside the database: what it holds, whose it is, and when it goes."""

    holds: str
    whose: str
    until: str


@dataclass(frozen=True)
class HeldFile:
    """A file of one person: the key under which it is stored, and the name by which they know it."""

    key: UUID
    name: str


@dataclass(frozen=True)
class FilePlace(Place):
    """Files of one kind. `of` finds a person's for their copy, in an order that stays, or `withheld` says why not.

    `owned` finds those that are deleted with a person, by the number of the subject; or `stays` says why none is.
    """

    title: LazyString
    of: Callable[[Subject], Iterable[HeldFile]] | None = None
    withheld: LazyString | None = None
    owned: Callable[[UUID], Iterable[UUID]] | None = None
    stays: LazyString | None = None


AS_IT_WAS = _l("It records what happened, and so it stays as it is.")
FIXED = {
    Source.OBSERVED: AS_IT_WAS,
    Source.DERIVED: _l("We made it from other data, and it changes when they do."),
    Source.SYSTEMS: _l("It comes from our other systems. Tell us, and we correct it there."),
}

ANY = "*"  # the name of a part that stands for whatever name it has

NUMBER = NotPersonal("a random number that means nothing outside this database")
MACHINERY = NotPersonal("how far the work has come, not the person")


def spoken(words: Mapping[Any, LazyString]) -> Callable[[str], str]:
    """Puts a code into words; one that has none any more stays as it is."""
    return lambda code: str(words.get(code, code))
