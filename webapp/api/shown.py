"""What the API shows of each thing, and the ETag by which a system tells whether it is still the same."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import Select, exists, func, select

from webapp.accounts.models import CONTACT_DETAILS, Account, Profile
from webapp.db import db
from webapp.integrations.intake import kinds
from webapp.integrations.intake.items import (
    BillingAddressPart,
    CustomerItem,
    InvoiceItem,
    PaymentMethodPart,
    ProductItem,
)
from webapp.integrations.intake.kinds import Kind
from webapp.integrations.intake.types import Moment
from webapp.products.models import BillingAddress, CustomerRecord
from webapp.subjects.models import Subject
from webapp.support.disclosure_intake import DISCLOSURES, DisclosureItem

Shown = dict[str, Any]


class ShownCustomer(CustomerItem):
    """A customer as they are known here: with what the person corrected."""

    email: str  # empty when somebody else has this address now
    activated: bool  # whether the person has an account here


class ShownProduct(ProductItem):
    """A product or service. `cancelled_at`: when the person cancelled it here."""

    cancelled_at: Moment | None


class ShownPaymentMethod(PaymentMethodPart):
    """A way to pay, without its token. `removed_at`: when the person removed it here."""

    removed_at: Moment | None


@dataclass(frozen=True)
class View:
    """How things of one kind are read and shown."""

    kind: Kind
    form: type[BaseModel]
    rows: Callable[[], Select[Any]]
    show: Callable[[Any], Shown]


def one(view: View, external_id: str, *, locked: bool = False) -> Shown | None:
    """`locked` means that nobody changes it until the transaction ends."""
    model = view.kind.model
    rows = view.rows().where(model.external_id == external_id)
    row = db.session.execute(rows.with_for_update(of=model) if locked else rows).first()
    return view.show(row) if row else None


def some(view: View, *, after: str, limit: int, customer: str | None) -> Sequence[Shown]:
    """The next ones in the order of their numbers."""
    model = view.kind.model
    rows = view.rows().where(model.external_id > after).order_by(model.external_id).limit(limit)
    if customer is not None:
        subject = select(CustomerRecord.subject_id).where(CustomerRecord.external_id == customer)
        mine = model.__table__.c  # type: ignore[attr-defined]  # a mixin of mapped classes
        rows = rows.where(mine.subject_id == subject.scalar_subquery(), mine.customer == customer)
    return [view.show(row) for row in db.session.execute(rows)]


def etag(shown: Mapping[str, Any]) -> str:
    return f'"{hashlib.sha256(to_json(shown)).hexdigest()[:32]}"'


def _of_customer(kind: Kind, form: type[BaseModel]) -> View:
    names = tuple(form.model_fields)

    def show(row: Any) -> Shown:
        return {name: _plain(getattr(row[0], name)) for name in names}

    return View(kind, form, lambda: select(kind.model), show)


def _customers() -> Select[Any]:
    has_account = exists().where(Account.subject_id == Subject.id, Account.confirmed_at.is_not(None))
    changed = func.greatest(CustomerRecord.changed_at, Profile.changed_at, BillingAddress.changed_at)
    return (
        select(CustomerRecord, Subject, Profile, BillingAddress, has_account, changed)
        .join(Subject, Subject.id == CustomerRecord.subject_id)
        .outerjoin(Profile, Profile.subject_id == Subject.id)
        .outerjoin(BillingAddress, BillingAddress.subject_id == Subject.id)
    )


def _customer(row: Any) -> Shown:
    record, subject, profile, address, has_account, changed = row
    shown: Shown = {"external_id": record.external_id, "changed_at": _plain(changed)}
    shown |= {"email": subject.email, "language": subject.language}
    shown |= {name: getattr(profile, name) if profile else "" for name in CONTACT_DETAILS}
    parts = BillingAddressPart.model_fields
    shown["billing_address"] = {name: getattr(address, name) for name in parts} if address else None
    return shown | {"activated": has_account}


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


CUSTOMERS = View(kinds.CUSTOMERS, ShownCustomer, _customers, _customer)
VIEWS = (
    CUSTOMERS,
    _of_customer(kinds.PRODUCTS, ShownProduct),
    _of_customer(kinds.INVOICES, InvoiceItem),
    _of_customer(kinds.PAYMENT_METHODS, ShownPaymentMethod),
    _of_customer(DISCLOSURES, DisclosureItem),
)
