"""Customers that other systems send: who they are, and which person each record leads to.

A record leads to the person who has its address. When the address in the other system changes, the record and all that
came for it goes to the person with the new address, and their consents stay with the old one: nobody agreed to anything
from the new mailbox. Who has an account here keeps their own address, so that no other system can take over an account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, exists, select

from webapp import bulk
from webapp.accounts.activation.models import Activation
from webapp.accounts.models import Account
from webapp.config import settings
from webapp.db import db
from webapp.integrations.intake import details, moves
from webapp.integrations.intake.items import CustomerItem
from webapp.integrations.intake.payments import begin_again
from webapp.integrations.intake.results import Kept, Outcome, Result
from webapp.integrations.intake.upserts import left_out, newest
from webapp.products.models import CustomerRecord
from webapp.subjects import subjects
from webapp.subjects.addresses import fingerprint
from webapp.subjects.models import Subject

Record = Row[str, UUID, datetime, bytes, bytes | None, bool]
Known = Mapping[str, Record]
Ids = Mapping[bytes, UUID]


@dataclass(frozen=True)
class Placed:
    """A customer that is not older than what is here, and the person it leads to."""

    item: CustomerItem
    subject_id: UUID
    moved_from: UUID | None
    keeps_address: Kept | None


def take_in_customers(items: Sequence[CustomerItem], *, key_id: UUID | None, now: datetime) -> list[Result]:
    """One result each, in their order."""
    batch = newest(items, now=now)
    known = _known(list(batch))
    current = [item for item in batch.values() if not _is_older(item, known)]
    placed = _place(current, known)
    records = details.store_records(placed, key_id=key_id, now=now)
    moves.follow([(one.item.external_id, one.moved_from, one.subject_id) for one in placed if one.moved_from])
    changed, newer_here = details.store(placed, now=now)
    begin_again([one.item.external_id for one in placed])
    by_number = {one.item.external_id: one for one in placed}
    results = []
    for item in items:
        one = by_number.get(item.external_id)
        results.append(
            left_out(item, batch)
            or (_result(one, records, changed, newer_here) if one else Result(item.external_id, Outcome.OUTDATED))
        )
    return results


def _known(numbers: Sequence[str]) -> Known:
    """The records that are here, and whether their people have accounts; locked, in an order."""
    has_account = exists().where(Account.subject_id == Subject.id)
    records = (
        select(
            CustomerRecord.external_id,
            CustomerRecord.subject_id,
            CustomerRecord.changed_at,
            Subject.address_hash,
            Activation.refused_hash,
            has_account.label("has_account"),
        )
        .select_from(CustomerRecord)
        .join(Subject, Subject.id == CustomerRecord.subject_id)
        .outerjoin(Activation, Activation.subject_id == Subject.id)
        .where(bulk.among(CustomerRecord.external_id, numbers), Subject.erased_at.is_(None))
        .order_by(CustomerRecord.external_id)
        .with_for_update(of=CustomerRecord)
    )
    return {row.external_id: row for row in db.session.execute(records).all()}


def _is_older(item: CustomerItem, known: Known) -> bool:
    record = known.get(item.external_id)
    return record is not None and record.changed_at > item.changed_at


def _place(items: Sequence[CustomerItem], known: Known) -> list[Placed]:
    hashes = {item.external_id: fingerprint(item.email) for item in items}
    stays = {
        item.external_id
        for item in items
        if (record := known.get(item.external_id))
        and (record.has_account or hashes[item.external_id] in {record.address_hash, record.refused_hash})
    }
    needed = {
        hashes[item.external_id]: (item.email, item.language or settings().languages[0])
        for item in items
        if item.external_id not in stays
    }
    ids = subjects.find_or_create_all(needed)
    return [_placed(item, hashes[item.external_id], known.get(item.external_id), ids, stays) for item in items]


def _placed(item: CustomerItem, hashed: bytes, record: Record | None, ids: Ids, stays: set[str]) -> Placed:
    if record is None:
        return Placed(item, ids[hashed], moved_from=None, keeps_address=None)
    if item.external_id in stays:
        return Placed(item, record.subject_id, moved_from=None, keeps_address=_why_kept(record, hashed))
    return Placed(item, ids[hashed], moved_from=record.subject_id, keeps_address=None)


def _why_kept(record: Record, hashed: bytes) -> Kept | None:
    if record.address_hash == hashed:
        return None
    return Kept.HAS_ACCOUNT if record.has_account else Kept.WRONG_ADDRESS


def _result(
    one: Placed, records: Mapping[str, bool], changed: set[UUID], newer_here: Mapping[UUID, set[str]]
) -> Result:
    number = one.item.external_id
    kept = {"email": one.keeps_address} if one.keeps_address else {}
    if one.subject_id in newer_here:
        kept |= dict.fromkeys(sorted(newer_here[one.subject_id]), Kept.NEWER_HERE)
    if records.get(number):
        return Result(number, Outcome.CREATED, kept=kept)
    is_changed = number in records or one.subject_id in changed
    return Result(number, Outcome.UPDATED if is_changed else Outcome.UNCHANGED, kept=kept)
