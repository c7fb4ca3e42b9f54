"""What other systems know of customers: the record itself, contact details and the billing address.

The newest word counts, the person's own included. A detail that the other system does not know stays as it is here.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Protocol
from uuid import UUID

from sqlalchemy import RowMapping, Table, TextClause, select
from sqlalchemy.orm import selectinload

from webapp import bulk
from webapp.accounts.models import CONTACT_DETAILS, Account, Profile
from webapp.audit import Action
from webapp.db import Base, db
from webapp.integrations.intake.items import BillingAddressPart, CustomerItem
from webapp.products.models import BillingAddress, CustomerRecord
from webapp.subjects import trail
from webapp.subjects.models import Subject

Names = dict[UUID, set[str]]  # of details
Sent = dict[UUID, tuple[dict[str, str], datetime]]  # details, and when they changed


class OfPerson(Protocol):
    @property
    def item(self) -> CustomerItem: ...

    @property
    def subject_id(self) -> UUID: ...


def store_records(placed: Sequence[OfPerson], *, key_id: UUID | None, now: datetime) -> dict[str, bool]:
    """The numbers of those that were stored, and whether they are new."""
    rows = [
        {
            "external_id": one.item.external_id,
            "subject_id": one.subject_id,
            "changed_at": one.item.changed_at,
            "received_at": now,
            "key_id": key_id,
        }
        for one in placed
    ]
    return dict(db.session.execute(_storing_records(), bulk.rows(rows)).all()) if rows else {}


def store(placed: Sequence[OfPerson], *, now: datetime) -> tuple[set[UUID], Names]:
    """Of whom anything was changed, and which details stayed because something newer is here."""
    contacts: Sent = {}
    addresses: Sent = {}
    for one in sorted(placed, key=lambda one: one.item.changed_at):
        at, billing = one.item.changed_at, one.item.billing_address
        contacts[one.subject_id] = ({**contacts.get(one.subject_id, ({}, at))[0], **_known(one.item)}, at)
        if billing:
            addresses[one.subject_id] = (dict(billing.__dict__), at)
    changed, newer = _store(Profile, CONTACT_DETAILS, contacts)
    also_changed, newer_addresses = _store(BillingAddress, tuple(BillingAddressPart.model_fields), addresses)
    for names, in_address in ((changed, also_changed), (newer, newer_addresses)):
        for of in in_address:
            names.setdefault(of, set()).add("billing_address")
    _tell_owners(changed, now=now)
    return set(changed), newer


def _tell_owners(changed: Names, *, now: datetime) -> None:
    """In the log of those who have an account here, and might wonder."""
    owners = select(Subject).join(Account, Account.subject_id == Subject.id).options(selectinload(Subject.key))
    for subject in db.session.scalars(owners.where(bulk.among(Subject.id, changed))) if changed else ():
        trail.record(Action.DETAILS_RECEIVED, subject, now=now, fields=", ".join(sorted(changed[subject.id])))


def _known(item: CustomerItem) -> dict[str, str]:
    return {name: value for name in CONTACT_DETAILS if (value := getattr(item, name)) is not None}


def _store(model: type[Base], names: tuple[str, ...], sent: Sent) -> tuple[Names, Names]:
    held = _locked(model, list(sent))
    changed: Names = {}
    newer: Names = {}
    rows: dict[UUID, dict[str, object]] = {}
    for of, (details, changed_at) in sent.items():
        old = held.get(of)
        different = {name for name, value in details.items() if not old or value != old[name]}
        if old and old["changed_at"] > changed_at:
            newer |= {of: different} if different else {}
        elif different or not old:
            kept = {name: old[name] if old else "" for name in names} | details
            changed[of] = different
            rows[of] = {**kept, "subject_id": of, "changed_at": changed_at}
    if rows:
        db.session.execute(_storing(model, names), bulk.rows(rows.values()))
    return changed, newer


def _locked(model: type[Base], subject_ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    if not subject_ids:
        return {}
    table = model.__table__
    mine = (
        select(table).where(bulk.among(table.c.subject_id, subject_ids)).order_by(table.c.subject_id).with_for_update()
    )
    return {row["subject_id"]: row for row in db.session.execute(mine).mappings().all()}


@cache
def _storing(model: type[Base], names: tuple[str, ...]) -> TextClause:
    assert isinstance(model.__table__, Table)
    columns = ("subject_id", *names, "changed_at")
    return bulk.insert(model.__table__, "subject_id", columns, where="held.changed_at <= excluded.changed_at")


@cache
def _storing_records() -> TextClause:
    assert isinstance(CustomerRecord.__table__, Table)
    columns = ("external_id", "subject_id", "changed_at", "received_at", "key_id")
    newer = "held.changed_at < excluded.changed_at OR held.subject_id <> excluded.subject_id"
    where = f"held.changed_at <= excluded.changed_at AND ({newer})"
    return bulk.insert(CustomerRecord.__table__, "external_id", columns, where=where)
