"""What only the customer knows: their number with us, or the postal code we have for them.

Whoever reads a mailbox today may not be who read it when the company's system noted the address.
"""

import unicodedata

from sqlalchemy import select, union_all

from webapp.accounts.models import Profile
from webapp.db import db
from webapp.products.models import BillingAddress, CustomerRecord
from webapp.subjects.models import Subject

SHORTEST = 3


def is_customer(subject: Subject) -> bool:
    """Whether the company's systems know them, also by several records."""
    known = select(CustomerRecord.external_id).where(CustomerRecord.subject_id == subject.id)
    return db.session.scalar(known.limit(1)) is not None


def is_theirs(subject: Subject, entered: str) -> bool:
    """The number of any of their records will do, however it is written."""
    asked = _bare(entered)
    return len(asked) >= SHORTEST and asked in {_bare(fact) for fact in _facts(subject)}


def _facts(subject: Subject) -> list[str]:
    facts = union_all(
        select(CustomerRecord.external_id).where(CustomerRecord.subject_id == subject.id),
        select(Profile.postal_code).where(Profile.subject_id == subject.id),
        select(BillingAddress.postal_code).where(BillingAddress.subject_id == subject.id),
    )
    return list(db.session.scalars(facts))


def _bare(text: str) -> str:
    """Without what people leave out or add: `K-10 234` is `k10234`."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())
