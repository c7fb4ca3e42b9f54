"""Storing what other systems sent, a batch in the same few statements whether it holds one thing or thousands.

The newest by `changed_at` counts, in whatever order things arrive and however often.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Table, TextClause, select

from webapp import bulk
from webapp.db import db
from webapp.integrations.intake.results import CLOCKS_DIFFER, Outcome, Reason, Result, refused
from webapp.integrations.intake.types import Item, OfCustomer
from webapp.products.models import CustomerRecord

I = TypeVar("I", bound=Item)  # noqa: E741  # the letter of Item
Row = dict[str, Any]

# What the law keeps of somebody who was erased leads to nobody new.
UNLESS_ERASED = """CASE WHEN EXISTS (SELECT FROM subjects WHERE id = held.subject_id AND erased_at IS NOT NULL)
    THEN held.subject_id ELSE excluded.subject_id END"""
# A token that is not sent again stays, but not for another person: their key could not open it.
TOKEN = """CASE WHEN excluded.token IS NULL AND held.subject_id = excluded.subject_id
    THEN held.token ELSE excluded.token END"""
_RECEIPT = "(SELECT CAST(:received_at AS timestamptz) AS received_at, CAST(:key_id AS uuid) AS key_id) AS receipt"
OURS = {"external_id", "subject_id", "received_at", "key_id", "changed_at", "token"}  # do not tell two contents apart


STORED = {True: Outcome.CREATED, False: Outcome.UPDATED}


@dataclass(frozen=True)
class Target:
    """The table for things of customers. `more` is set besides what was sent, and `only` must hold to change a row.

    `rows` makes those that are stored of those that were sent, where they are not the same.
    """

    model: type[Any]
    columns: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()
    only: str = ""
    rows: Callable[[Sequence[Any]], Sequence[Item | Row]] = lambda items: items


def take_in(target: Target, items: Sequence[OfCustomer], *, key_id: UUID | None, now: datetime) -> list[Result]:
    """One result each, in their order. Customers cannot move to another person until this is committed: do so soon."""
    batch = newest(items, now=now)
    stored = _store(target, list(batch.values()), key_id=key_id, now=now)
    results = {number: Result(number, STORED[created]) for number, created in stored.items()}
    others = [item for number, item in batch.items() if number not in stored]
    standing = _standing(target.model, others)
    ownerless = _ownerless(others, standing)
    results |= {item.external_id: _result(item, ownerless, standing) for item in others}
    return [left_out(item, batch) or results[item.external_id] for item in items]


def newest(items: Iterable[I], *, now: datetime) -> dict[str, I]:
    """Of those with the same number the newest, and of two of the same moment the later; none of the future."""
    found: dict[str, I] = {}
    latest = now + CLOCKS_DIFFER
    for item in items:
        known = found.get(item.external_id)
        if item.changed_at <= latest and (known is None or known.changed_at <= item.changed_at):
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


def of_people(table: Table, columns: Iterable[str]) -> str:
    """What was sent (`webapp.bulk`), as an SQL table with `subject_id`: whose each is, or NULL.

    What is here already stays with its person when the customer is not known any more: an invoice that the law keeps of
    somebody who was erased can still be paid or cancelled. Records are locked in an order, so that two batches never
    wait for each other.
    """
    return f"""(
        WITH sent AS MATERIALIZED (SELECT * FROM {bulk.sent(table, columns)}),
        records AS MATERIALIZED (
            SELECT external_id, subject_id FROM customer_records
            WHERE external_id = ANY (ARRAY(SELECT customer FROM sent)) ORDER BY external_id FOR SHARE
        )
        SELECT sent.*, COALESCE(records.subject_id, (
            SELECT held.subject_id FROM {table.name} AS held
            WHERE held.external_id = sent.external_id AND held.customer = sent.customer
        )) AS subject_id
        FROM sent LEFT JOIN records ON records.external_id = sent.customer
    ) AS sent"""  # noqa: S608  # made of the names of our own columns


def _store(target: Target, items: Sequence[OfCustomer], *, key_id: UUID | None, now: datetime) -> dict[str, bool]:
    """The numbers of those that were stored, and whether they are new."""
    if not items:
        return {}
    sent = {**bulk.rows(target.rows(items)), "received_at": now, "key_id": key_id}
    return dict(db.session.execute(_storing(target), sent).all())


@cache
def _storing(target: Target) -> TextClause:
    table = target.model.__table__
    columns = (*target.columns, "subject_id", "received_at", "key_id")
    source = f"{of_people(table, target.columns)} CROSS JOIN {_RECEIPT} WHERE subject_id IS NOT NULL"
    content = [name for name in columns if name not in OURS]
    differs = f"({_of('held', content)}) IS DISTINCT FROM ({_of('excluded', content)})"
    newer = f"held.changed_at < excluded.changed_at OR held.changed_at = excluded.changed_at AND {differs}"
    new = {name: f"excluded.{name}" for name in columns if name != "external_id"}
    new |= {"subject_id": UNLESS_ERASED} | ({"token": TOKEN} if "token" in new else {}) | dict(target.more)
    return bulk.insert(table, "external_id", columns, source=source, new=new, where=f"({newer}) {target.only}")


def _of(row: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{row}.{name}" for name in columns)


def _standing(model: type[Any], items: Sequence[OfCustomer]) -> dict[str, Any]:
    """What stands where nothing was changed."""
    if not items:
        return {}
    held = select(*model.__table__.c).where(bulk.among(model.external_id, [item.external_id for item in items]))
    return {row.external_id: row for row in db.session.execute(held).all()}


def _ownerless(items: Sequence[OfCustomer], standing: Mapping[str, Any]) -> set[str]:
    """The numbers of those whose customer is not known, and that are not here for that customer."""
    named = {
        item.external_id: item.customer
        for item in items
        if item.external_id not in standing or standing[item.external_id].customer != item.customer
    }
    if not named:
        return set()
    records = select(CustomerRecord.external_id).where(bulk.among(CustomerRecord.external_id, set(named.values())))
    known = set(db.session.scalars(records))
    return {number for number, customer in named.items() if customer not in known}


def _result(item: OfCustomer, ownerless: Container[str], standing: Mapping[str, Any]) -> Result:
    """Of what was not stored."""
    number = item.external_id
    if number in ownerless:
        return refused(number, Reason.UNKNOWN_CUSTOMER)
    held = standing.get(number)
    if held is not None and getattr(held, "removed_at", None):
        return refused(number, Reason.REMOVED_BY_PERSON)
    newer = held is None or held.changed_at > item.changed_at
    return Result(number, Outcome.OUTDATED if newer else Outcome.UNCHANGED)
