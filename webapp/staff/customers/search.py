"""Finding a customer by name, email address or customer number: by an index each, however many customers there are.

Names are compared without accents and case, by the database function `folded`. What was searched for is in no address
and no log, and is forgotten after a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, delete, func, literal_column, select, union

from webapp.accounts.models import Account, Profile
from webapp.audit import Action
from webapp.crypto import open_sealed, seal
from webapp.db import db
from webapp.products.models import CustomerRecord
from webapp.staff.models import CustomerSearch
from webapp.subjects import trail
from webapp.subjects.addresses import InvalidAddress, address_hash
from webapp.subjects.models import Subject

MOST = 25
SHORTEST = 2
LASTS = timedelta(minutes=30)
FORGOTTEN_AFTER = timedelta(days=1)
LAST_LETTER = chr(0x10FFFF)


@dataclass(frozen=True)
class Found:
    """One customer, with as much as it takes to tell them from another."""

    subject_id: UUID
    email: str
    profile: Profile | None
    numbers: list[str]
    has_account: bool


def note(terms: str, *, reason: str, by: Subject, now: datetime) -> CustomerSearch:
    """Writes down who looks for somebody and why, before anything is found."""
    sealed = seal(trail.data_key(by), terms.encode(), context=by.id.bytes)
    search = CustomerSearch(searched_by=by.id, reason=reason, terms=sealed, searched_at=now)
    db.session.add(search)
    db.session.flush()
    trail.record(Action.CUSTOMERS_SEARCHED, by, now=now, reason=reason)
    return search


def is_open(search: CustomerSearch, *, by: Subject, now: datetime) -> bool:
    """For whoever noted it, and for a while."""
    return search.searched_by == by.id and search.searched_at > now - LASTS


def terms_of(search: CustomerSearch, by: Subject) -> str:
    return open_sealed(trail.data_key(by), search.terms, context=by.id.bytes).decode()


def find(terms: str) -> list[Found]:
    """At most `MOST`, by name; one more says that there are others."""
    terms = " ".join(terms.split())
    found = db.session.scalars(union(*ways(terms)).limit(MOST + 1)).all() if len(terms) >= SHORTEST else []
    return _described(found)


def ways(terms: str) -> list[Select[UUID]]:
    """Each is answered by an index and stops after a page."""
    if "@" in terms:
        return [select(Subject.id).where(Subject.address_hash == _hash(terms))]
    by_number = select(CustomerRecord.subject_id).where(CustomerRecord.external_id == terms)
    names = ("given_name, family_name", "family_name, given_name", "organization, ''")
    return [by_number, *(_starting(words, terms) for words in names)]


def forget_old(*, now: datetime) -> None:
    db.session.execute(delete(CustomerSearch).where(CustomerSearch.searched_at < now - FORGOTTEN_AFTER))


def _starting(words: str, terms: str) -> Select[UUID]:
    """By operators of the index, which go by the numbers of letters. SQLAlchemy has no words for them."""
    column: ColumnElement[str] = literal_column(f"folded({words})", Text)
    start, end = func.folded(terms, ""), func.folded(terms + LAST_LETTER, "")
    within = select(Profile.subject_id).where(column.op("~>=~")(start), column.op("~<~")(end))
    return select(within.limit(MOST + 1).subquery().c.subject_id)


def _described(found: Sequence[UUID]) -> list[Found]:
    rows = db.session.execute(
        select(Subject.id, Subject.email, Profile, Account.subject_id)
        .outerjoin(Profile, Profile.subject_id == Subject.id)
        .outerjoin(Account, Account.subject_id == Subject.id)
        .where(Subject.id.in_(found))
        .order_by(Profile.family_name, Profile.given_name, Subject.id)
    )
    numbers = numbers_of(found)
    return [Found(row[0], row[1], row[2], numbers.get(row[0], []), row[3] is not None) for row in rows]


def numbers_of(subject_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The customer numbers of each, of whom there may be several."""
    records = select(CustomerRecord.subject_id, CustomerRecord.external_id)
    numbers: dict[UUID, list[str]] = {}
    for subject_id, number in db.session.execute(
        records.where(CustomerRecord.subject_id.in_(subject_ids)).order_by(CustomerRecord.external_id)
    ):
        numbers.setdefault(subject_id, []).append(number)
    return numbers


def _hash(address: str) -> bytes:
    """What is no address has one that nobody has."""
    try:
        return address_hash(address)
    except InvalidAddress:
        return b""
