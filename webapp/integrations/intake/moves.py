"""When a customer's address changes in the other system: what came for the record follows it to another person."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import String, Table, Uuid, column, delete, exists, select, update, values

from webapp.accounts.models import Account, Profile
from webapp.db import db
from webapp.products.models import BillingAddress, CustomerRecord, PaymentMethod, Sent
from webapp.subjects import subjects

Move = tuple[str, UUID | None, UUID]


def follow(moves: Sequence[Move]) -> None:
    """Each is the number of a record, whom it led to, and whom it leads to. Call it when it leads there already."""
    if not moves:
        return
    moved = values(column("customer", String), column("old", Uuid), column("new", Uuid), name="moved").data(list(moves))
    for model in _following():
        table: Table = model.__table__  # type: ignore[attr-defined]  # a mixin of mapped classes
        # Another person's key sealed the token; the other system sends it again.
        unreadable = {"token": None} if model is PaymentMethod else {}
        here = table.c.customer == moved.c.customer, table.c.subject_id == moved.c.old
        db.session.execute(update(table).where(*here).values(subject_id=moved.c.new, **unreadable))
    forget_former([old for _customer, old, _new in moves if old])


def forget_former(subject_ids: Sequence[UUID]) -> None:
    """What other systems told about those who are no customers any more. What they told us themselves stays."""
    for model in (Profile, BillingAddress):
        theirs = (
            model.subject_id.in_(subject_ids),
            ~exists().where(Account.subject_id == model.subject_id),
            ~exists(select(CustomerRecord.external_id).where(CustomerRecord.subject_id == model.subject_id)),
        )
        db.session.execute(delete(model).where(*theirs))
    subjects.forget_strangers(subject_ids)


def _following() -> list[type[Sent]]:
    """Whatever names the record it came for, in tables of today and tomorrow."""
    return [model for model in Sent.__subclasses__() if hasattr(model, "customer")]
