"""Storing what other systems sent, a batch in the same few statements whether it holds one thing or thousands.

The newest by `changed_at` counts, in whatever order things arrive and however often.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import TextClause, select

from webapp import bulk
from webapp.db import db
from webapp.integrations.intake.results import CLOCKS_DIFFER, Outcome, Reason, Result, refused
from webapp.integrations.intake.types import Item, OfCustomer
from webapp.products.models import CustomerRecord, Sent

I = TypeVar("I", bound=Item)  # noqa: E741  # the letter of Item
Row = dict[str, Any]

# What the law keeps of somebody who was erased leads to nobody new.
UNLESS_ERASED = """CASE WHEN EXISTS (SELECT FROM subjects WHERE id = held.subject_id AND erased_at IS NOT NULL)
    THEN held.subject_id ELSE excluded.subject_id END"""
# A token that is not sent again stays, but not for another person: their key could not open it.
TOKEN = """CASE WHEN excluded.token IS NULL AND held.subject_id = excluded.subject_id
    THEN held.token ELSE excluded.token END"""
OURS = {"external_id", "subject_id", "received_at", "key_id", "changed_at", "token"}  # do not tell two contents apart


@dataclass(frozen=True)
class Target:
    """The table for things of customers. `more` is set besides what was sent, and `only` must hold to change a row.

    `fill` makes columns of a row that are not sent as they are, for rows by their number with whose they are.
    """

    model: type[Any]
    columns: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()
    only: str = ""
    fill: Callable[[Mapping[str, Any], Mapping[str, UUID]], Mapping[str, Row]] = lambda items, owners: {}


def take_in(target: Target, items: Sequence[OfCustomer], *, key_id: UUID | None, now: datetime) -> list[Result]:
    """One result each, in their order. Customers cannot move to another person until this is committed: do so soon."""
    batch = newest(items, now=now)
    owners = _owners(target.model, list(batch.values()))
    filled = target.fill(batch, owners)
    rows = [
        {
            **batch[number].__dict__,
            **filled.get(number, {}),
            "subject_id": owner,
            "received_at": now,
            "key_id": key_id,
        }
        for number, owner in owners.items()
    ]
    stored = _store(target, rows)
    standing = _standing(target.model, [number for number in owners if number not in stored])
    return [_result(item, batch, owners, stored, standing, now=now) for item in items]


def newest(items: Iterable[I], *, now: datetime) -> dict[str, I]:
    """Of those with the same number the newest, and of two of the same moment the later; none of the future."""
    found: dict[str, I] = {}
    for item in items:
        known = found.get(item.external_id)
        if item.changed_at <= now + CLOCKS_DIFFER and (known is None or known.changed_at <= item.changed_at):
            found[item.external_id] = item
    return found


def left_out(item: Item, batch: Mapping[str, Item]) -> Result | None:
    """Why it is not in the batch; None if it is."""
    taken = batch.get(item.external_id)
    if taken is item:
        return None
    if taken is None or item.changed_at > taken.changed_at:
        return refused(item.external_id, Reason.IN_THE_FUTURE)
    return Result(item.external_id, Outcome.UNCHANGED if taken == item else Outcome.OUTDATED)


def _owners(model: type[Any], batch: Sequence[OfCustomer]) -> dict[str, UUID]:
    """Whose each is, by its number.

    What is here already stays with its person when the customer is not known any more: an invoice that the law keeps of
    somebody who was erased can still be paid or cancelled.
    """
    records = _locked({item.customer for item in batch})
    owners = {item.external_id: records[item.customer] for item in batch if item.customer in records}
    missing = {item.external_id: item.customer for item in batch if item.customer not in records}
    if missing:
        held = select(model.external_id, model.customer, model.subject_id).where(bulk.among(model.external_id, missing))
        stays = {row.external_id: row.subject_id for row in db.session.execute(held) if row.customer == missing[row[0]]}
        owners |= stays
    return owners


def _locked(customers: Iterable[str]) -> dict[str, UUID]:
    """In an order, so that two batches never wait for each other."""
    records = select(CustomerRecord.external_id, CustomerRecord.subject_id)
    records = records.where(bulk.among(CustomerRecord.external_id, customers)).order_by(CustomerRecord.external_id)
    return {row.external_id: row.subject_id for row in db.session.execute(records.with_for_update(read=True))}


def _store(target: Target, rows: list[Row]) -> dict[str, bool]:
    """The numbers of those that were stored, and whether they are new."""
    if not rows:
        return {}
    return {row.external_id: row.created for row in db.session.execute(_storing(target), bulk.rows(rows))}


@cache
def _storing(target: Target) -> TextClause:
    columns = (*target.columns, "subject_id", "received_at", "key_id")
    content = [name for name in columns if name not in OURS]
    differs = f"({_of('held', content)}) IS DISTINCT FROM ({_of('excluded', content)})"
    newer = f"held.changed_at < excluded.changed_at OR held.changed_at = excluded.changed_at AND {differs}"
    new = {name: f"excluded.{name}" for name in columns if name != "external_id"}
    new |= {"subject_id": UNLESS_ERASED} | ({"token": TOKEN} if "token" in new else {}) | dict(target.more)
    return bulk.insert(target.model.__table__, "external_id", columns, new=new, where=f"({newer}) {target.only}")


def _of(row: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{row}.{name}" for name in columns)


def _standing(model: type[Sent], numbers: Sequence[str]) -> dict[str, Any]:
    """What stands where nothing was changed."""
    if not numbers:
        return {}
    held = select(*model.__table__.c).where(bulk.among(model.external_id, numbers))  # type: ignore[attr-defined]  # a mixin
    return {row.external_id: row for row in db.session.execute(held)}


def _result(
    item: OfCustomer,
    batch: Mapping[str, OfCustomer],
    owners: Mapping[str, UUID],
    stored: Mapping[str, bool],
    standing: Mapping[str, Any],
    *,
    now: datetime,
) -> Result:
    number = item.external_id
    if left := left_out(item, batch):
        return left
    if number not in owners:
        return refused(number, Reason.UNKNOWN_CUSTOMER)
    if number in stored:
        return Result(number, Outcome.CREATED if stored[number] else Outcome.UPDATED)
    held = standing.get(number)
    if held is not None and getattr(held, "removed_at", None):
        return refused(number, Reason.REMOVED_BY_PERSON)
    newer = held is None or held.changed_at > item.changed_at
    return Result(number, Outcome.OUTDATED if newer else Outcome.UNCHANGED)
